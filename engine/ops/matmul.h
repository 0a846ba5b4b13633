/// engine/ops/matmul.h: a linear layer.
///   y[t, o] = sum_i w[o, i] * x[t, i] (+ bias[o])        x : F32 [tokens, in]   w : any type [out, in]   bias : F32 [out]   y : F32
///   [tokens, out]
#pragma once

#include "engine/ops/tensor.h"

namespace soliloquy {

struct MatMul {
    static constexpr std::string_view name = "matmul";
    /// x rounded to 8 bits in blocks of 32: an error of about (1/127)^2 / 12 of the block's largest square.
    static constexpr double max_nmse = 2e-4;
    static constexpr double max_nmse_float = 1e-9;  ///< weights of 32 bits, where x is not rounded
    Tensor y, x, w;
    Tensor bias = {};  ///< optional
};

}  // namespace soliloquy
