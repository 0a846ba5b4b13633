/// tests/unit/tokenizer/pretokenizer_test.cpp: how each family cuts text, and that nothing is lost on the way.
#include "engine/tokenizer/pretokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "engine/tokenizer/split_expressions.h"

namespace soliloquy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::array<std::string_view, 17> kFamilies = {
    "deepseek-v3", "deepseek-llm", "deepseek-coder", "qwen2",   "qwen35", "llama-bpe", "glm4",       "gpt-4o", "tekken",
    "gpt-2",       "smollm",       "default",        "kimi-k2", "youtu",  "minicpm5",  "seed-coder", "viking"};

std::vector<std::string> split(std::string_view pre, std::string_view text) {
    auto pretokenizer = Pretokenizer::create(pre);
    EXPECT_TRUE(pretokenizer.ok()) << pre;
    Pretokenizer::Scratch scratch;
    std::vector<std::string> pieces;
    const Status status = pretokenizer->split(text, scratch, [&](std::string_view piece) { pieces.emplace_back(piece); });
    EXPECT_TRUE(status.ok()) << (status.ok() ? "" : status.error().message);
    return pieces;
}

TEST(Pretokenizer, DigitsByFamily) {
    EXPECT_THAT(split("deepseek-v3", "a1234567"), ElementsAre("a", "123", "456", "7"));
    EXPECT_THAT(split("qwen2", "a1234"), ElementsAre("a", "1", "2", "3", "4"));
    EXPECT_THAT(split("llama-bpe", "1234567"), ElementsAre("123", "456", "7"));
    EXPECT_THAT(split("gpt-2", "12 345"), ElementsAre("12", " 345"));
    EXPECT_THAT(split("smollm", "12 3"), ElementsAre("1", "2", " ", "3"));
    EXPECT_THAT(split("deepseek-coder", "12"), ElementsAre("1", "2"));
    // Digits of several scripts are one run: the short cut for ASCII digits must not cut it.
    EXPECT_THAT(split("llama-bpe", "1\xD9\xA2\xD9\xA3\xD9\xA4"), ElementsAre("1\xD9\xA2\xD9\xA3", "\xD9\xA4"));
}

TEST(Pretokenizer, SpacesGoWithTheNextWord) {
    EXPECT_THAT(split("qwen2", "a   b"), ElementsAre("a", "  ", " b"));
    EXPECT_THAT(split("qwen2", "a \n\n  b  "), ElementsAre("a", " \n\n", " ", " b", "  "));
    EXPECT_THAT(split("deepseek-v3", "x  (y)"), ElementsAre("x", " ", " (", "y", ")"));
    EXPECT_THAT(split("deepseek-llm", "a  \nb"), ElementsAre("a", "  ", "\n", "b"));
    EXPECT_THAT(split("gpt-2", "a  b "), ElementsAre("a", " ", " b", " "));
    // U+180E is no space, U+3000 is one.
    EXPECT_THAT(split("gpt-2", "\xE3\x80\x80\xE3\x80\x80"), ElementsAre("\xE3\x80\x80\xE3\x80\x80"));
    EXPECT_THAT(split("gpt-2", "a\xE1\xA0\x8E"), ElementsAre("a", "\xE1\xA0\x8E"));
}

TEST(Pretokenizer, WordsByFamily) {
    EXPECT_THAT(split("qwen2", "I'LL x's"), ElementsAre("I", "'LL", " x", "'s"));
    EXPECT_THAT(split("gpt-4o", "camelCase THEY'RE"), ElementsAre("camel", "Case", " THEY'RE"));
    EXPECT_THAT(split("deepseek-v3", "\xE4\xBD\xA0\xE5\xA5\xBD.abc"), ElementsAre("\xE4\xBD\xA0\xE5\xA5\xBD", ".abc"));
    EXPECT_THAT(split("default", "a.b"), ElementsAre("a", ".", "b"));
    EXPECT_THAT(split("gpt-4o", "http://a"), ElementsAre("http", "://", "a"));
}

TEST(Pretokenizer, HanRunsStandAlone) {
    // Kimi takes Han letters out of the words around them, the iteration mark U+3005 with them, but not U+3006, whose script is Common.
    EXPECT_THAT(split("kimi-k2",
                      "\xE4\xB8\xAD\xE6\x96\x87"
                      "English\xE6\xB7\xB7"),
                ElementsAre("\xE4\xB8\xAD\xE6\x96\x87", "English", "\xE6\xB7\xB7"));
    EXPECT_THAT(split("kimi-k2", "\xE3\x80\x85\xE3\x80\x86"), ElementsAre("\xE3\x80\x85", "\xE3\x80\x86"));
    // Kana are letters like others, and capitals begin a new word as in o200k.
    EXPECT_THAT(split("kimi-k2", "\xE3\x81\x8B\xE6\xBC\xA2\xE3\x81\x8B"), ElementsAre("\xE3\x81\x8B", "\xE6\xBC\xA2", "\xE3\x81\x8B"));
    EXPECT_THAT(split("kimi-k2", "camelCase's 1234"), ElementsAre("camel", "Case's", " ", "123", "4"));
    EXPECT_THAT(split("kimi-k2", "  \xE4\xB8\xAD"), ElementsAre(" ", " ", "\xE4\xB8\xAD"));
}

TEST(Pretokenizer, AnUnknownFamilyIsNamed) {
    const auto pretokenizer = Pretokenizer::create("quux-9");
    ASSERT_FALSE(pretokenizer.ok());
    EXPECT_EQ(pretokenizer.error().code, ErrorCode::unsupported);
    EXPECT_THAT(pretokenizer.error().message, HasSubstr("\"quux-9\""));
    EXPECT_THAT(pretokenizer.error().message, HasSubstr("deepseek-v3"));
}

TEST(Pretokenizer, EveryNameOfTheTableCompiles) {
    size_t names = 0;
    std::string list = split_family_names() + ", ";
    for (size_t at = 0; at < list.size(); ++names) {
        const size_t comma = list.find(", ", at);
        EXPECT_TRUE(Pretokenizer::create(list.substr(at, comma - at)).ok()) << list.substr(at, comma - at);
        at = comma + 2;
    }
    EXPECT_GT(names, 30u);
}

TEST(Pretokenizer, PiecesTogetherAreTheText) {
    std::mt19937 random(11);
    const std::array<std::string_view, 16> parts = {
        "a",    "Z",        "9",       " ", "\n", "\r\n", "\t", "'s", ".", "<|", "\xC3\xA9", "\xE4\xBD\xA0", "\xF0\x9F\x98\x80",
        "\xFF", "\xE4\xBD", "\xCC\x81"};
    for (const std::string_view family : kFamilies) {
        for (int round = 0; round < 300; ++round) {
            std::string text;
            for (unsigned i = random() % 40; i > 0; --i) text += parts[random() % parts.size()];
            std::string joined;
            for (const std::string& piece : split(family, text)) {
                EXPECT_FALSE(piece.empty());
                joined += piece;
            }
            ASSERT_EQ(joined, text) << family;
        }
    }
}

}  // namespace
}  // namespace soliloquy
