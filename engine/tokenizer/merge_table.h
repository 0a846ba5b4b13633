/// engine/tokenizer/merge_table.h: which neighbours join into one symbol, and how early.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

namespace soliloquy {

/// A token id, or a number from the size of the vocabulary up for text that only occurs on the way to a token.
using Symbol = uint32_t;
inline constexpr Symbol kNoSymbol = 0xFFFFFFFF;  ///< joins with nothing
inline constexpr uint32_t kNoRank = 0xFFFFFFFF;
inline constexpr uint32_t kMaxRank = (1u << 24) - 1;

struct Merge {
    uint32_t rank = kNoRank;  ///< lower joins first; kNoRank: never
    Symbol result = kNoSymbol;
};

/// Open addressing, at most half full. A table of megabytes does not stay in the near caches, so two smaller ones stand before it:
/// the pairs of low ids (in real vocabularies the bytes) lie side by side, and a filter of bits knows most pairs that never join.
class MergeTable {
  public:
    MergeTable() { reserve(0); }
    void reserve(size_t merges) {
        const size_t slots = std::bit_ceil(merges * 2 + 2);
        shift_ = 64 - std::countr_zero(slots);
        slots_.assign(slots, Slot{});
        filter_.assign(std::max<size_t>(slots * 4 / 64, 1), 0);
        low_.assign(size_t{kLow} * kLow, Merge{});
    }

    /// `reserve` first, for at least as many. Of a pair given twice the first counts. False: pairs chosen to collide.
    [[nodiscard]] bool add(Symbol left, Symbol right, Merge merge) noexcept {
        if (left < kLow && right < kLow) {
            Merge& low = low_[left * kLow + right];
            if (low.rank == kNoRank) low = merge;
            return true;
        }
        const uint64_t key = key_of(left, right);
        const uint64_t hash = hash_of(key);
        for (size_t probe = 0; probe < kMaxProbes; ++probe) {
            Slot& slot = slots_[((hash >> shift_) + probe) & (slots_.size() - 1)];
            if (slot.key == key) return true;
            if (slot.key != kEmpty) continue;
            slot = {key, merge};
            filter_[filter_word(hash)] |= uint64_t{1} << (hash & 63);
            return true;
        }
        return false;
    }

    [[nodiscard]] Merge find(Symbol left, Symbol right) const noexcept {
        if (left < kLow && right < kLow) return low_[left * kLow + right];
        const uint64_t key = key_of(left, right);
        const uint64_t hash = hash_of(key);
        if ((filter_[filter_word(hash)] >> (hash & 63) & 1) == 0) return {};
        for (size_t at = hash >> shift_;; ++at) {
            const Slot& slot = slots_[at & (slots_.size() - 1)];
            if (slot.key == key) return slot.merge;
            if (slot.key == kEmpty) return {};
        }
    }

  private:
    static constexpr uint64_t kEmpty = ~uint64_t{0};
    static constexpr size_t kMaxProbes = 4096;
    static constexpr Symbol kLow = 320;  // 256 bytes and the control tokens that some families put before them
    struct Slot {
        uint64_t key = kEmpty;
        Merge merge;
    };
    static uint64_t key_of(Symbol left, Symbol right) noexcept { return uint64_t{left} << 32 | right; }
    static uint64_t hash_of(uint64_t key) noexcept {
        key = (key ^ key >> 29) * 0x9E3779B97F4A7C15u;  // 2^64 / golden ratio
        return key ^ key >> 32;
    }
    [[nodiscard]] size_t filter_word(uint64_t hash) const noexcept { return (hash >> 6) & (filter_.size() - 1); }

    std::vector<Slot> slots_;
    std::vector<uint64_t> filter_;
    std::vector<Merge> low_;
    int shift_ = 63;
};

}  // namespace soliloquy
