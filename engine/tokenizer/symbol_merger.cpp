/// engine/tokenizer/symbol_merger.cpp: a scan for short words, a heap for windows, windows for long texts.
#include "engine/tokenizer/symbol_merger.h"

#include <algorithm>
#include <array>
#include <functional>

namespace soliloquy {
namespace {

constexpr size_t kShort = 24;  // below this a scan beats a heap
constexpr uint32_t kNoNode = 0xFFFFFFFF;

}  // namespace

void SymbolMerger::merge(std::span<const Symbol> units, std::vector<Piece>& out) {
    size_t window = window_;
    while (units.size() > 2 * window) {
        if (merge_in_windows(units, window, out)) return;
        window *= 4;
    }
    merge_whole(units, out);
}

void SymbolMerger::merge_whole(std::span<const Symbol> units, std::vector<Piece>& out) {
    if (units.size() <= kShort) {
        merge_short(units, out);
    } else {
        merge_with_heap(units, out);
    }
}

void SymbolMerger::merge_short(std::span<const Symbol> units, std::vector<Piece>& out) {
    struct Part {
        Piece piece;
        Merge merge;  // with the next part
    };
    std::array<Part, kShort> parts;
    size_t count = units.size();
    if (count == 0) return;
    for (size_t i = 0; i < count; ++i) parts[i] = {{units[i], 1}, i + 1 < count ? find(units[i], units[i + 1]) : Merge{}};
    while (true) {
        size_t best = 0;
        for (size_t i = 1; i < count; ++i) {
            if (parts[i].merge.rank < parts[best].merge.rank) best = i;
        }
        if (parts[best].merge.rank == kNoRank) break;
        parts[best].piece = {parts[best].merge.result, parts[best].piece.units + parts[best + 1].piece.units};
        std::copy(parts.begin() + static_cast<ptrdiff_t>(best) + 2, parts.begin() + static_cast<ptrdiff_t>(count),
                  parts.begin() + static_cast<ptrdiff_t>(best) + 1);
        --count;
        const Symbol symbol = parts[best].piece.symbol;
        parts[best].merge = best + 1 < count ? find(symbol, parts[best + 1].piece.symbol) : Merge{};
        if (best > 0) parts[best - 1].merge = find(parts[best - 1].piece.symbol, symbol);
    }
    for (size_t i = 0; i < count; ++i) out.push_back(parts[i].piece);
}

/// Looks up the join of a node with the next one and puts it on the heap.
void SymbolMerger::offer(uint32_t at) {
    Node& node = nodes_[at];
    node.merge = node.next == kNoNode ? Merge{} : find(node.symbol, nodes_[node.next].symbol);
    if (node.merge.rank == kNoRank) return;
    heap_.push_back(uint64_t{node.merge.rank} << 32 | at);
    std::push_heap(heap_.begin(), heap_.end(), std::greater<>{});
}

void SymbolMerger::merge_with_heap(std::span<const Symbol> units, std::vector<Piece>& out) {
    const auto count = static_cast<uint32_t>(units.size());
    nodes_.resize(count);
    heap_.clear();
    for (uint32_t i = 0; i < count; ++i) {
        const bool last = i + 1 == count;
        nodes_[i] = {units[i], 1, i == 0 ? kNoNode : i - 1, last ? kNoNode : i + 1, last ? Merge{} : find(units[i], units[i + 1])};
        if (nodes_[i].merge.rank != kNoRank) heap_.push_back(uint64_t{nodes_[i].merge.rank} << 32 | i);
    }
    std::make_heap(heap_.begin(), heap_.end(), std::greater<>{});
    while (!heap_.empty()) {
        std::pop_heap(heap_.begin(), heap_.end(), std::greater<>{});
        const uint64_t top = heap_.back();
        heap_.pop_back();
        const auto at = static_cast<uint32_t>(top);
        Node& node = nodes_[at];
        if (node.merge.rank != static_cast<uint32_t>(top >> 32)) continue;  // its neighbours have changed since
        Node& gone = nodes_[node.next];
        node.symbol = node.merge.result;
        node.units += gone.units;
        node.next = gone.next;
        gone.merge = {};
        if (node.next != kNoNode) nodes_[node.next].previous = at;
        offer(at);
        if (node.previous != kNoNode) offer(node.previous);
    }
    for (uint32_t i = 0; i != kNoNode; i = nodes_[i].next) out.push_back({nodes_[i].symbol, nodes_[i].units});
}

bool SymbolMerger::stays_apart(std::span<const Symbol> units, size_t seam, Piece left, Piece right) {
    seam_.clear();
    merge_whole(units.subspan(seam - left.units, size_t{left.units} + right.units), seam_);
    return seam_.size() == 2 && seam_[0] == left && seam_[1] == right;
}

bool SymbolMerger::merge_in_windows(std::span<const Symbol> units, size_t window, std::vector<Piece>& out) {
    const size_t out_before = out.size();
    const auto merge_from = [&](size_t at, std::vector<Piece>& pieces) {
        pieces.clear();
        merge_whole(units.subspan(at, std::min(window, units.size() - at)), pieces);
    };
    size_t at = 0;
    merge_from(0, current_);
    while (at + window < units.size()) {
        // The end of a window is wrong where it was cut, so a tail is dropped; a longer one if its seam does not hold.
        size_t kept = current_.size();
        size_t kept_units = window;
        bool joined = false;
        for (size_t tail = window / 16; !joined && tail <= window / 2; tail *= 2) {
            while (kept > 0 && window - kept_units < tail) kept_units -= current_[--kept].units;
            if (kept == 0 || kept_units < window / 4) break;
            merge_from(at + kept_units, following_);
            joined = stays_apart(units, at + kept_units, current_[kept - 1], following_.front());
        }
        if (!joined) {
            out.resize(out_before);
            return false;
        }
        out.insert(out.end(), current_.begin(), current_.begin() + static_cast<ptrdiff_t>(kept));
        at += kept_units;
        current_.swap(following_);
    }
    out.insert(out.end(), current_.begin(), current_.end());
    return true;
}

}  // namespace soliloquy
