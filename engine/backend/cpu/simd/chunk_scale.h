/// engine/backend/cpu/simd/chunk_scale.h: the scale of 32 quantised activations, and the sums that follow from it.
#pragma once

#include "engine/backend/cpu/cpu_kernels.h"

namespace soliloquy {
namespace {  // compiled for every instruction set

/// `broken`: one of the numbers is NaN. The scale says so, because the bytes cannot: every product with them is NaN then, as it ought to
/// be.
inline void set_scale(ActivationChunk& out, size_t b, bool broken, float scale, int sum_low, int sum_high) noexcept {
    if (broken) scale = __builtin_nanf("");
    out.scale[b] = scale;
    out.sum[b] = scale * static_cast<float>(sum_low + sum_high);
    out.half_sum[2 * b] = scale * static_cast<float>(sum_low);
    out.half_sum[2 * b + 1] = scale * static_cast<float>(sum_high);
}

}  // namespace
}  // namespace soliloquy
