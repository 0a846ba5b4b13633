/// engine/backend/cpu/simd/quantize_rows.h: a row of activations as chunks; quantize_32(x, chunk, b) comes from the including file.
#pragma once

#include "engine/backend/cpu/simd/float_kernels.h"

namespace soliloquy {
namespace {

inline void quantize_row(const float* x, size_t n, ActivationChunk* out) noexcept {
    for (size_t i = 0; i < n; i += kActivationChunk, ++out) {
        const size_t count = smaller(kActivationChunk, n - i);
        if (count < kActivationChunk) __builtin_memset(out, 0, sizeof *out);
        size_t b = 0;
        for (; b * 32 + 32 <= count; ++b) quantize_32(x + i + 32 * b, *out, b);
        if (b * 32 < count) {
            float padded[32] = {};
            for (size_t j = b * 32; j < count; ++j) padded[j - b * 32] = x[i + j];
            quantize_32(padded, *out, b);
        }
    }
}

}  // namespace
}  // namespace soliloquy
