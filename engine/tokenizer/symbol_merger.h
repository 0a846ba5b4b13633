/// engine/tokenizer/symbol_merger.h: joins neighbouring symbols, lowest rank first and leftmost among equals, until none joins.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/tokenizer/merge_table.h"

namespace soliloquy {

/// A symbol and how many of the units it was made from.
struct Piece {
    Symbol symbol = kNoSymbol;
    uint32_t units = 0;
    bool operator==(const Piece&) const = default;
};

/// Sennrich et al. 2016, algorithm 1, applied. Holds scratch memory: one per thread. Stack use is constant, and so is scratch
/// memory but for the rare text below.
///
/// Long texts are worked through in overlapping windows, and the result is still exact:
///   (1) If a text becomes t1 t2 ... tn, then the text of ti ti+1 alone becomes ti ti+1: no join crosses a border of the result, so
///       inside any two neighbours joins happen in the order in which they would happen alone.
///   (2) If every pair of neighbours in a sequence stays apart alone, the whole text becomes that sequence: the first join across
///       any border would also have been the first across it in the text of that pair alone.
/// So windows may be put together where the two pieces at the seam stay apart alone. Where no such seam is found the text is done
/// again in windows four times as large; a window as large as the text is the plain algorithm. Cost: O(n log window).
class SymbolMerger {
  public:
    static constexpr size_t kWindow = 64;

    explicit SymbolMerger(const MergeTable& table, size_t window = kWindow) : table_(table), window_(window) {}

    /// Appends the pieces of `units` to `out`.
    void merge(std::span<const Symbol> units, std::vector<Piece>& out);

    /// Joins looked up so far, a measure of work that does not depend on the machine.
    [[nodiscard]] uint64_t lookups() const noexcept { return lookups_; }

  private:
    Merge find(Symbol left, Symbol right) noexcept {
        ++lookups_;
        return table_.find(left, right);
    }
    void merge_with_scan(std::span<const Symbol> units, std::vector<Piece>& out);
    void merge_with_heap(std::span<const Symbol> units, std::vector<Piece>& out);
    void merge_whole(std::span<const Symbol> units, std::vector<Piece>& out);
    [[nodiscard]] bool merge_in_windows(std::span<const Symbol> units, size_t window, std::vector<Piece>& out);
    [[nodiscard]] bool stays_apart(std::span<const Symbol> units, size_t seam, Piece left, Piece right);
    void offer(uint32_t at);

    /// A symbol in the linked list of merge_with_heap, and its join with the next one.
    struct Node {
        Symbol symbol;
        uint32_t units;
        uint32_t previous, next;
        Merge merge;
    };

    const MergeTable& table_;
    size_t window_;
    uint64_t lookups_ = 0;
    std::vector<Node> nodes_;
    std::vector<uint64_t> heap_;                     // rank << 32 | position: the lowest rank, then the leftmost, comes first
    std::vector<Piece> current_, following_, seam_;  // of two windows and of the seam between them
    Piece apart_left_, apart_right_;                 // the last pair found to stay apart
};

}  // namespace soliloquy
