/// engine/backend/cpu/simd/weight_rows.h: part of a row of weights as numbers, whatever its type.
#pragma once

#include <cstddef>

#include "engine/core/dtype.h"

namespace soliloquy {

/// out[n] = the numbers that start at `row`, which is the beginning of a block; n is a multiple of the block, `row` has any alignment.
void read_weights(DType type, const std::byte* row, size_t n, float* out) noexcept;

}  // namespace soliloquy
