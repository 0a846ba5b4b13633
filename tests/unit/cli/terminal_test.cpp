/// tests/unit/cli/terminal_test.cpp: nothing a model writes can command a terminal; pipes get every byte.
#include "app/cli/terminal.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <random>
#include <string>

namespace soliloquy::cli {
namespace {

/// What `write` does to a stream of these properties.
template <typename Write>
std::string written(bool is_terminal, bool dims, Write write) {
    std::FILE* file = std::tmpfile();
    TerminalStream stream(file, is_terminal, dims);
    write(stream);
    std::string bytes(static_cast<size_t>(std::ftell(file)), '\0');
    std::rewind(file);
    EXPECT_EQ(std::fread(bytes.data(), 1, bytes.size(), file), bytes.size());
    std::fclose(file);
    return bytes;
}

TEST(Terminal, EscapeSequencesBecomePictures) {
    EXPECT_EQ(without_controls("\x1b[31mred\x1b[0m"), "␛[31mred␛[0m");
    EXPECT_EQ(without_controls("\x1b]0;title\x07"), "␛]0;title␇");
    EXPECT_EQ(without_controls("a\rb\x08\x7F"), "a␍b␈␡");
    EXPECT_EQ(without_controls(std::string("nul\0", 4)), "nul␀");
    EXPECT_EQ(without_controls("\xC2\x9B"
                               "31m"),
              "\xEF\xBF\xBD"
              "31m")
        << "the one-byte escape of C1";
    EXPECT_EQ(without_controls("line\n\ttab é 思 🙂 \xC2\xA0"), "line\n\ttab é 思 🙂 \xC2\xA0");
}

TEST(Terminal, NoControlByteSurvives) {
    std::mt19937 random(1);
    for (int round = 0; round < 2000; ++round) {
        std::string text(20, '\0');
        for (char& byte : text) byte = static_cast<char>(random() % 128);
        for (const char byte : without_controls(text)) {
            const auto value = static_cast<unsigned char>(byte);
            EXPECT_TRUE(value >= 0x20 || byte == '\n' || byte == '\t') << static_cast<int>(value);
            EXPECT_NE(value, 0x7F);
        }
    }
}

TEST(Terminal, DimsOnlyWhereWanted) {
    const auto thought = [](TerminalStream& stream) { stream.write("hm\x1b", true); };
    EXPECT_EQ(written(true, true, thought), "\x1b[2mhm␛\x1b[0m");
    EXPECT_EQ(written(true, false, thought), "hm␛");
    EXPECT_EQ(written(false, false, thought), "hm\x1b") << "a pipe gets every byte";
}

TEST(Terminal, ProgressIsOnlyOnATerminalAndLeavesNothing) {
    const auto work = [](TerminalStream& stream) {
        stream.progress("half");
        stream.write("done\n");
        stream.clear_progress();
    };
    EXPECT_EQ(written(true, false, work), "\r\x1b[Khalf\r\x1b[Kdone\n");
    EXPECT_EQ(written(false, false, work), "done\n");
}

TEST(Terminal, EndsALineOnlyOnce) {
    const auto lines = [](TerminalStream& stream) {
        stream.end_line_if_begun();
        stream.write("a");
        stream.end_line_if_begun();
        stream.end_line_if_begun();
    };
    EXPECT_EQ(written(false, false, lines), "a\n");
}

}  // namespace
}  // namespace soliloquy::cli
