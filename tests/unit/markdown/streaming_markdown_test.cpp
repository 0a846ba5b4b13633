/// tests/unit/markdown/streaming_markdown_test.cpp: an answer cut anywhere gives the same blocks, and a flush never gets dearer.
#include "app/markdown/streaming_markdown.h"

#include <gtest/gtest.h>

#include <chrono>
#include <random>

#include "app/markdown/plain_text.h"

namespace soliloquy::markdown {
namespace {

const char* const kTexts[] = {
    "From smallest: **9.11, 9.2, 9.9**.\n\nPeople read the part behind the point.\n",
    "# Title\ntext\n## Next\n- a\n- b\n  - c\n\n    more of c\n- d\n\nout\n",
    "1. one\n1. two\n\n1. three\n\n   with more\n2) other list\n",
    "Intro:\n- first\n- second\n```py\nprint(1)\n\nprint(2)\n```\nafter\n",
    "| a | b |\n|---|:-:|\n| 1 | 2 |\n| 3 | 4 |\n\nend",
    "> quote\n> more\n\n> second\n\n---\n\nfoo\n---\nbar `code` and ~~~\n~~~~\nx\n~~~\n~~~~\n",
    "unfinished `code and **bold",
    "```\nnever closed\nline",
    "- item\n  ```c\n  int x;\n\n  int y;\n  ```\n- next\n",
};

std::vector<Block> streamed(std::string_view text, std::mt19937& random, size_t longest) {
    StreamingMarkdown stream;
    while (!text.empty()) {
        size_t n = std::min<size_t>(1 + random() % longest, text.size());
        while (n < text.size() && (static_cast<unsigned char>(text[n]) & 0xC0) == 0x80) ++n;
        const size_t finished = stream.finished();
        const Block last = finished > 0 ? stream.blocks()[finished - 1] : Block{};
        EXPECT_LE(stream.append(text.substr(0, n)), finished);
        EXPECT_EQ(finished > 0 ? plain_text(stream.blocks()[finished - 1]) : "", plain_text(last)) << "a finished block changed";
        text.remove_prefix(n);
    }
    stream.finish();
    return stream.blocks();
}

TEST(StreamingMarkdown, AnyCutGivesTheSameBlocks) {
    std::mt19937 random(7);
    for (const char* text : kTexts)
        for (int i = 0; i < 50; ++i) ASSERT_EQ(streamed(text, random, 9), blocks_of(text)) << text;
}

TEST(StreamingMarkdown, LongPiecesGiveTheSameBlocksUnderAnyCut) {
    std::string line, list, table = "| a | b |\n|---|---|\n", code = "```cpp\n", item = "- start\n";
    for (int i = 0; i < 1000; ++i) {
        line += "word ä" + std::to_string(i) + " ";
        list += std::to_string(i + 1) + ". item\n";
        table += "| " + std::to_string(i) + " | x |\n";
        code += "line " + std::to_string(i) + "\n";
        item += "  goes on " + std::to_string(i) + "\n";
    }
    std::mt19937 random(11);
    for (const std::string& text : {line, list, table, code + "```\n", item, std::string(20000, 'x')})
        ASSERT_EQ(streamed(text, random, 60), blocks_of(text)) << text.substr(0, 40);
    EXPECT_EQ(blocks_of(list).size(), 1000u);
    EXPECT_EQ(blocks_of(list).back().marker, "1000.");
    for (const Block& block : blocks_of(table)) EXPECT_EQ(block.kind, BlockKind::table);
    size_t lines = 0;
    for (const Block& block : blocks_of(code)) lines += static_cast<size_t>(std::count(block.code.begin(), block.code.end(), '\n')) + 1;
    EXPECT_EQ(lines, 1000u);
}

TEST(StreamingMarkdown, LazyNumbersCountOn) {
    const auto blocks = blocks_of("1. one\n1. two\n\n1. three\n\ntext\n\n1. new\n");
    std::vector<std::string> markers;
    for (const Block& block : blocks) markers.push_back(block.marker);
    EXPECT_EQ(markers, (std::vector<std::string>{"1.", "2.", "3.", "", "1."}));
}

TEST(StreamingMarkdown, HalfWrittenMarksAreShownAsWhatTheyWillBe) {
    StreamingMarkdown stream;
    stream.append("The sum is **84");
    ASSERT_EQ(stream.blocks().size(), 1u);
    EXPECT_EQ(stream.blocks()[0].runs.back(), (markdown::Run{"84", kStrong, {}}));
    stream.append("3**");
    EXPECT_EQ(stream.blocks()[0].runs.back(), (markdown::Run{"843", kStrong, {}}));
    stream.append(" of **");
    EXPECT_EQ(plain_text(stream.blocks()[0]), "The sum is 843 of");
    stream.finish();
    EXPECT_EQ(plain_text(stream.blocks()[0]), "The sum is 843 of **");
}

TEST(StreamingMarkdown, CodeIsShownWhileItIsWritten) {
    StreamingMarkdown stream;
    stream.append("```py\nprint(");
    ASSERT_EQ(stream.blocks().size(), 1u);
    EXPECT_EQ(stream.blocks()[0].code, "print(");
    EXPECT_EQ(stream.blocks()[0].language, "py");
    stream.append("1)\n```");
    stream.finish();
    EXPECT_EQ(stream.blocks()[0].code, "print(1)");
    EXPECT_EQ(stream.finished(), 1u);
}

/// Rule of the window: the cost of a flush does not grow with what was written before. Counted in blocks parsed again, not in time.
TEST(StreamingMarkdown, TheOpenPieceStaysSmall) {
    for (const std::string& unit : {std::string("- item with words\n"), std::string("word "), std::string("| 1 | 2 |\n"), std::string("x"),
                                    std::string("a line\n"), std::string("> quoted\n")}) {
        StreamingMarkdown stream;
        stream.append(unit[0] == '|' ? "| a | b |\n|---|---|\n" : "");
        std::string flush;
        while (flush.size() < 40) flush += unit;
        for (size_t bytes = 0; bytes < 60000; bytes += flush.size()) {
            stream.append(flush);
            ASSERT_LE(stream.blocks().size() - stream.finished(), 14u) << unit;
        }
        ASSERT_GE(stream.finished(), 12u) << unit;
    }
}

}  // namespace
}  // namespace soliloquy::markdown
