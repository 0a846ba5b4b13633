/// tests/unit/markdown/parser_test.cpp: every kind of block and run that the answer shows.
#include "app/markdown/parser.h"

#include <gtest/gtest.h>

#include "app/markdown/plain_text.h"

namespace soliloquy::markdown {
namespace {

TEST(Parser, ParagraphsAndEmphasis) {
    const auto blocks = parse("**9.9** is *larger* than `9.11`, ~~not~~.\nNext line");
    ASSERT_EQ(blocks.size(), 1u);
    const auto& runs = blocks[0].runs;
    ASSERT_EQ(runs.size(), 8u);
    EXPECT_EQ(runs[0], (markdown::Run{"9.9", kStrong, {}}));
    EXPECT_EQ(runs[2], (markdown::Run{"larger", kEmphasis, {}}));
    EXPECT_EQ(runs[4], (markdown::Run{"9.11", kCode, {}}));
    EXPECT_EQ(runs[6], (markdown::Run{"not", kStrike, {}}));
    EXPECT_EQ(runs[7].text, ".\nNext line");
}

TEST(Parser, HeadingsRulesAndCode) {
    const auto blocks = parse("## Title\n\n---\n\n```cpp\nint a;\n\nint b;\n```\n");
    ASSERT_EQ(blocks.size(), 3u);
    EXPECT_EQ(blocks[0].kind, BlockKind::heading);
    EXPECT_EQ(blocks[0].level, 2);
    EXPECT_EQ(blocks[1].kind, BlockKind::rule);
    EXPECT_EQ(blocks[2].code, "int a;\n\nint b;");
    EXPECT_EQ(blocks[2].language, "cpp");
}

TEST(Parser, ListsAreRowsWithMarkers) {
    const auto blocks = parse("- one\n  - inner\n- two\n\n3. three\n4. four\n\n- [ ] open\n- [x] done\n");
    std::vector<std::string> seen;
    for (const Block& block : blocks) seen.push_back(std::to_string(block.indent) + block.marker + block.runs.at(0).text);
    EXPECT_EQ(seen, (std::vector<std::string>{"1•one", "2◦inner", "1•two", "13.three", "14.four", "1☐open", "1☑done"}));
}

TEST(Parser, SecondParagraphOfAnItemHasNoMarker) {
    const auto blocks = parse("1. first\n\n   more\n");
    ASSERT_EQ(blocks.size(), 2u);
    EXPECT_EQ(blocks[0].marker, "1.");
    EXPECT_EQ(blocks[1].marker, "");
    EXPECT_EQ(blocks[1].indent, 1);
}

TEST(Parser, TablesKeepTheirAlignment) {
    const auto blocks = parse("| a | b |\n|---|--:|\n| 1 | **2** |\n");
    ASSERT_EQ(blocks.size(), 1u);
    ASSERT_EQ(blocks[0].table.size(), 2u);
    EXPECT_EQ(blocks[0].table[1][1].align, Align::end);
    EXPECT_EQ(blocks[0].table[1][1].runs.at(0), (markdown::Run{"2", kStrong, {}}));
    EXPECT_EQ(plain_text(blocks[0]), "a\tb\n1\t2");
}

TEST(Parser, QuotesHaveADepth) {
    const auto blocks = parse("> one\n> > two\n\nout");
    ASSERT_EQ(blocks.size(), 3u);
    EXPECT_EQ(blocks[0].quote, 1);
    EXPECT_EQ(blocks[1].quote, 2);
    EXPECT_EQ(blocks[2].quote, 0);
}

TEST(Parser, HtmlIsTextAndImagesKeepTheirWords) {
    const auto blocks = parse("<img src=\"http://x/y\"> ![words](http://x/z.png) [link](http://x/)\n");
    ASSERT_EQ(blocks.size(), 1u);
    EXPECT_EQ(blocks[0].runs[0].text, "<img src=\"http://x/y\"> ");
    EXPECT_EQ(blocks[0].runs[1], (markdown::Run{"words", kImage, "http://x/z.png"}));
    EXPECT_EQ(blocks[0].runs[3], (markdown::Run{"link", kLink, "http://x/"}));
    const auto html_block = parse("<script>\nalert(1)\n</script>\n");
    ASSERT_FALSE(html_block.empty());
    EXPECT_EQ(html_block[0].runs[0].text, "<script>\nalert(1)\n</script>");
}

TEST(Parser, EntitiesBecomeLetters) { EXPECT_EQ(parse("a &lt;b&gt; &#228; &#x4e2d; &bogus;")[0].runs[0].text, "a <b> ä 中 &bogus;"); }

TEST(Parser, DeepNestingIsClamped) {
    for (const Block& block : parse(std::string(4000, '>') + " deep")) EXPECT_LE(block.quote, kMaxDepth);
}

}  // namespace
}  // namespace soliloquy::markdown
