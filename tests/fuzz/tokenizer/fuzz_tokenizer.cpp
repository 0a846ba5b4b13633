/// tests/fuzz/tokenizer/fuzz_tokenizer.cpp: any text, from a template and from people in any mixture, in every family.
/// Input: byte 0 chooses the vocabulary, byte 1 how long the runs of one source are, the rest is the text.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "engine/tokenizer/utf8_stream.h"
#include "tests/unit/tokenizer/small_vocabulary.h"

namespace {

using namespace soliloquy;
using testing::SmallVocabulary;

constexpr std::array<std::string_view, 11> kFamilies = {"deepseek-v3", "deepseek-llm", "deepseek-coder", "qwen2",  "qwen35", "llama-bpe",
                                                        "gpt-4o",      "tekken",       "gpt-2",          "smollm", "default"};

void require(bool truth) {
    if (!truth) std::abort();
}

std::unique_ptr<Tokenizer> make_bpe(std::string_view pre) {
    SmallVocabulary small(pre);
    const std::string space = SmallVocabulary::letter(' ');
    for (const auto& [left, right] : {std::pair<std::string, std::string>{"a", "a"},
                                      {"aa", "aa"},
                                      {space, space},
                                      {space + space, space},
                                      {space, "a"},
                                      {"<", "|"},
                                      {"1", "1"},
                                      {"th", "e"},
                                      {"t", "h"},
                                      {SmallVocabulary::letter(0xE4), "a"}}) {
        small.merge(left, right);
    }
    for (const char* name : {"<think>", "</think>", "<|im_end|>", "<|", "<|a|>"}) small.add(name, TokenKind::control);
    small.add("<tool>", TokenKind::user_defined);
    small.add("\xC3\xB8", TokenKind::user_defined);
    small.add("\n\n", TokenKind::user_defined);
    auto tokenizer = small.make();
    require(tokenizer.ok());
    return std::move(tokenizer).value();
}

std::unique_ptr<Tokenizer> make_sentencepiece() {
    SmallVocabulary letters;  // keeps the texts
    VocabularySource& source = letters.source();
    source.model = VocabularyModel::sentencepiece;
    source.tokens.clear();
    source.kinds.clear();
    letters.add("<unk>", TokenKind::unknown);
    letters.add("</s>", TokenKind::control);
    for (unsigned byte = 0; byte < 256; ++byte) {
        const char* digits = "0123456789ABCDEF";
        letters.add(std::string("<0x") + digits[byte / 16] + digits[byte % 16] + ">", TokenKind::byte);
    }
    for (const char* text : {"\xE2\x96\x81", "a", "aa",
                             "\xE2\x96\x81"
                             "a",
                             "</", "s>", "\xE4\xBD\xA0", "<", "/", "s", ">"}) {
        letters.add(text, TokenKind::normal);
    }
    for (size_t i = 0; i < source.tokens.size(); ++i) source.scores.push_back(-static_cast<float>(i % 7));
    auto tokenizer = letters.make();
    require(tokenizer.ok());
    return std::move(tokenizer).value();
}

const Tokenizer& tokenizer_of(uint8_t choice) {
    static std::array<std::unique_ptr<Tokenizer>, kFamilies.size() + 1> all;
    auto& tokenizer = all[choice % all.size()];
    if (!tokenizer) tokenizer = choice % all.size() < kFamilies.size() ? make_bpe(kFamilies[choice % all.size()]) : make_sentencepiece();
    return *tokenizer;
}

void check_text(const Tokenizer& tokenizer, std::string_view text, const std::vector<TokenId>& ids) {
    const std::string decoded = tokenizer.vocabulary().decode(ids);
    if (!tokenizer.vocabulary().add_space_prefix()) return require(decoded == text);
    // SentencePiece puts a space before each stretch and takes U+2581 for one: compare what is neither.
    const auto letters = [](std::string_view from) {
        std::string kept;
        for (size_t at = 0; at < from.size(); ++at) {
            if (from.substr(at, 3) == "\xE2\x96\x81") {
                at += 2;
            } else if (from[at] != ' ') {
                kept += from[at];
            }
        }
        return kept;
    };
    require(letters(decoded) == letters(text));
}

/// No mark may come out but where a template wrote all of it.
void check_sources(const Tokenizer& tokenizer, const TracedText& text, const std::vector<TokenId>& ids) {
    if (tokenizer.vocabulary().add_space_prefix()) return;  // offsets are not those of the text
    size_t at = 0;
    for (const TokenId id : ids) {
        const size_t end = at + tokenizer.vocabulary().bytes(id).size();
        const bool mark = tokenizer.vocabulary().is_special(id) && !tokenizer.vocabulary().is_plain_text(id);
        size_t run_begin = 0;
        for (const auto& run : text.runs) {
            const bool touches = run_begin < end && run_begin + run.length > at;
            require(!(mark && touches && run.source == TextSource::from_content));
            run_begin += run.length;
        }
        at = end;
    }
}

void check_stream(std::string_view text) {
    Utf8Stream stream;
    std::string out;
    for (const char c : text) stream.feed({&c, 1}, out);
    stream.flush(out);
    require(out == to_valid_utf8(text) && to_valid_utf8(out) == out);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size < 2) return -1;
    const Tokenizer& tokenizer = tokenizer_of(data[0]);
    const std::string_view text(reinterpret_cast<const char*>(data + 2), size - 2);
    TracedText traced;
    uint32_t random = data[1];
    for (size_t at = 0; at < text.size();) {
        random = random * 1664525 + 1013904223;
        const size_t length = std::min<size_t>(1 + (random >> 16) % (1 + data[1] % 32), text.size() - at);
        traced.append(text.substr(at, length), (random >> 24) % 2 == 0 ? TextSource::from_template : TextSource::from_content);
        at += length;
    }
    const auto plain = tokenizer.encode(text, false);
    const auto special = tokenizer.encode(text, true);
    const auto mixed = tokenizer.encode(traced);
    require(plain.ok() && special.ok() && mixed.ok());
    check_text(tokenizer, text, *plain);
    check_text(tokenizer, text, *special);
    check_text(tokenizer, text, *mixed);
    check_sources(tokenizer, traced, *mixed);
    check_stream(text);
    return 0;
}
