/// engine/tokenizer/special_tokens.h: finds a set of tokens whole in a text, the longest first.
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/tokenizer/vocabulary.h"

namespace soliloquy {

/// A sorted list used as a trie. `vocabulary` must outlive it.
class SpecialTokens {
  public:
    static constexpr size_t kMaxBytes = 512;  ///< longer names are never matched: looking at one place is bounded

    struct Match {
        TokenId id;
        size_t length;
    };

    explicit SpecialTokens(const Vocabulary& vocabulary) : vocabulary_(&vocabulary) {}
    void add(TokenId id);
    /// To be called once, after the last add().
    void finish();

    [[nodiscard]] bool may_start(char byte) const noexcept { return ranges_[static_cast<unsigned char>(byte)].second > 0; }
    /// The longest token at the front of `text`.
    [[nodiscard]] std::optional<Match> match(std::string_view text) const noexcept;

  private:
    const Vocabulary* vocabulary_;
    std::vector<TokenId> sorted_;                          // by bytes
    std::array<std::pair<size_t, size_t>, 256> ranges_{};  // of sorted_ by first byte: begin, end
};

}  // namespace soliloquy
