/// engine/model/attention_mla.h: multi-head latent attention (DeepSeek-V2, section 2.1).
#pragma once

#include "engine/model/batch.h"
#include "engine/model/weights.h"

namespace soliloquy {

/// Both layouts of files: attn_k_b and attn_v_b, or the older attn_kv_b, whose keys are transposed into `rearranged`
/// (F32 when exact, else F16).
[[nodiscard]] Status bind_attention_mla(TensorTable& table, const ModelConfig& config, const std::string& prefix, bool exact,
                                        AttentionWeights& weights, std::vector<Memory>& rearranged);

/// x += attention(norm(x))
void add_attention_mla(Forward& forward, uint32_t layer, const AttentionWeights& weights);

}  // namespace soliloquy
