/// engine/ops/scatter_add.h: adds the answers of a token's experts to its row, each with its weight.
///   y[t, i] += sum_j weights[t, j] * x[t, j, i]        x : F32 [tokens, n_used * dim]   weights : F32 [tokens, n_used]   y : F32 [tokens,
///   dim]
#pragma once

#include "engine/ops/tensor.h"

namespace soliloquy {

struct ScatterAdd {
    static constexpr std::string_view name = "scatter_add";
    static constexpr double max_nmse = 1e-10;
    Tensor y, x, weights;
};

}  // namespace soliloquy
