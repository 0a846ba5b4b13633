/// engine/tokenizer/merge_table.h: which neighbours join into one symbol, and how early.
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

namespace soliloquy {

/// A token id, or a number from the size of the vocabulary up for text that only occurs on the way to a token.
using Symbol = uint32_t;
inline constexpr Symbol kNoSymbol = 0xFFFFFFFF;  ///< joins with nothing
inline constexpr uint32_t kNoRank = 0xFFFFFFFF;

struct Merge {
    uint32_t rank = kNoRank;  ///< lower joins first; kNoRank: never
    Symbol result = kNoSymbol;
};

/// Open addressing, at most half full.
class MergeTable {
  public:
    void reserve(size_t merges) {
        const size_t slots = std::bit_ceil(merges * 2 + 2);
        shift_ = 64 - std::countr_zero(slots);
        slots_.assign(slots, Slot{});
    }

    /// `reserve` first, for at least as many. Of a pair given twice the first counts. False: pairs chosen to collide.
    [[nodiscard]] bool add(Symbol left, Symbol right, Merge merge) noexcept {
        const uint64_t key = key_of(left, right);
        for (size_t probe = 0; probe < kMaxProbes; ++probe) {
            Slot& slot = slots_[(start_of(key) + probe) & (slots_.size() - 1)];
            if (slot.key == key) return true;
            if (slot.key != kEmpty) continue;
            slot = {key, merge};
            return true;
        }
        return false;
    }

    [[nodiscard]] Merge find(Symbol left, Symbol right) const noexcept {
        if (slots_.empty()) return {};
        const uint64_t key = key_of(left, right);
        for (size_t at = start_of(key);; ++at) {
            const Slot& slot = slots_[at & (slots_.size() - 1)];
            if (slot.key == key) return slot.merge;
            if (slot.key == kEmpty) return {};
        }
    }

  private:
    static constexpr uint64_t kEmpty = ~uint64_t{0};
    static constexpr size_t kMaxProbes = 4096;
    struct Slot {
        uint64_t key = kEmpty;
        Merge merge;
    };
    static uint64_t key_of(Symbol left, Symbol right) noexcept { return uint64_t{left} << 32 | right; }
    [[nodiscard]] size_t start_of(uint64_t key) const noexcept {
        key ^= key >> 29;
        return static_cast<size_t>((key * 0x9E3779B97F4A7C15u) >> shift_);  // 2^64 / golden ratio
    }

    std::vector<Slot> slots_;
    int shift_ = 63;
};

}  // namespace soliloquy
