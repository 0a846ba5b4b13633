/// engine/model/attention_gqa.h: attention with shared key and value heads; MHA is the case of as many of each.
#pragma once

#include "engine/model/batch.h"
#include "engine/model/weights.h"

namespace soliloquy {

[[nodiscard]] Status bind_attention_gqa(TensorTable& table, const ModelConfig& config, const std::string& prefix,
                                        AttentionWeights& weights);

/// x += attention(norm(x))
void add_attention_gqa(Forward& forward, uint32_t layer, const AttentionWeights& weights);

}  // namespace soliloquy
