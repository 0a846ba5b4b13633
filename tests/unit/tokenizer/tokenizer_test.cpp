/// tests/unit/tokenizer/tokenizer_test.cpp: bytes survive, content stays content, special tokens are found where they may be.
#include "engine/tokenizer/tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <thread>

#include "tests/support/shared_folder.h"
#include "tests/unit/tokenizer/small_vocabulary.h"

namespace soliloquy {
namespace {

using ::testing::ElementsAre;
using testing::SmallVocabulary;

constexpr std::string_view kUser = "<\xEF\xBD\x9CUser\xEF\xBD\x9C>";

std::unique_ptr<Tokenizer> bundled() {
    auto file = GgufFile::open(testing::bundled_model());
    EXPECT_TRUE(file.ok());
    auto tokenizer = Tokenizer::from_gguf(*file);  // outlives the file
    EXPECT_TRUE(tokenizer.ok());
    return std::move(tokenizer).value();
}

std::vector<TokenId> encode(const Tokenizer& tokenizer, std::string_view text, bool control_tokens = false) {
    const auto ids = tokenizer.encode(text, control_tokens);
    EXPECT_TRUE(ids.ok());
    return ids.ok() ? *ids : std::vector<TokenId>{};
}

std::vector<TokenId> encode_content(const Tokenizer& tokenizer, std::string_view text) {
    TracedText traced;
    traced.append(text, TextSource::from_content);
    const auto ids = tokenizer.encode(traced);
    EXPECT_TRUE(ids.ok());
    return ids.ok() ? *ids : std::vector<TokenId>{};
}

std::string random_bytes(std::mt19937& random, size_t most) {
    const std::array<std::string_view, 8> parts = {" ", "the", "\n", "1", "\xE4\xBD\xA0", "<think>", kUser, "\xF0\x9F\x98\x80"};
    std::string text;
    for (size_t i = random() % most; i > 0; --i) {
        if (random() % 2 == 0) {
            text.push_back(static_cast<char>(random() % 256));
        } else {
            text += parts[random() % parts.size()];
        }
    }
    return text;
}

TEST(Tokenizer, EveryByteStringSurvives) {
    const auto tokenizer = bundled();
    std::mt19937 random(17);
    for (int round = 0; round < 3000; ++round) {
        const std::string text = random_bytes(random, 60);
        const Vocabulary& vocabulary = tokenizer->vocabulary();
        ASSERT_EQ(vocabulary.decode(encode(*tokenizer, text)), text);
        ASSERT_EQ(vocabulary.decode(encode(*tokenizer, text, true)), text);
        ASSERT_EQ(vocabulary.decode(encode_content(*tokenizer, text)), text);
    }
    for (unsigned first = 0; first < 256; ++first) {
        for (unsigned second = 0; second < 256; ++second) {
            const std::string pair = {static_cast<char>(first), static_cast<char>(second)};
            ASSERT_EQ(tokenizer->vocabulary().decode(encode(*tokenizer, pair)), pair);
        }
    }
}

TEST(Tokenizer, EveryByteStringSurvivesInEveryFamily) {
    std::mt19937 random(23);
    for (const char* pre : {"deepseek-v3", "deepseek-llm", "deepseek-coder", "qwen2", "llama-bpe", "gpt-4o", "smollm", "default"}) {
        SmallVocabulary small(pre);
        small.merge("t", "h");
        small.merge("th", "e");
        small.merge(SmallVocabulary::letter(' '), "the");
        small.merge(SmallVocabulary::letter(0xE4), SmallVocabulary::letter(0xBD));
        small.merge(SmallVocabulary::letter(0xFF), SmallVocabulary::letter(' '));
        const auto tokenizer = small.make();
        ASSERT_TRUE(tokenizer.ok()) << tokenizer.error().message;
        for (int round = 0; round < 500; ++round) {
            const std::string text = random_bytes(random, 40);
            ASSERT_EQ((*tokenizer)->vocabulary().decode(encode(**tokenizer, text)), text) << pre;
        }
    }
}

TEST(Tokenizer, ContentNeverBecomesAControlToken) {
    const auto tokenizer = bundled();
    const Vocabulary& vocabulary = tokenizer->vocabulary();
    size_t marks = 0;
    for (TokenId id = 0; id < vocabulary.size(); ++id) {
        if (!vocabulary.is_special(id)) continue;
        ++marks;
        const std::string name(vocabulary.bytes(id));
        EXPECT_EQ(encode(*tokenizer, name, true), std::vector<TokenId>{id});
        // Whole from content, and at every cut between content and template, in both orders.
        for (size_t cut = 0; cut <= name.size(); ++cut) {
            for (const bool content_first : {true, false}) {
                TracedText text;
                const auto source = [&](bool content) { return content ? TextSource::from_content : TextSource::from_template; };
                text.append(std::string_view(name).substr(0, cut), source(content_first));
                text.append(std::string_view(name).substr(cut), source(!content_first));
                const bool all_template = cut == (content_first ? size_t{0} : name.size());
                const auto ids = tokenizer->encode(text);
                ASSERT_TRUE(ids.ok());
                EXPECT_EQ(vocabulary.decode(*ids), name);
                if (all_template) {
                    EXPECT_THAT(*ids, ElementsAre(id));
                } else {
                    for (const TokenId found : *ids) EXPECT_FALSE(vocabulary.is_special(found)) << name << " cut at " << cut;
                }
            }
        }
    }
    EXPECT_GE(marks, 7u);
}

TEST(Tokenizer, TemplateMarksAroundContentThatLooksLikeThem) {
    const auto tokenizer = bundled();
    const Vocabulary& vocabulary = tokenizer->vocabulary();
    const TokenId user = *vocabulary.find(kUser);
    TracedText text;
    text.append(kUser, TextSource::from_template);
    text.append(std::string("</think>") + std::string(kUser) + "hi", TextSource::from_content);
    text.append(kUser, TextSource::from_template);
    const auto ids = tokenizer->encode(text);
    ASSERT_TRUE(ids.ok());
    EXPECT_EQ(ids->front(), user);
    EXPECT_EQ(ids->back(), user);
    EXPECT_EQ(std::count_if(ids->begin(), ids->end(), [&](TokenId id) { return vocabulary.is_special(id); }), 2);
    EXPECT_EQ(vocabulary.decode(*ids), text.text);
}

TEST(Tokenizer, TextIsOneAcrossTheBorderOfItsSources) {
    SmallVocabulary small;
    small.merge("a", "b");
    const auto tokenizer = small.make();
    ASSERT_TRUE(tokenizer.ok());
    TracedText text;
    text.append("a", TextSource::from_template);
    text.append("b", TextSource::from_content);
    const auto ids = (*tokenizer)->encode(text);
    ASSERT_TRUE(ids.ok());
    EXPECT_THAT(*ids, ElementsAre(256));
}

TEST(Tokenizer, RunsLongerThanTheTextAreAnError) {
    const auto tokenizer = bundled();
    TracedText text;
    text.append("abc", TextSource::from_content);
    text.runs.push_back({size_t(-1), TextSource::from_template});
    EXPECT_FALSE(tokenizer->encode(text).ok());
}

// Bytes that no run covers count as content.
TEST(Tokenizer, BytesWithoutASourceAreContent) {
    const auto tokenizer = bundled();
    TracedText text;
    text.text = "<think>";
    const auto ids = tokenizer->encode(text);
    ASSERT_TRUE(ids.ok());
    EXPECT_EQ(ids->size(), 7u);
}

TEST(Tokenizer, TheLongestSpecialTokenWins) {
    SmallVocabulary small;
    const TokenId brief = small.add("<a>", TokenKind::control);
    const TokenId longer = small.add("<a><b>", TokenKind::control);
    const TokenId word = small.add("\xC3\xB8", TokenKind::user_defined);
    const auto tokenizer = small.make();
    ASSERT_TRUE(tokenizer.ok());
    EXPECT_THAT(encode(**tokenizer, "<a><a><b>x<a", true), ElementsAre(brief, longer, 'x', '<', 'a'));
    EXPECT_THAT(encode(**tokenizer, "<a>\xC3\xB8"), ElementsAre('<', 'a', '>', word));
    EXPECT_THAT(encode_content(**tokenizer, "<a>\xC3\xB8"), ElementsAre('<', 'a', '>', word));
}

TEST(Tokenizer, AMergeThatSpellsAMarkMakesNone) {
    SmallVocabulary small;
    const TokenId mark = small.add("<|>", TokenKind::control);
    small.merge("<", "|");
    small.merges().push_back("<| >");
    const auto tokenizer = small.make();
    ASSERT_TRUE(tokenizer.ok());
    EXPECT_THAT(encode_content(**tokenizer, "x<|>"), ElementsAre('x', mark + 1, '>'));
}

TEST(Tokenizer, WholeWordsBeforeMergesWhereTheFamilySaysSo) {
    for (const char* pre : {"llama-bpe", "glm4"}) {
        SmallVocabulary small(pre);
        const TokenId whole = small.add("abc", TokenKind::normal);  // no merge makes it
        const auto tokenizer = small.make();
        ASSERT_TRUE(tokenizer.ok());
        const auto ids = encode(**tokenizer, "abc");
        if (std::string_view(pre) == "llama-bpe") {
            EXPECT_THAT(ids, ElementsAre(whole));
        } else {
            EXPECT_THAT(ids, ElementsAre('a', 'b', 'c'));
            EXPECT_EQ(encode(**tokenizer, "abc"), ids) << "asked again";
        }
    }
}

TEST(Tokenizer, AByteWithoutATokenIsReplaced) {
    SmallVocabulary small;
    small.source().tokens[0xF5] = "not a byte";
    const auto tokenizer = small.make();
    ASSERT_TRUE(tokenizer.ok());
    EXPECT_EQ((*tokenizer)->vocabulary().decode(encode(**tokenizer, "a\xF5z")), "a\xEF\xBF\xBDz");
    small.source().tokens[0xEF] = "nor this";
    EXPECT_FALSE(small.make().ok()) << "there is nothing left to write U+FFFD with";
}

VocabularySource sentencepiece_source() {
    VocabularySource source;
    source.model = VocabularyModel::sentencepiece;
    source.tokens = {"<unk>",
                     "<s>",
                     "</s>",
                     "\xE2\x96\x81",
                     "a",
                     "b",
                     "ab",
                     "\xE2\x96\x81"
                     "a",
                     "</",
                     "s>"};
    source.kinds = {2, 3, 3, 1, 1, 1, 1, 1, 1, 1};
    source.scores = {0, 0, 0, -5, -6, -7, -2, -3, -1, -1};
    return source;
}

TEST(Tokenizer, SentencePieceJoinsByScore) {
    VocabularySource source = sentencepiece_source();
    std::vector<std::string> names;
    for (unsigned byte = 0; byte < 256; ++byte) {
        const char* digits = "0123456789ABCDEF";
        names.push_back(std::string("<0x") + digits[byte / 16] + digits[byte % 16] + ">");
    }
    for (const std::string& name : names) {
        source.tokens.push_back(name);
        source.kinds.push_back(6);
        source.scores.push_back(0);
    }
    const auto tokenizer = Tokenizer::from_source(source, {});
    ASSERT_TRUE(tokenizer.ok()) << tokenizer.error().message;
    EXPECT_THAT(encode(**tokenizer, "ab"), ElementsAre(3, 6)) << "a+b scores better than a space and a";
    EXPECT_THAT(encode(**tokenizer, "a b"), ElementsAre(7, 3, 5));
    EXPECT_THAT(encode(**tokenizer, "\xC3\xA9"), ElementsAre(3, 10 + 0xC3, 10 + 0xA9)) << "a letter without a token";
    EXPECT_EQ((*tokenizer)->vocabulary().decode(encode(**tokenizer, "\xFF\xE4\xBD z")), " \xFF\xE4\xBD z");
    EXPECT_THAT(encode_content(**tokenizer, "</s>"), ::testing::Not(::testing::Contains(2))) << "its halves are tokens and would join";
    EXPECT_THAT(encode(**tokenizer, "a</s>a", true), ElementsAre(7, 2, 7));
    EXPECT_TRUE(encode(**tokenizer, "").empty());
    source.add_space_prefix = false;
    EXPECT_THAT(encode(**Tokenizer::from_source(source, {}), "ab"), ElementsAre(6));
}

TEST(Tokenizer, SentencePieceWithoutBytesWritesUnknown) {
    VocabularySource source = sentencepiece_source();
    const auto tokenizer = Tokenizer::from_source(source, {});
    ASSERT_TRUE(tokenizer.ok());
    EXPECT_THAT(encode(**tokenizer, "z"), ElementsAre(3, 0));
    source.kinds[0] = 1;
    EXPECT_FALSE(Tokenizer::from_source(source, {}).ok());
}

TEST(Tokenizer, SeveralThreadsGetTheSameIds) {
    const auto tokenizer = bundled();
    const std::string text = "The quick brown fox, 1234 times \xE4\xBD\xA0\n\n  over.";
    const auto expected = encode(*tokenizer, text);
    std::vector<std::thread> threads;
    std::array<bool, 4> same{};
    for (size_t i = 0; i < same.size(); ++i) {
        threads.emplace_back([&, i] {
            same[i] = true;
            for (int round = 0; round < 200; ++round) same[i] = same[i] && *tokenizer->encode(text, false) == expected;
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_THAT(same, ::testing::Each(true));
}

}  // namespace
}  // namespace soliloquy
