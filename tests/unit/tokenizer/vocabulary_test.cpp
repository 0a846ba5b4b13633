/// tests/unit/tokenizer/vocabulary_test.cpp: roles and bytes of tokens, and what a hostile vocabulary gets for an answer.
#include "engine/tokenizer/vocabulary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/support/shared_folder.h"
#include "tests/unit/tokenizer/small_vocabulary.h"

namespace soliloquy {
namespace {

using ::testing::HasSubstr;
using testing::SmallVocabulary;

TEST(Vocabulary, OfTheBundledModel) {
    auto file = GgufFile::open(testing::bundled_model());
    ASSERT_TRUE(file.ok()) << file.error().message;
    auto vocabulary = Vocabulary::from_gguf(*file);
    ASSERT_TRUE(vocabulary.ok()) << vocabulary.error().message;
    EXPECT_EQ(vocabulary->model(), VocabularyModel::bpe);
    EXPECT_EQ(vocabulary->pre(), "deepseek-v3");
    EXPECT_TRUE(vocabulary->add_bos());
    const auto eos = vocabulary->find(
        "<\xEF\xBD\x9C"
        "end\xE2\x96\x81of\xE2\x96\x81sentence\xEF\xBD\x9C>");
    ASSERT_TRUE(eos);
    EXPECT_EQ(vocabulary->eos(), eos);
    EXPECT_TRUE(vocabulary->ends_turn(*eos));
    const auto think = vocabulary->find("<think>");
    ASSERT_TRUE(think);
    EXPECT_TRUE(vocabulary->is_special(*think));
    EXPECT_FALSE(vocabulary->is_plain_text(*think));
    EXPECT_FALSE(vocabulary->ends_turn(*think));
    for (unsigned byte = 0; byte < 256; ++byte) {
        const auto id = vocabulary->find(SmallVocabulary::letter(byte));
        ASSERT_TRUE(id) << byte;
        EXPECT_EQ(vocabulary->bytes(*id), std::string(1, static_cast<char>(byte)));
    }
    EXPECT_EQ(vocabulary->bytes(vocabulary->size()), "");
    EXPECT_EQ(vocabulary->kind(0xFFFFFFFF), TokenKind::unused);
    EXPECT_FALSE(vocabulary->ends_turn(0xFFFFFFFF));
}

TEST(Vocabulary, AnOrdinaryTokenSpelledLikeAMarkEndsNothing) {
    SmallVocabulary chat;
    const TokenId ordinary = chat.add("</s>", TokenKind::normal);
    const TokenId defined = chat.add("<eos>", TokenKind::user_defined), written = chat.add("<end_of_turn>", TokenKind::user_defined);
    auto source = chat.source();
    source.chat_template = "{{ message }}<end_of_turn>";
    const auto vocabulary = Vocabulary::from_source(source);
    ASSERT_TRUE(vocabulary.ok()) << vocabulary.error().message;
    EXPECT_FALSE(vocabulary->ends_turn(ordinary));
    EXPECT_FALSE(vocabulary->ends_turn(defined));
    EXPECT_TRUE(vocabulary->ends_turn(written));
}

TEST(Vocabulary, SeveralTokensMayEndATurn) {
    SmallVocabulary chat;
    const TokenId one = chat.add("<one>", TokenKind::control), two = chat.add("<two>", TokenKind::control);
    auto source = chat.source();
    source.eos = one;
    source.more_eos = {two};
    const auto vocabulary = Vocabulary::from_source(source);
    ASSERT_TRUE(vocabulary.ok()) << vocabulary.error().message;
    EXPECT_EQ(vocabulary->eos(), one);
    EXPECT_TRUE(vocabulary->ends_turn(one));
    EXPECT_TRUE(vocabulary->ends_turn(two));
    source.more_eos = {1u << 30};
    EXPECT_FALSE(Vocabulary::from_source(source).ok());
}

TEST(Vocabulary, EndsOfTurnsByName) {
    SmallVocabulary chat;
    const TokenId im_end = chat.add("<|im_end|>", TokenKind::control);
    const TokenId end = chat.add("<|end|>", TokenKind::control);
    const TokenId start = chat.add("<|im_start|>", TokenKind::control);
    const auto vocabulary = Vocabulary::from_source(chat.source());
    ASSERT_TRUE(vocabulary.ok());
    EXPECT_TRUE(vocabulary->ends_turn(im_end));
    EXPECT_TRUE(vocabulary->ends_turn(end));
    EXPECT_FALSE(vocabulary->ends_turn(start));
    EXPECT_FALSE(vocabulary->is_harmony());

    SmallVocabulary harmony("gpt-4o");
    for (const char* name : {"<|channel|>", "<|message|>", "<|start|>"}) harmony.add(name, TokenKind::control);
    const TokenId message_end = harmony.add("<|end|>", TokenKind::control);
    const TokenId returns = harmony.add("<|return|>", TokenKind::control);
    const TokenId call = harmony.add("<|call|>", TokenKind::control);
    const auto of_harmony = Vocabulary::from_source(harmony.source());
    ASSERT_TRUE(of_harmony.ok());
    EXPECT_TRUE(of_harmony->is_harmony());
    EXPECT_FALSE(of_harmony->ends_turn(message_end));
    EXPECT_TRUE(of_harmony->ends_turn(returns));
    EXPECT_TRUE(of_harmony->ends_turn(call));
}

TEST(Vocabulary, MarksAreToldFromWords) {
    SmallVocabulary small;
    const auto kinds_of = [&](std::string_view text) { return small.add(text, TokenKind::user_defined); };
    const TokenId letter = kinds_of("\xC3\xB8");
    const TokenId blanks = kinds_of("\n\n\n");
    const TokenId word = kinds_of("Antwort");
    const std::vector<TokenId> marks = {kinds_of("<think>"),          kinds_of("[THINK]"), kinds_of("\xE2\x97\x81think\xE2\x96\xB7"),
                                        kinds_of("\xEF\xBD\x9CUser"), kinds_of("|x|"),     kinds_of("```")};
    const TokenId control = small.add("word", TokenKind::control);
    const auto vocabulary = Vocabulary::from_source(small.source());
    ASSERT_TRUE(vocabulary.ok());
    for (const TokenId id : {letter, blanks, word}) EXPECT_TRUE(vocabulary->is_plain_text(id)) << vocabulary->text(id);
    for (const TokenId id : marks) EXPECT_FALSE(vocabulary->is_plain_text(id)) << vocabulary->text(id);
    EXPECT_FALSE(vocabulary->is_plain_text(control));
    EXPECT_EQ(vocabulary->bytes(letter), "\xC3\xB8") << "a user-defined token is written as it stands, not in byte letters";
}

std::string error_of(const VocabularySource& source) {
    const auto vocabulary = Vocabulary::from_source(source);
    return vocabulary.ok() ? "" : vocabulary.error().message;
}

TEST(Vocabulary, HostileValuesAreErrors) {
    EXPECT_THAT(error_of({}), HasSubstr("0 tokens"));
    SmallVocabulary small;
    small.source().eos = 256;
    EXPECT_THAT(error_of(small.source()), HasSubstr("eos_token_id is 256"));
    small.source().eos = uint64_t{1} << 40;
    EXPECT_THAT(error_of(small.source()), HasSubstr("eos_token_id"));
    small.source().eos.reset();
    small.source().kinds[7] = 7;
    EXPECT_THAT(error_of(small.source()), HasSubstr("token 7 has type 7"));
    small.source().kinds[7] = -1;
    EXPECT_THAT(error_of(small.source()), HasSubstr("type -1"));
    small.source().kinds.pop_back();
    EXPECT_THAT(error_of(small.source()), HasSubstr("expected 256 items"));
    small.source().kinds.clear();
    EXPECT_EQ(error_of(small.source()), "");
    const std::string giant(Vocabulary::kMaxTokenBytes + 1, 'x');
    small.source().tokens[9] = giant;
    EXPECT_THAT(error_of(small.source()), HasSubstr("token 9"));
    small.source().tokens[9] = "x";
    small.source().model = VocabularyModel::sentencepiece;
    EXPECT_THAT(error_of(small.source()), HasSubstr("scores"));
    small.source().scores.assign(256, 0.0f);
    EXPECT_EQ(error_of(small.source()), "");
    small.source().scores[3] = std::numeric_limits<float>::quiet_NaN();
    EXPECT_THAT(error_of(small.source()), HasSubstr("not a number"));
}

TEST(Vocabulary, HostileMergesAreErrors) {
    for (const std::string_view merge : {"", "a", " a", "a ", "ab"}) {
        SmallVocabulary small;
        small.merges() = {merge};
        const auto tokenizer = small.make();
        ASSERT_FALSE(tokenizer.ok()) << '"' << merge << '"';
        EXPECT_THAT(tokenizer.error().message, HasSubstr("merge 0"));
    }
}

}  // namespace
}  // namespace soliloquy
