/// engine/ops/append_kv.h: writes the rows of a batch behind the ones that a cache holds.
///   cache[position + t, i] = x[t, i]        x : F32 [tokens, dim]   cache : F32 or F16 (rounded to nearest even) [context, dim]
#pragma once

#include "engine/ops/tensor.h"

namespace soliloquy {

struct AppendKv {
    static constexpr std::string_view name = "append_kv";
    static constexpr double max_nmse = 1e-12;  // the rounding is part of the formula
    Tensor cache, x;
};

}  // namespace soliloquy
