/// engine/ops/matmul_experts.h: a linear layer with the weights of the experts that each token was sent to.
///   y[t, j, o] = sum_i w[e, o, i] * x[t, j or 0, i] (+ bias[e, o])  with  e = ids[t, j],  j < n_used
/// ids : I32 [tokens, n_used]   w : any type [experts, out, in]   bias : F32 [experts, out]   y : F32 [tokens, n_used * out]
/// x : F32 [tokens, in], the same for all experts of a token, or [tokens, n_used * in], one input for each.
#pragma once

#include "engine/ops/tensor.h"

namespace soliloquy {

struct MatMulExperts {
    static constexpr std::string_view name = "matmul_experts";
    static constexpr double max_nmse = 2e-4;  // as matmul
    Tensor y, x, w;
    Tensor bias = {};  ///< optional
    Tensor ids;
};

}  // namespace soliloquy
