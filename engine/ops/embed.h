/// engine/ops/embed.h: looks up the row of every token.
///   y[t, i] = table[ids[t], i]        y : F32 [tokens, dim]   ids : the step's token ids   table : any type [vocabulary, dim]
#pragma once

#include "engine/ops/tensor.h"

namespace soliloquy {

struct Embed {
    static constexpr std::string_view name = "embed";
    static constexpr double max_nmse = 1e-12;  // one rounding of a dequantised number
    Tensor y, table;
};

}  // namespace soliloquy
