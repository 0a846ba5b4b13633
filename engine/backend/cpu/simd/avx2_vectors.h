/// engine/backend/cpu/simd/avx2_vectors.h: eight F32 lanes of AVX2, FMA and F16C, as float_kernels.h wants them.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

namespace soliloquy {
namespace {

struct Avx2 {
    using V = __m256;
    static constexpr size_t kLanes = 8;
    static constexpr size_t kTileHeads = 4, kTileRows = 4, kTileTokens = 2;

    /// All ones in the first n lanes.
    static __m256i first(size_t n) noexcept {
        return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(n)), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
    }

    static V zero() noexcept { return _mm256_setzero_ps(); }
    static V set1(float a) noexcept { return _mm256_set1_ps(a); }
    static V load(const float* p) noexcept { return _mm256_loadu_ps(p); }
    static V load_part(const float* p, size_t n) noexcept { return _mm256_maskload_ps(p, first(n)); }
    static void store(float* p, V v) noexcept { _mm256_storeu_ps(p, v); }
    static void store_part(float* p, V v, size_t n) noexcept { _mm256_maskstore_ps(p, first(n), v); }

    static V add(V a, V b) noexcept { return _mm256_add_ps(a, b); }
    static V sub(V a, V b) noexcept { return _mm256_sub_ps(a, b); }
    static V mul(V a, V b) noexcept { return _mm256_mul_ps(a, b); }
    static V div(V a, V b) noexcept { return _mm256_div_ps(a, b); }
    static V fma(V a, V b, V c) noexcept { return _mm256_fmadd_ps(a, b, c); }
    static V fnma(V a, V b, V c) noexcept { return _mm256_fnmadd_ps(a, b, c); }
    static V min(V a, V b) noexcept { return _mm256_min_ps(a, b); }
    static V max(V a, V b) noexcept { return _mm256_max_ps(a, b); }
    static V round(V a) noexcept { return _mm256_round_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
    static V pow2(V n) noexcept {
        return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127)), 23));
    }
    static V select_less(V a, V b, V if_less, V otherwise) noexcept {
        return _mm256_blendv_ps(otherwise, if_less, _mm256_cmp_ps(a, b, _CMP_LT_OQ));
    }

    static float sum(V v) noexcept {
        __m128 s = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
        s = _mm_add_ps(s, _mm_movehl_ps(s, s));
        return _mm_cvtss_f32(_mm_add_ss(s, _mm_movehdup_ps(s)));
    }
    static float largest(V v) noexcept {
        __m128 s = _mm_max_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
        s = _mm_max_ps(s, _mm_movehl_ps(s, s));
        return _mm_cvtss_f32(_mm_max_ss(s, _mm_movehdup_ps(s)));
    }

    /// n < 8 halves, then zeros.
    static __m128i halves(const uint16_t* p, size_t n) noexcept {
        alignas(16) uint16_t padded[8] = {};
        __builtin_memcpy(padded, p, 2 * n);
        return _mm_load_si128(reinterpret_cast<const __m128i*>(padded));
    }
    static V load_f16(const uint16_t* p) noexcept { return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))); }
    static V load_f16_part(const uint16_t* p, size_t n) noexcept { return _mm256_cvtph_ps(halves(p, n)); }
    static void store_f16(uint16_t* p, V v) noexcept {
        _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm256_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT));
    }
    static void store_f16_part(uint16_t* p, V v, size_t n) noexcept {
        alignas(16) uint16_t all[8];
        store_f16(all, v);
        __builtin_memcpy(p, all, 2 * n);
    }
    static V widen_bf16(__m128i v) noexcept { return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(v), 16)); }
    static V load_bf16(const uint16_t* p) noexcept { return widen_bf16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))); }
    static V load_bf16_part(const uint16_t* p, size_t n) noexcept { return widen_bf16(halves(p, n)); }
};

}  // namespace
}  // namespace soliloquy
