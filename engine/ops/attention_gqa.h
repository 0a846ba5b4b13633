/// engine/ops/attention_gqa.h: causal attention whose key and value heads are shared by groups of query heads (Ainslie et al. 2023).
///   y[t, h] = sum_p softmax_p(scale * q[t, h] . k[p, g]) * v[p, g]        g = h / (n_heads / n_kv_heads),   first <= p <= position + t
/// first = 0, or position + t - window + 1 with a sliding window. A sink adds exp(sinks[h]) to the softmax's denominator only.
/// Caches of Q8_0 need key_dim and value_dim that are multiples of 32.
/// q : F32 [tokens, n_heads * key_dim]   k, v : caches [context, n_kv_heads * key_dim or value_dim]   y : F32 [tokens, n_heads * value_dim]
#pragma once

#include "engine/ops/tensor.h"

namespace soliloquy {

struct AttentionGqa {
    static constexpr std::string_view name = "attention_gqa";
    static constexpr double max_nmse = 1e-6;  // exp by polynomial, sums in any order
    Tensor y, q, k, v;
    Tensor sinks = {};  ///< F32 [n_heads], optional
    uint32_t n_heads = 0;
    uint32_t n_kv_heads = 0;
    uint32_t window = 0;  ///< positions that a token sees, itself included; 0 = all
    float scale = 1.0f;
};

}  // namespace soliloquy
