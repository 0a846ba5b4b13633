/// engine/quant/quantize.h: rows of F32 as blocks, by rounding every number to the nearest level of a plain choice of scales.
/// For tests and for writing files; no search for better scales, no importance weights.
#pragma once

#include <cstddef>

#include "engine/core/dtype.h"
#include "engine/core/result.h"

namespace soliloquy {

/// F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, IQ4_NL, MXFP4, Q4_K, Q5_K, Q6_K.
[[nodiscard]] bool can_quantize(DType type) noexcept;

/// Writes row_bytes(type, n) bytes to out. n must be a multiple of the type's block. invalid_argument when it is not,
/// unsupported for another type. Numbers should be finite and below 65504 times the largest level: what is not becomes some level.
Status quantize_row(DType type, const float* in, std::byte* out, size_t n);

}  // namespace soliloquy
