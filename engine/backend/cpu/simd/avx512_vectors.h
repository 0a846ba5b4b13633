/// engine/backend/cpu/simd/avx512_vectors.h: sixteen F32 lanes of AVX-512, as float_kernels.h wants them.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

namespace soliloquy {
namespace {

struct Avx512 {
    using V = __m512;
    static constexpr size_t kLanes = 16;
    static constexpr size_t kTileHeads = 8, kTileRows = 4, kTileTokens = 6;

    static __mmask16 first(size_t n) noexcept { return static_cast<__mmask16>((1u << n) - 1u); }

    static V zero() noexcept { return _mm512_setzero_ps(); }
    static V set1(float a) noexcept { return _mm512_set1_ps(a); }
    static V load(const float* p) noexcept { return _mm512_loadu_ps(p); }
    static V load_part(const float* p, size_t n) noexcept { return _mm512_maskz_loadu_ps(first(n), p); }
    static void store(float* p, V v) noexcept { _mm512_storeu_ps(p, v); }
    static void store_part(float* p, V v, size_t n) noexcept { _mm512_mask_storeu_ps(p, first(n), v); }

    static V add(V a, V b) noexcept { return _mm512_add_ps(a, b); }
    static V sub(V a, V b) noexcept { return _mm512_sub_ps(a, b); }
    static V mul(V a, V b) noexcept { return _mm512_mul_ps(a, b); }
    static V div(V a, V b) noexcept { return _mm512_div_ps(a, b); }
    static V fma(V a, V b, V c) noexcept { return _mm512_fmadd_ps(a, b, c); }
    static V fnma(V a, V b, V c) noexcept { return _mm512_fnmadd_ps(a, b, c); }
    static V min(V a, V b) noexcept { return _mm512_min_ps(a, b); }
    static V max(V a, V b) noexcept { return _mm512_max_ps(a, b); }
    static V round(V a) noexcept { return _mm512_roundscale_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
    static V pow2(V n) noexcept {
        return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_add_epi32(_mm512_cvtps_epi32(n), _mm512_set1_epi32(127)), 23));
    }
    static V select_less(V a, V b, V if_less, V otherwise) noexcept {
        return _mm512_mask_mov_ps(otherwise, _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ), if_less);
    }

    /// The order of the additions is that of sums_of_eight.
    static float sum(V v) noexcept {
        const __m512 fours = _mm512_add_ps(v, _mm512_shuffle_f32x4(v, v, 0xb1));
        const __m512 four = _mm512_add_ps(fours, _mm512_shuffle_f32x4(fours, fours, 0x4e));
        const __m512 two = _mm512_add_ps(four, _mm512_permute_ps(four, 0xb1));
        return _mm512_cvtss_f32(_mm512_add_ps(two, _mm512_permute_ps(two, 0x4e)));
    }
    /// The sums of the lanes of eight vectors, each step folding two vectors into one.
    static void sums_of_eight(const V (&v)[8], float (&out)[8]) noexcept {
        V quarter[4], half[2];
        for (int i = 0; i < 4; ++i) {
            quarter[i] =
                _mm512_add_ps(_mm512_shuffle_f32x4(v[2 * i], v[2 * i + 1], 0x88), _mm512_shuffle_f32x4(v[2 * i], v[2 * i + 1], 0xdd));
        }
        for (int i = 0; i < 2; ++i) {
            half[i] = _mm512_add_ps(_mm512_shuffle_f32x4(quarter[2 * i], quarter[2 * i + 1], 0x88),
                                    _mm512_shuffle_f32x4(quarter[2 * i], quarter[2 * i + 1], 0xdd));
        }
        const V twos = _mm512_add_ps(_mm512_shuffle_ps(half[0], half[1], 0x88), _mm512_shuffle_ps(half[0], half[1], 0xdd));
        const V all = _mm512_add_ps(twos, _mm512_permute_ps(twos, 0xb1));
        const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 2, 6, 10, 14, 0, 0, 0, 0, 0, 0, 0, 0);
        _mm256_storeu_ps(out, _mm512_castps512_ps256(_mm512_permutexvar_ps(order, all)));
    }
    static float largest(V v) noexcept { return _mm512_reduce_max_ps(v); }

    static V load_f16(const uint16_t* p) noexcept { return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))); }
    static V load_f16_part(const uint16_t* p, size_t n) noexcept { return _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(first(n), p)); }
    static void store_f16(uint16_t* p, V v) noexcept {
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm512_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT));
    }
    static void store_f16_part(uint16_t* p, V v, size_t n) noexcept {
        _mm256_mask_storeu_epi16(p, first(n), _mm512_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT));
    }
    static V widen_bf16(__m256i halves) noexcept { return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(halves), 16)); }
    static V load_bf16(const uint16_t* p) noexcept { return widen_bf16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))); }
    static V load_bf16_part(const uint16_t* p, size_t n) noexcept { return widen_bf16(_mm256_maskz_loadu_epi16(first(n), p)); }
};

}  // namespace
}  // namespace soliloquy
