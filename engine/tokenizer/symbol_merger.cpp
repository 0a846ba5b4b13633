/// engine/tokenizer/symbol_merger.cpp: a scan for short words, a heap for windows, windows for long texts.
#include "engine/tokenizer/symbol_merger.h"

#include <algorithm>
#include <array>
#include <functional>
#include <limits>

namespace soliloquy {
namespace {

constexpr size_t kScan = 128;  // up to this many units a scan of all ranks beats a heap
static_assert(kMaxRank <= std::numeric_limits<int32_t>::max() >> 7, "a rank and a position share 31 bits");
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
    if (units.size() <= kScan) {
        merge_with_scan(units, out);
    } else {
        merge_with_heap(units, out);
    }
}

void SymbolMerger::merge_with_scan(std::span<const Symbol> units, std::vector<Piece>& out) {
    constexpr int32_t kNever = std::numeric_limits<int32_t>::max();
    constexpr size_t kLanes = 16;
    // keys[i]: rank << 7 | i of symbol i with the next one, so that the least key is the lowest rank, leftmost.
    alignas(64) std::array<int32_t, kScan> keys;
    std::array<Symbol, kScan> symbols, results;
    std::array<uint8_t, kScan + 1> next, previous;
    const size_t count = units.size();
    if (count == 0) return;
    const auto offer = [&](size_t at, size_t right) {
        const Merge merge = right < count ? find(symbols[at], symbols[right]) : Merge{};
        keys[at] = merge.rank == kNoRank ? kNever : static_cast<int32_t>(merge.rank << 7 | at);
        results[at] = merge.result;
    };
    const size_t padded = (count + kLanes - 1) / kLanes * kLanes;
    for (size_t i = 0; i < count; ++i) symbols[i] = units[i];
    for (size_t i = 0; i < count; ++i) {
        next[i] = static_cast<uint8_t>(i + 1);
        previous[i + 1] = static_cast<uint8_t>(i);
        offer(i, i + 1);
    }
    for (size_t i = count; i < padded; ++i) keys[i] = kNever;
    while (true) {
        int32_t least = kNever;
        for (size_t i = 0; i < padded; ++i) least = std::min(least, keys[i]);
        if (least == kNever) break;
        const size_t at = static_cast<size_t>(least) & (kScan - 1);
        const size_t gone = next[at];
        symbols[at] = results[at];
        next[at] = next[gone];
        previous[next[gone]] = static_cast<uint8_t>(at);
        keys[gone] = kNever;
        offer(at, next[at]);
        if (at > 0) offer(previous[at], at);
    }
    for (size_t i = 0; i < count; i = next[i]) out.push_back({symbols[i], static_cast<uint32_t>(next[i] - i)});
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
    if (left == apart_left_ && right == apart_right_) return true;  // symbols name their units
    seam_.clear();
    merge_whole(units.subspan(seam - left.units, size_t{left.units} + right.units), seam_);
    if (seam_.size() != 2 || seam_[0] != left || seam_[1] != right) return false;
    apart_left_ = left;
    apart_right_ = right;
    return true;
}

bool SymbolMerger::merge_in_windows(std::span<const Symbol> units, size_t window, std::vector<Piece>& out) {
    const size_t out_before = out.size();
    size_t at = 0;
    current_.clear();
    merge_whole(units.first(window), current_);
    while (at + window < units.size()) {
        // The end of a window is wrong where it was cut, so a tail is dropped; a longer one if its seam does not hold.
        size_t kept = current_.size();
        size_t kept_units = window;
        bool joined = false;
        for (size_t tail = window / 16; !joined && tail <= window / 2; tail *= 2) {
            while (kept > 0 && window - kept_units < tail) kept_units -= current_[--kept].units;
            if (kept == 0 || kept_units < window / 4) break;
            const auto here = units.subspan(at, window);
            const auto there = units.subspan(at + kept_units, std::min(window, units.size() - at - kept_units));
            if (std::equal(here.begin(), here.end(), there.begin(), there.end())) {
                following_ = current_;  // a run
            } else {
                following_.clear();
                merge_whole(there, following_);
            }
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
