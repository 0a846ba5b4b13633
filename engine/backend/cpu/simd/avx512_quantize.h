/// engine/backend/cpu/simd/avx512_quantize.h: activations to signed bytes with AVX-512.
#pragma once

#include <immintrin.h>

#include "engine/backend/cpu/simd/chunk_scale.h"

namespace soliloquy {
namespace {

/// 16 numbers to signed bytes; `sum` gets the sum of the bytes. NaN becomes 0, and its block's scale NaN.
inline __m128i quantize_16(__m512 x, __m512 inverse, int& sum) noexcept {
    const __m512 scaled = _mm512_mul_ps(x, inverse);
    const __mmask16 numbers = _mm512_cmp_ps_mask(scaled, scaled, _CMP_ORD_Q);
    const __m512 limited = _mm512_max_ps(_mm512_min_ps(scaled, _mm512_set1_ps(127.0f)), _mm512_set1_ps(-127.0f));
    const __m512i rounded = _mm512_maskz_cvtps_epi32(numbers, limited);
    sum = _mm512_reduce_add_epi32(rounded);
    return _mm512_cvtepi32_epi8(rounded);
}

inline void quantize_32(const float* x, ActivationChunk& out, size_t b) noexcept {
    const __m512 low = _mm512_loadu_ps(x), high = _mm512_loadu_ps(x + 16);
    // max(a, b) is b when a is NaN.
    const __m512 largest = _mm512_max_ps(_mm512_abs_ps(low), _mm512_max_ps(_mm512_abs_ps(high), _mm512_setzero_ps()));
    const float scale = _mm512_reduce_max_ps(largest) / 127.0f;
    const __m512 inverse = _mm512_set1_ps(scale > 0.0f ? 1.0f / scale : 0.0f);
    int sum_low, sum_high;
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out.quant + 32 * b), quantize_16(low, inverse, sum_low));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out.quant + 32 * b + 16), quantize_16(high, inverse, sum_high));
    set_scale(out, b, _mm512_cmp_ps_mask(low, high, _CMP_UNORD_Q) != 0, scale, sum_low, sum_high);
}

}  // namespace
}  // namespace soliloquy
