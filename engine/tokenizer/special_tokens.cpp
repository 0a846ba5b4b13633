/// engine/tokenizer/special_tokens.cpp: narrows the sorted list byte by byte.
#include "engine/tokenizer/special_tokens.h"

#include <algorithm>

namespace soliloquy {

void SpecialTokens::add(TokenId id) {
    const std::string_view bytes = vocabulary_->bytes(id);
    if (!bytes.empty() && bytes.size() <= kMaxBytes) sorted_.push_back(id);
}

void SpecialTokens::finish() {
    std::sort(sorted_.begin(), sorted_.end(), [&](TokenId a, TokenId b) {
        const int order = vocabulary_->bytes(a).compare(vocabulary_->bytes(b));
        return order != 0 ? order < 0 : a < b;
    });
    for (size_t i = 0; i < sorted_.size(); ++i) {
        auto& range = ranges_[static_cast<unsigned char>(vocabulary_->bytes(sorted_[i]).front())];
        if (range.second == 0) range.first = i;
        range.second = i + 1;
    }
}

std::optional<SpecialTokens::Match> SpecialTokens::match(std::string_view text) const noexcept {
    if (text.empty() || !may_start(text.front())) return std::nullopt;
    auto [begin, end] = ranges_[static_cast<unsigned char>(text.front())];
    std::optional<Match> longest;
    for (size_t depth = 1;; ++depth) {
        // All of [begin, end) agree with the text in `depth` bytes; a token of just that length sorts first.
        while (begin < end && vocabulary_->bytes(sorted_[begin]).size() == depth) {
            if (!longest || longest->length < depth) longest = Match{sorted_[begin], depth};
            ++begin;
        }
        if (begin == end || depth == text.size()) return longest;
        const auto wanted = static_cast<unsigned char>(text[depth]);
        const auto at_depth = [&](TokenId id) { return static_cast<unsigned char>(vocabulary_->bytes(id)[depth]); };
        const auto first = sorted_.begin() + static_cast<ptrdiff_t>(begin);
        const auto last = sorted_.begin() + static_cast<ptrdiff_t>(end);
        const auto low = std::partition_point(first, last, [&](TokenId id) { return at_depth(id) < wanted; });
        const auto high = std::partition_point(low, last, [&](TokenId id) { return at_depth(id) == wanted; });
        begin = static_cast<size_t>(low - sorted_.begin());
        end = static_cast<size_t>(high - sorted_.begin());
    }
}

}  // namespace soliloquy
