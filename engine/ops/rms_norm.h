/// engine/ops/rms_norm.h: scales every row to unit root-mean-square, then by a learned gain.
///   y[t, i] = w[i] * x[t, i] / sqrt(mean_j x[t, j]^2 + eps)        x, y : F32 [tokens, dim]   w : F32 [dim]   y may alias x
/// A row of n * dim numbers is n vectors with the same gain (one per head). Zhang and Sennrich 2019, equation 4.
#pragma once

#include "engine/ops/tensor.h"

namespace soliloquy {

struct RmsNorm {
    static constexpr std::string_view name = "rms_norm";
    static constexpr double max_nmse = 1e-10;  // f32 sums in any order
    Tensor y, x, w;
    float eps = 1e-6f;
};

}  // namespace soliloquy
