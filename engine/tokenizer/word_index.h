/// engine/tokenizer/word_index.h: finds the token that a word's bytes are, in one look at memory for short words.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/tokenizer/string_index.h"
#include "engine/tokenizer/vocabulary.h"

namespace soliloquy {

/// Words of up to 8 bytes, which most are, stand in the slots themselves; longer ones behind a StringIndex.
class WordIndex {
  public:
    explicit WordIndex(const Vocabulary& vocabulary) : vocabulary_(&vocabulary) {}

    /// To be called first; `short_words` and `long_words` are upper bounds.
    void reserve(size_t short_words, size_t long_words) {
        const size_t slots = std::bit_ceil(short_words * 2 + 2);
        shift_ = 64 - std::countr_zero(slots);
        slots_.assign(slots, Slot{});
        long_words_.reserve(long_words);
    }

    /// A later token replaces an earlier one of equal bytes. False: tokens chosen to collide.
    [[nodiscard]] bool insert(TokenId id) noexcept {
        const std::string_view word = vocabulary_->bytes(id);
        if (word.size() > kShort) return long_words_.insert(word, id, [&](TokenId i) { return vocabulary_->bytes(i); });
        const Slot wanted{packed(word), static_cast<uint32_t>(word.size()), id};
        for (size_t probe = 0; probe < kMaxProbes; ++probe) {
            Slot& slot = slots_[(start_of(wanted) + probe) & (slots_.size() - 1)];
            if (slot.size != 0 && (slot.bytes != wanted.bytes || slot.size != wanted.size)) continue;
            slot = wanted;
            return true;
        }
        return false;
    }

    /// `word` may not be empty.
    [[nodiscard]] std::optional<TokenId> find(std::string_view word) const noexcept {
        if (word.size() > kShort) return long_words_.find(word, [&](TokenId i) { return vocabulary_->bytes(i); });
        const Slot wanted{packed(word), static_cast<uint32_t>(word.size()), 0};
        for (size_t at = start_of(wanted);; ++at) {
            const Slot& slot = slots_[at & (slots_.size() - 1)];
            if (slot.bytes == wanted.bytes && slot.size == wanted.size) return slot.id;
            if (slot.size == 0) return std::nullopt;
        }
    }

    /// Starts to fetch what find() of a word of at most kShort bytes will look at.
    void prefetch([[maybe_unused]] std::string_view word) const noexcept {
#if defined(__GNUC__)
        const Slot wanted{packed(word), static_cast<uint32_t>(word.size()), 0};
        __builtin_prefetch(&slots_[start_of(wanted) & (slots_.size() - 1)]);
#endif
    }

    static constexpr size_t kShort = 8;

  private:
    static constexpr size_t kMaxProbes = 4096;
    struct Slot {
        uint64_t bytes = 0;
        uint32_t size = 0;  // 0: empty
        TokenId id = 0;
    };
    static uint64_t packed(std::string_view word) noexcept {
        uint64_t bytes = 0;
        std::memcpy(&bytes, word.data(), word.size());
        return bytes;
    }
    [[nodiscard]] size_t start_of(const Slot& word) const noexcept {
        uint64_t hash = (word.bytes ^ uint64_t{word.size} << 59) * 0x9E3779B97F4A7C15u;  // 2^64 / golden ratio
        hash = (hash ^ hash >> 32) * 0xD6E8FEB86659FD93u;                                // a bijection that spreads the high bytes
        return static_cast<size_t>(hash >> shift_);
    }

    const Vocabulary* vocabulary_;
    std::vector<Slot> slots_;
    StringIndex long_words_;
    int shift_ = 63;
};

}  // namespace soliloquy
