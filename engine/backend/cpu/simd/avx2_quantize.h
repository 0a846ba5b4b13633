/// engine/backend/cpu/simd/avx2_quantize.h: activations to signed bytes with AVX2.
#pragma once

#include "engine/backend/cpu/simd/avx2_vectors.h"
#include "engine/backend/cpu/simd/chunk_scale.h"
#include "engine/backend/cpu/simd/float_kernels.h"

namespace soliloquy {
namespace {

/// 8 numbers to integers in -127..127; NaN becomes 0, and its block's scale NaN.
inline __m256i round_to_bytes(__m256 x, __m256 inverse) noexcept {
    const __m256 scaled = _mm256_mul_ps(x, inverse);
    const __m256 limited = _mm256_max_ps(_mm256_min_ps(scaled, _mm256_set1_ps(127.0f)), _mm256_set1_ps(-127.0f));
    return _mm256_cvtps_epi32(_mm256_and_ps(limited, _mm256_cmp_ps(scaled, scaled, _CMP_ORD_Q)));
}

inline int sum_of_lanes(__m256i v) noexcept {
    __m128i s = _mm_add_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
    s = _mm_add_epi32(s, _mm_unpackhi_epi64(s, s));
    return _mm_cvtsi128_si32(_mm_add_epi32(s, _mm_shuffle_epi32(s, 1)));
}

inline void quantize_32(const float* x, ActivationChunk& out, size_t b) noexcept {
    __m256 v[4], largest = _mm256_setzero_ps();
    for (int i = 0; i < 4; ++i) {
        v[i] = _mm256_loadu_ps(x + 8 * i);
        largest = _mm256_max_ps(_mm256_andnot_ps(_mm256_set1_ps(-0.0f), v[i]), largest);  // a NaN loses
    }
    const float scale = Avx2::largest(largest) / 127.0f;
    const __m256 inverse = _mm256_set1_ps(scale > 0.0f ? 1.0f / scale : 0.0f);
    __m256i q[4];
    for (int i = 0; i < 4; ++i) q[i] = round_to_bytes(v[i], inverse);
    const int sum_low = sum_of_lanes(_mm256_add_epi32(q[0], q[1])), sum_high = sum_of_lanes(_mm256_add_epi32(q[2], q[3]));
    // Packing works in halves of 128 bits; the permutation puts the dwords back in order.
    const __m256i bytes = _mm256_packs_epi16(_mm256_packs_epi32(q[0], q[1]), _mm256_packs_epi32(q[2], q[3]));
    const __m256i ordered = _mm256_permutevar8x32_epi32(bytes, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out.quant + 32 * b), ordered);
    const __m256 broken = _mm256_or_ps(_mm256_cmp_ps(v[0], v[1], _CMP_UNORD_Q), _mm256_cmp_ps(v[2], v[3], _CMP_UNORD_Q));
    set_scale(out, b, _mm256_movemask_ps(broken) != 0, scale, sum_low, sum_high);
}

}  // namespace
}  // namespace soliloquy
