/// engine/tokenizer/bpe.h: one pre-token to ids by byte-level byte-pair encoding.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "engine/core/result.h"
#include "engine/tokenizer/merge_table.h"
#include "engine/tokenizer/symbol_merger.h"
#include "engine/tokenizer/vocabulary.h"
#include "engine/tokenizer/word_index.h"

namespace soliloquy {

class Bpe {
  public:
    /// Each merge is two texts with one space between them, as in tokenizer.ggml.merges; earlier ones join first. No merge makes a
    /// control token. `vocabulary` must outlive the result. ignore_merges: a pre-token that is a token is taken as it is.
    static Result<Bpe> build(const Vocabulary& vocabulary, std::span<const std::string_view> merges, bool ignore_merges);

    /// What one thread needs while it encodes.
    struct Scratch {
        explicit Scratch(const Bpe& bpe) : merger(bpe.merges_) {}
        SymbolMerger merger;
        std::vector<Symbol> units;
        std::vector<Piece> pieces;
    };

    /// Words at a time that encode_all is best given.
    static constexpr size_t kBatch = 16;
    /// The same as encode() for each of a few words, sooner: their looks at memory overlap.
    void encode_all(std::span<const std::string_view> words, Scratch& scratch, std::vector<TokenId>& out) const;
    /// Appends the ids of `word`. A byte that the vocabulary cannot write (it has no token for it) becomes that of U+FFFD.
    void encode(std::string_view word, Scratch& scratch, std::vector<TokenId>& out) const;

  private:
    enum class Whole : uint8_t { unknown, yes, no };

    explicit Bpe(const Vocabulary& vocabulary) : vocabulary_(&vocabulary), words_(vocabulary) {}
    /// One or two bytes are merged sooner than looked up.
    bool is_looked_up(std::string_view word) const noexcept {
        return word.size() > (ignore_merges_ ? 1u : 2u) && word.size() <= longest_word_;
    }
    Status index_words();
    Status find_byte_symbols();
    Status add_merges(std::span<const std::string_view> merges);
    void merge_bytes(std::string_view word, Scratch& scratch, std::vector<TokenId>& out) const;
    void append(Symbol symbol, std::string_view bytes, std::vector<TokenId>& out) const;

    const Vocabulary* vocabulary_;
    bool ignore_merges_ = false;
    WordIndex words_;  // normal tokens by their bytes
    size_t longest_word_ = 0;
    std::array<Symbol, 256> byte_symbols_{};  // kNoSymbol: no token for the byte
    std::vector<TokenId> replacement_;        // U+FFFD, for such a byte
    MergeTable merges_;
    /// Whether merging a token's bytes gives that token; found out when first asked, the same by whichever thread.
    std::unique_ptr<std::atomic<Whole>[]> whole_;
};

}  // namespace soliloquy
