/// tests/unit/tokenizer/utf8_stream_test.cpp: whole letters come out of any cutting of a byte stream.
#include "engine/tokenizer/utf8_stream.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace soliloquy {
namespace {

const std::string kFffd = "\xEF\xBF\xBD";

TEST(Utf8Stream, HoldsBackACutLetterAndGivesItWhole) {
    Utf8Stream stream;
    EXPECT_EQ(stream.feed("a\xF0"), "a");
    EXPECT_EQ(stream.held(), 1u);
    EXPECT_EQ(stream.feed("\x9F"), "");
    EXPECT_EQ(stream.feed("\x98"), "");
    EXPECT_EQ(stream.held(), 3u);
    EXPECT_EQ(stream.feed("\x80z"), "\xF0\x9F\x98\x80z");
    EXPECT_EQ(stream.held(), 0u);
    EXPECT_EQ(stream.flush(), "");
}

TEST(Utf8Stream, FlushReplacesACutLetterOnce) {
    Utf8Stream stream;
    EXPECT_EQ(stream.feed("\xE2\x82"), "");
    EXPECT_EQ(stream.flush(), kFffd);
    EXPECT_EQ(stream.flush(), "");
    EXPECT_EQ(stream.feed("ok"), "ok");
}

// Examples of the Unicode Standard 15, section 3.9, tables 3-8 to 3-11.
TEST(Utf8Stream, OneReplacementPerMaximalSubpart) {
    EXPECT_EQ(to_valid_utf8("\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41"), kFffd + kFffd + kFffd + kFffd + kFffd + kFffd + kFffd + kFffd + "A");
    EXPECT_EQ(to_valid_utf8("\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41"), kFffd + kFffd + kFffd + kFffd + kFffd + kFffd + kFffd + kFffd + "A");
    EXPECT_EQ(to_valid_utf8("\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42"), kFffd + kFffd + kFffd + kFffd + kFffd + "A" + kFffd + kFffd + "B");
    EXPECT_EQ(to_valid_utf8("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41"), kFffd + kFffd + kFffd + kFffd + "A");
}

TEST(Utf8Stream, AnyCuttingGivesTheSameText) {
    std::mt19937 random(7);
    for (int round = 0; round < 2000; ++round) {
        std::string bytes;
        for (unsigned i = random() % 24; i > 0; --i) {
            switch (random() % 4) {
                case 0:
                    bytes.push_back(static_cast<char>(random() % 256));
                    break;
                case 1:
                    bytes += "\xE2\x82\xAC";
                    break;
                case 2:
                    bytes += "\xF0\x9F\x98\x80";
                    break;
                default:
                    bytes.push_back(static_cast<char>(0x80 + random() % 128));
            }
        }
        const std::string whole = to_valid_utf8(bytes);
        Utf8Stream stream;
        std::string cut;
        for (size_t at = 0; at < bytes.size();) {
            const size_t n = std::min<size_t>(1 + random() % 3, bytes.size() - at);
            const std::string piece = stream.feed(std::string_view(bytes).substr(at, n));
            EXPECT_EQ(to_valid_utf8(piece), piece);
            ASSERT_LE(stream.held(), 3u);
            cut += piece;
            at += n;
        }
        stream.flush(cut);
        ASSERT_EQ(cut, whole);
    }
}

TEST(Utf8Stream, EveryScalarValueSurvives) {
    for (char32_t c = 0; c <= 0x10FFFF; c += (c < 0x900 ? 1 : 61)) {
        if (c >= 0xD800 && c < 0xE000) continue;
        std::string letter;
        append_utf8(letter, c);
        const Utf8Letter read = first_utf8_letter(letter);
        ASSERT_EQ(read.state, Utf8Letter::State::valid);
        ASSERT_EQ(read.code_point, c);
        ASSERT_EQ(read.length, letter.size());
        ASSERT_EQ(to_valid_utf8(letter), letter);
    }
}

}  // namespace
}  // namespace soliloquy
