/// engine/ops/attention_mla.h: multi-head latent attention over a cache of one latent row per position (DeepSeek-V2, section 2.1).
///   key[p, h]  = (k_b[h]^T c[p], r[p])    value[p, h] = v_b[h] c[p]    with the cached row (c[p], r[p]) = (latent, rotated key)
///   y[t, h]    = sum_p softmax_p(scale * q[t, h] . key[p, h]) * value[p, h]        0 <= p <= position + t
/// Absorbed, which no key or value is ever expanded for:  q'[t, h] = (k_b[h] q_nope, q_rope),  y[t, h] = v_b[h] sum_p softmax_p(scale * q'
/// . row[p]) c[p] q : F32 [tokens, n_heads * (nope + rope)]   cache : [context, latent + rope]   k_b : [n_heads, latent, nope]   v_b :
/// [n_heads, value, latent] y : F32 [tokens, n_heads * value]
#pragma once

#include "engine/ops/tensor.h"

namespace soliloquy {

struct AttentionMla {
    static constexpr std::string_view name = "attention_mla";
    static constexpr double max_nmse = 1e-3;        // two matmuls on 8-bit activations around the softmax
    static constexpr double max_nmse_float = 1e-6;  ///< where neither k_b nor v_b is quantised
    Tensor y, q, cache, k_b, v_b;
    uint32_t n_heads = 0;
    float scale = 1.0f;
};

}  // namespace soliloquy
