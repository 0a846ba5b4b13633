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

    static float sum(V v) noexcept { return _mm512_reduce_add_ps(v); }
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
