/// tests/unit/tokenizer/small_vocabulary.h: a byte-level vocabulary made in memory: 256 bytes, merges, and tokens of other kinds.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/tokenizer/byte_letters.h"
#include "engine/tokenizer/tokenizer.h"

namespace soliloquy::testing {

/// Ids: 0-255 the bytes, then the results of merges, then what add() appended, in the order of the calls.
class SmallVocabulary {
  public:
    explicit SmallVocabulary(std::string_view pre = "qwen2") {
        source_.pre = pre;
        for (unsigned byte = 0; byte < 256; ++byte) add(letter(byte), TokenKind::normal);
    }

    static std::string letter(unsigned byte) {
        std::string out;
        append_utf8(out, kByteLetters[byte]);
        return out;
    }

    /// Both halves as the vocabulary writes them (a space is "Ġ").
    void merge(const std::string& left, const std::string& right) {
        merges_.push_back(own(left + " " + right));
        add(left + right, TokenKind::normal);
    }
    TokenId add(std::string_view text, TokenKind kind) {
        source_.tokens.push_back(own(std::string(text)));
        source_.kinds.push_back(static_cast<int64_t>(kind));
        return static_cast<TokenId>(source_.tokens.size() - 1);
    }

    VocabularySource& source() { return source_; }
    std::vector<std::string_view>& merges() { return merges_; }
    [[nodiscard]] Result<std::unique_ptr<Tokenizer>> make() const { return Tokenizer::from_source(source_, merges_); }

  private:
    std::string_view own(std::string text) { return texts_.emplace_back(std::move(text)); }

    std::deque<std::string> texts_;
    VocabularySource source_;
    std::vector<std::string_view> merges_;
};

}  // namespace soliloquy::testing
