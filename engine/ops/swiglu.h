/// engine/ops/swiglu.h: the gated activation between the two halves of a feed-forward block (Shazeer 2020).
///   y = silu(gate) * up        silu(x) = x / (1 + e^-x)        gate, up, y : F32 [tokens, dim]   y may alias gate
/// With limit > 0, gpt-oss's form: g = min(gate, limit), u = clamp(up, -limit, limit), y = g / (1 + e^(-alpha g)) * (u + 1).
#pragma once

#include "engine/ops/tensor.h"

namespace soliloquy {

struct SwiGlu {
    static constexpr std::string_view name = "swiglu";
    static constexpr double max_nmse = 1e-9;  // exp by polynomial
    Tensor y, gate, up;
    float limit = 0.0f;
    float alpha = 1.702f;
};

}  // namespace soliloquy
