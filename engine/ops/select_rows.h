/// engine/ops/select_rows.h: keeps the rows whose logits are wanted: the last ones of the batch.
///   y[o, i] = x[tokens - outputs + o, i]        x : F32 [tokens, dim]   y : F32 [outputs, dim]
#pragma once

#include "engine/ops/tensor.h"

namespace soliloquy {

struct SelectRows {
    static constexpr std::string_view name = "select_rows";
    static constexpr double max_nmse = 0.0;  // a copy
    Tensor y, x;
};

}  // namespace soliloquy
