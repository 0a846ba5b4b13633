/// engine/quant/dequantize.h: rows of any type in a GGUF file as F32. The formulas stand in engine/quant/block_formats.h.
#pragma once

#include <cstddef>

#include "engine/core/dtype.h"

namespace soliloquy {

/// Writes the n numbers of a row to out. n must be a multiple of the type's block (GgufFile checks that of every tensor) and
/// row must hold row_bytes(type, n) bytes, at any alignment. Every DType is read; integers wider than 24 bits and F64 round to F32.
/// Never fails: any bits are some number, and what is infinite or NaN in the file is so in out.
void dequantize_row(DType type, const std::byte* row, float* out, size_t n) noexcept;

}  // namespace soliloquy
