/// engine/chat/mark_matcher.cpp: finds marks in a stream of bytes and special tokens.
#include "engine/chat/mark_matcher.h"

#include <algorithm>
#include <span>

namespace soliloquy {

void MarkSet::add(std::vector<Symbol> symbols, size_t consumed, uint32_t kinds) {
    if (symbols.empty()) return;
    const auto same = std::find_if(marks_.begin(), marks_.end(), [&](const Mark& mark) { return mark.symbols == symbols; });
    if (same != marks_.end()) {
        same->kinds |= kinds;
        return;
    }
    if (symbols.front() < kFirstTokenSymbol) first_bytes_.set(symbols.front());
    const bool has_token = std::any_of(symbols.begin(), symbols.end(), [](Symbol symbol) { return symbol >= kFirstTokenSymbol; });
    marks_.push_back({.symbols = std::move(symbols), .consumed = consumed, .kinds = kinds, .has_token = has_token});
}

void MarkSet::name_token(uint32_t id, std::string_view name) {
    if (!uses_token(id)) names_.emplace_back(id, name);
}

bool MarkSet::uses_token(uint32_t id) const noexcept {
    return std::any_of(names_.begin(), names_.end(), [&](const auto& entry) { return entry.first == id; });
}

uint32_t MarkSet::kinds_of_token(uint32_t id) const noexcept {
    for (const Mark& mark : marks_) {
        if (mark.symbols.size() == 1 && mark.symbols.front() == kFirstTokenSymbol + id) return mark.kinds;
    }
    return 0;
}

bool MarkSet::can_start(Symbol symbol) const noexcept {
    if (symbol < kFirstTokenSymbol) return first_bytes_.test(symbol);
    return std::any_of(marks_.begin(), marks_.end(), [&](const Mark& mark) { return mark.symbols.front() == symbol; });
}

void MarkSet::append_bytes(Symbol symbol, std::string& out) const {
    if (symbol < kFirstTokenSymbol) {
        out.push_back(static_cast<char>(static_cast<unsigned char>(symbol)));
        return;
    }
    for (const auto& [id, name] : names_) {
        if (id == symbol - kFirstTokenSymbol) out += name;
    }
}

void MarkMatcher::push(Symbol symbol, MarkHandler& handler) {
    if (held_.empty() && !marks_->can_start(symbol)) {
        handler.on_literal(symbol);
        return;
    }
    held_.push_back(symbol);
    bool may_grow = false;
    for (const Mark& mark : marks_->marks()) {
        if (mark.symbols.size() < held_.size() || !std::equal(held_.begin(), held_.end(), mark.symbols.begin())) continue;
        if (mark.symbols.size() > held_.size()) {
            may_grow = true;
            continue;
        }
        held_.clear();
        handler.on_mark(mark);
        for (const Symbol again : std::span(mark.symbols).subspan(mark.consumed)) push(again, handler);
        return;
    }
    if (!may_grow) release_first(handler);
}

void MarkMatcher::release_first(MarkHandler& handler) {
    // The rest is shorter by one symbol each time, so the recursion is bounded by the longest mark.
    const std::vector<Symbol> pending = std::exchange(held_, {});
    handler.on_literal(pending.front());
    for (size_t i = 1; i < pending.size(); ++i) push(pending[i], handler);
}

void MarkMatcher::finish(MarkHandler& handler) {
    while (!held_.empty()) release_first(handler);
}

}  // namespace soliloquy
