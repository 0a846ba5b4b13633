/// tests/unit/tokenizer/long_text_test.cpp: 16 MiB of anything on a stack of 256 KiB, and the ids are those of shorter texts.
#include <gtest/gtest.h>
#include <pthread.h>

#include <functional>
#include <random>

#include "engine/tokenizer/pretokenizer.h"
#include "tests/unit/tokenizer/small_vocabulary.h"

namespace soliloquy {
namespace {

using testing::SmallVocabulary;

#if defined(__SANITIZE_ADDRESS__)
constexpr size_t kBytes = size_t{2} << 20;  // instrumented code is slow, its frames are larger
constexpr size_t kStack = 1024 * 1024;
#else
constexpr size_t kBytes = size_t{16} << 20;
constexpr size_t kStack = 256 * 1024;
#endif

void on_a_small_stack(const std::function<void()>& body) {
    pthread_attr_t attributes;
    ASSERT_EQ(pthread_attr_init(&attributes), 0);
    ASSERT_EQ(pthread_attr_setstacksize(&attributes, kStack), 0);
    pthread_t thread;
    const auto run = [](void* argument) -> void* {
        (*static_cast<const std::function<void()>*>(argument))();
        return nullptr;
    };
    ASSERT_EQ(pthread_create(&thread, &attributes, run, const_cast<void*>(static_cast<const void*>(&body))), 0);
    pthread_join(thread, nullptr);
    pthread_attr_destroy(&attributes);
}

std::string repeated(std::string_view unit, size_t bytes) {
    std::string text;
    while (text.size() + unit.size() <= bytes) text += unit;
    return text;
}

std::string base64(size_t bytes) {
    constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::mt19937 random(1);
    std::string text(bytes, ' ');
    for (char& c : text) c = letters[random() % letters.size()];
    return text;
}

std::vector<std::string> texts(size_t bytes) {
    return {std::string(bytes, 'a'),
            std::string(bytes, 'Z'),
            std::string(bytes, ' '),
            std::string(bytes - 1, ' ') + "x",
            std::string(bytes, '7'),
            std::string(bytes, '\n'),
            std::string(bytes - 1, '\n') + "x",
            repeated(" \r\n", bytes),
            base64(bytes),
            repeated("\xE4\xB8\xAD", bytes),
            repeated("\xF0\x9F\x98\x80", bytes),
            std::string(bytes, '\xFF'),
            repeated("\xCC\x81", bytes),
            repeated("\xC2\xA0", bytes),
            std::string(bytes, '<'),
            repeated("'", bytes)};
}

class LongText : public ::testing::TestWithParam<const char*> {};

TEST_P(LongText, IsCutWithoutLossOnASmallStack) {
    on_a_small_stack([] {
        auto pretokenizer = Pretokenizer::create(GetParam());
        ASSERT_TRUE(pretokenizer.ok());
        Pretokenizer::Scratch scratch;
        for (const std::string& text : texts(kBytes / 4)) {
            size_t bytes = 0;
            const char* at = text.data();
            const Status status = pretokenizer->split(text, scratch, [&](std::string_view piece) {
                if (piece.data() == at) bytes += piece.size();
                at = piece.data() + piece.size();
            });
            ASSERT_TRUE(status.ok()) << status.error().message;
            ASSERT_EQ(bytes, text.size()) << text.substr(0, 8);
        }
    });
}

INSTANTIATE_TEST_SUITE_P(Families, LongText,
                         ::testing::Values("deepseek-v3", "deepseek-llm", "deepseek-coder", "qwen2", "qwen35", "llama-bpe", "gpt-4o",
                                           "tekken", "gpt-2", "smollm", "default", "kimi-k2", "youtu", "minicpm5", "seed-coder", "viking"));

TEST(LongTextIds, AreThoseOfShorterTexts) {
    SmallVocabulary small("qwen2");
    std::string run = "a";
    std::string spaces = SmallVocabulary::letter(' ');
    for (int i = 0; i < 7; ++i) {
        small.merge(run, run);
        small.merge(spaces, spaces);
        run += run;
        spaces += spaces;
    }
    const TokenId of_128_letters = 256 + 12;
    const TokenId of_128_spaces = 256 + 13;
    const auto tokenizer = small.make();
    ASSERT_TRUE(tokenizer.ok());
    on_a_small_stack([&] {
        auto ids = (*tokenizer)->encode(std::string(kBytes, 'a'), true);
        ASSERT_TRUE(ids.ok());
        EXPECT_EQ(*ids, std::vector<TokenId>(kBytes / 128, of_128_letters));
        ids = (*tokenizer)->encode(std::string(kBytes, ' '), true);
        ASSERT_TRUE(ids.ok());
        EXPECT_EQ(*ids, std::vector<TokenId>(kBytes / 128, of_128_spaces));
        // The last space belongs to the word, so one token of each smaller power remains.
        ids = (*tokenizer)->encode(std::string(kBytes, ' ') + "x", true);
        ASSERT_TRUE(ids.ok());
        EXPECT_EQ(ids->size(), kBytes / 128 - 1 + 7 + 2);
        const std::string noise = base64(kBytes);
        ids = (*tokenizer)->encode(noise, true);
        ASSERT_TRUE(ids.ok());
        EXPECT_EQ((*tokenizer)->vocabulary().decode(*ids), noise);
    });
}

}  // namespace
}  // namespace soliloquy
