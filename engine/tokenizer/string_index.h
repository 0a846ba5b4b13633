/// engine/tokenizer/string_index.h: finds the number of a string among many, without owning their bytes.
#pragma once

#include <bit>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace soliloquy {

/// Open addressing, at most half full. The bytes behind a number come from the caller's `text_of(number)`, which must go on giving
/// what it gave at insertion.
class StringIndex {
  public:
    void reserve(size_t count) { slots_.assign(std::bit_ceil(count * 2 + 2), Slot{}); }

    /// `reserve` first, for at least as many. A later number replaces an equal string's earlier one. False: strings chosen to
    /// collide, of which no honest file has a run this long.
    template <typename TextOf>
    [[nodiscard]] bool insert(std::string_view text, uint32_t number, TextOf&& text_of) noexcept {
        const uint32_t hash = hash_of(text);
        for (size_t probe = 0; probe < kMaxProbes; ++probe) {
            Slot& slot = slots_[(hash + probe) & (slots_.size() - 1)];
            if (slot.number != kEmpty && (slot.hash != hash || text_of(slot.number) != text)) continue;
            slot = {hash, number};
            return true;
        }
        return false;
    }

    template <typename TextOf>
    [[nodiscard]] std::optional<uint32_t> find(std::string_view text, TextOf&& text_of) const noexcept {
        if (slots_.empty()) return std::nullopt;
        const uint32_t hash = hash_of(text);
        for (size_t probe = 0; probe < kMaxProbes; ++probe) {
            const Slot& slot = slots_[(hash + probe) & (slots_.size() - 1)];
            if (slot.number == kEmpty) return std::nullopt;
            if (slot.hash == hash && text_of(slot.number) == text) return slot.number;
        }
        return std::nullopt;
    }

  private:
    static constexpr uint32_t kEmpty = 0xFFFFFFFF;
    static constexpr size_t kMaxProbes = 4096;
    struct Slot {
        uint32_t hash = 0;
        uint32_t number = kEmpty;
    };
    static uint32_t hash_of(std::string_view text) noexcept {
        const uint64_t hash = std::hash<std::string_view>{}(text);
        return static_cast<uint32_t>(hash ^ (hash >> 32));
    }

    std::vector<Slot> slots_;
};

}  // namespace soliloquy
