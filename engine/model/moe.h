/// engine/model/moe.h: the feed-forward block of routed experts, with shared ones beside them (DeepSeekMoE, Dai et al. 2024).
#pragma once

#include "engine/model/batch.h"
#include "engine/model/weights.h"

namespace soliloquy {

/// Gate and up may lie in one tensor, ffn_gate_up_exps: first the rows of the gate, then those of up.
[[nodiscard]] Status bind_moe(TensorTable& table, const ModelConfig& config, const std::string& prefix, FeedForwardWeights& weights);

/// x += sum_j w_j expert_j(norm(x)) + shared(norm(x))
void add_moe(Forward& forward, const FeedForwardWeights& weights);

}  // namespace soliloquy
