/// engine/ops/add.h: the residual connection.
///   y[t, i] = a[t, i] + b[t, i]        all F32 [tokens, dim]   y may alias a or b
#pragma once

#include "engine/ops/tensor.h"

namespace soliloquy {

struct Add {
    static constexpr std::string_view name = "add";
    static constexpr double max_nmse = 1e-12;
    Tensor y, a, b;
};

}  // namespace soliloquy
