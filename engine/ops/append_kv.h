/// engine/ops/append_kv.h: writes the rows of a batch behind the ones that a cache holds.
///   cache[position + t, i] = x[t, i]        x : F32 [tokens, dim]   cache : F32, F16 (rounded to nearest even) or Q8_0 [context, dim]
/// Q8_0: blocks of 32 numbers with d = max |x| / 127 and x / d rounded to the nearest integer; dim is a multiple of 32.
#pragma once

#include "engine/ops/tensor.h"

namespace soliloquy {

struct AppendKv {
    static constexpr std::string_view name = "append_kv";
    static constexpr double max_nmse = 1e-12;      // the rounding is part of the formula
    static constexpr double max_nmse_q8_0 = 1e-6;  ///< a quotient halfway between two integers may round to either
    Tensor cache, x;
};

}  // namespace soliloquy
