/// engine/sampling/penalties.cpp: makes tokens that were written lately less likely.
#include "engine/sampling/penalties.h"

#include <cmath>

namespace soliloquy {

RepetitionPenalty::RepetitionPenalty(float penalty, uint32_t window, uint32_t vocabulary_size) : penalty_(penalty) {
    if (penalty == 1.0f || !(penalty > 0.0f) || !std::isfinite(penalty) || window == 0) return;
    recent_.resize(window);
    counts_.resize(vocabulary_size);
}

void RepetitionPenalty::accept(TokenId id) noexcept {
    if (!active() || id >= counts_.size()) return;
    if (filled_ == recent_.size()) {
        --counts_[recent_[next_]];
    } else {
        ++filled_;
    }
    recent_[next_] = id;
    ++counts_[id];
    next_ = (next_ + 1) % recent_.size();
}

void RepetitionPenalty::apply(std::span<float> logits) noexcept {
    // A count is negative while its token has been penalised in this pass, so that each is penalised once.
    for (size_t i = 0; i < filled_; ++i) {
        const TokenId id = recent_[i];
        if (id >= logits.size() || counts_[id] < 0) continue;
        counts_[id] = -counts_[id];
        logits[id] = logits[id] > 0.0f ? logits[id] / penalty_ : logits[id] * penalty_;
    }
    for (size_t i = 0; i < filled_; ++i) {
        if (int32_t& count = counts_[recent_[i]]; count < 0) count = -count;
    }
}

}  // namespace soliloquy
