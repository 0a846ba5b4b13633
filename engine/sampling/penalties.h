/// engine/sampling/penalties.h: makes tokens that were written lately less likely.
///   l'[t] = l[t] / p  if l[t] > 0, else l[t] * p,     for every t among the last `window` tokens
/// Source: Keskar et al., CTRL, 2019, section 4.1, with the case of negative logits put right.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/engine.h"

namespace soliloquy {

/// Allocates only in the constructor.
class RepetitionPenalty {
  public:
    /// `penalty` 1 or not positive and finite, or `window` 0: off.
    RepetitionPenalty(float penalty, uint32_t window, uint32_t vocabulary_size);

    [[nodiscard]] bool active() const noexcept { return !recent_.empty(); }
    /// The token becomes part of the history; the oldest one beyond the window leaves it.
    void accept(TokenId id) noexcept;
    /// Penalises the logits of every distinct token of the history, once.
    void apply(std::span<float> logits) noexcept;

  private:
    float penalty_;
    std::vector<TokenId> recent_;  // ring of the last tokens
    std::vector<int32_t> counts_;  // [vocabulary_size] how often each token is in the ring
    size_t next_ = 0, filled_ = 0;
};

}  // namespace soliloquy
