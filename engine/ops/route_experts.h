/// engine/ops/route_experts.h: chooses the experts of every token from the router's logits (DeepSeek-V3, section 2.1.2).
///   p = gate(logits),  s = p + bias;  with groups: a group's score is the sum of its two best s, and the best `n_groups_used` stay
///   ids = the n_used best s (ties: the lower index first),  w = p[ids]  (/ max(sum w, 2^-14) when normalised)  * scale
/// logits : F32 [tokens, experts]   bias : F32 [experts], optional   ids : I32 [tokens, n_used]   weights : F32 [tokens, n_used]
#pragma once

#include "engine/ops/tensor.h"

namespace soliloquy {

enum class Gate : uint8_t {
    softmax,           ///< over all experts
    sigmoid,           ///< of each by itself
    softmax_selected,  ///< p = logits; the softmax is taken over the chosen ones
    sqrt_softplus,     ///< sqrt(ln(1 + e^x))
};

struct RouteExperts {
    static constexpr std::string_view name = "route_experts";
    static constexpr double max_nmse = 1e-9;           // of the weights; ids are equal
    static constexpr float min_sum = 6.103515625e-5f;  // the smallest normal F16
    Tensor ids, weights, logits;
    Tensor bias = {};  ///< optional
    Gate gate = Gate::softmax;
    uint32_t n_groups = 1;
    uint32_t n_groups_used = 1;
    bool normalize = false;
    float scale = 1.0f;
};

}  // namespace soliloquy
