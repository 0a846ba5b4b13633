/// engine/tokenizer/spm.h: text to ids by joining letters: SentencePiece's BPE.
#pragma once

#include <array>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/core/result.h"
#include "engine/tokenizer/merge_table.h"
#include "engine/tokenizer/symbol_merger.h"
#include "engine/tokenizer/vocabulary.h"

namespace soliloquy {

class Spm {
  public:
    static constexpr size_t kMaxLetters = 256;  ///< no longer token is reached by joining; the longest of real vocabularies has 93

    /// Letters are joined by the score of the token they make. `vocabulary` must outlive the result.
    static Result<Spm> build(const Vocabulary& vocabulary);
    /// Letters are joined by a list of merges, earlier ones first (VocabularyModel::letter_bpe); none makes a mark.
    static Result<Spm> build(const Vocabulary& vocabulary, std::span<const std::string_view> merges);

    struct Scratch {
        explicit Scratch(const Spm& spm) : merger(spm.merges_) {}
        SymbolMerger merger;
        std::vector<Symbol> units;
        std::vector<Piece> pieces;
    };

    /// Appends the ids of `text`, in which spaces are spaces; with `space_prefix` one more is put before it. A letter without a token
    /// becomes its bytes' tokens, and invalid bytes do too.
    void encode(std::string_view text, bool space_prefix, Scratch& scratch, std::vector<TokenId>& out) const;
    /// The same for letter BPE, which joins nothing across the ends of lines and takes a run of them whole where it is a token.
    void encode_lines(std::string_view text, Scratch& scratch, std::vector<TokenId>& out) const;

  private:
    explicit Spm(const Vocabulary& vocabulary) : vocabulary_(&vocabulary) {}
    Status find_bytes();
    Status add_merges();
    Status add_merges(std::span<const std::string_view> merges);
    Symbol add_letter(std::string_view text, Symbol& next);
    Symbol symbol_of_letter(char32_t letter) const noexcept;
    void append_bytes(std::string_view letter, std::vector<TokenId>& out) const;

    const Vocabulary* vocabulary_;
    std::array<TokenId, 256> byte_tokens_{};
    std::vector<Symbol> letters_;                       // of the basic plane, by code point
    std::unordered_map<char32_t, Symbol> far_letters_;  // of the others
    MergeTable merges_;
};

}  // namespace soliloquy
