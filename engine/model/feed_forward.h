/// engine/model/feed_forward.h: the dense feed-forward block.
#pragma once

#include "engine/model/batch.h"
#include "engine/model/weights.h"

namespace soliloquy {

[[nodiscard]] Status bind_feed_forward(TensorTable& table, const ModelConfig& config, const std::string& prefix,
                                       FeedForwardWeights& weights);

/// x += W_down swiglu(W_gate norm(x), W_up norm(x))
void add_feed_forward(Forward& forward, const FeedForwardWeights& weights);

}  // namespace soliloquy
