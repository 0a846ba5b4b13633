/// engine/backend/cpu/simd/neon_vectors.h: four F32 lanes of NEON (64-bit Arm), as float_kernels.h wants them.
#pragma once

#include <arm_neon.h>

#include <cstddef>
#include <cstdint>

namespace soliloquy {
namespace {

struct Neon {
    using V = float32x4_t;
    static constexpr size_t kLanes = 4;
    static constexpr size_t kTileHeads = 6, kTileRows = 4, kTileTokens = 4;

    static V zero() noexcept { return vdupq_n_f32(0.0f); }
    static V set1(float a) noexcept { return vdupq_n_f32(a); }
    static V load(const float* p) noexcept { return vld1q_f32(p); }
    static V load_part(const float* p, size_t n) noexcept {
        float padded[4] = {};
        __builtin_memcpy(padded, p, n * sizeof(float));
        return vld1q_f32(padded);
    }
    static void store(float* p, V v) noexcept { vst1q_f32(p, v); }
    static void store_part(float* p, V v, size_t n) noexcept {
        float all[4];
        vst1q_f32(all, v);
        __builtin_memcpy(p, all, n * sizeof(float));
    }

    static V add(V a, V b) noexcept { return vaddq_f32(a, b); }
    static V sub(V a, V b) noexcept { return vsubq_f32(a, b); }
    static V mul(V a, V b) noexcept { return vmulq_f32(a, b); }
    static V div(V a, V b) noexcept { return vdivq_f32(a, b); }
    static V fma(V a, V b, V c) noexcept { return vfmaq_f32(c, a, b); }
    static V fnma(V a, V b, V c) noexcept { return vfmsq_f32(c, a, b); }
    static V min(V a, V b) noexcept { return vminq_f32(a, b); }
    static V max(V a, V b) noexcept { return vmaxq_f32(a, b); }
    static V round(V a) noexcept { return vrndnq_f32(a); }
    static V pow2(V n) noexcept { return vreinterpretq_f32_s32(vshlq_n_s32(vaddq_s32(vcvtq_s32_f32(n), vdupq_n_s32(127)), 23)); }
    static V select_less(V a, V b, V if_less, V otherwise) noexcept { return vbslq_f32(vcltq_f32(a, b), if_less, otherwise); }

    static float sum(V v) noexcept { return vaddvq_f32(v); }
    static float largest(V v) noexcept { return vmaxvq_f32(v); }

    static V load_f16(const uint16_t* p) noexcept { return vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(p))); }
    static uint16x4_t halves(const uint16_t* p, size_t n) noexcept {
        uint16_t padded[4] = {};
        __builtin_memcpy(padded, p, 2 * n);
        return vld1_u16(padded);
    }
    static V load_f16_part(const uint16_t* p, size_t n) noexcept { return vcvt_f32_f16(vreinterpret_f16_u16(halves(p, n))); }
    static void store_f16(uint16_t* p, V v) noexcept { vst1_u16(p, vreinterpret_u16_f16(vcvt_f16_f32(v))); }
    static void store_f16_part(uint16_t* p, V v, size_t n) noexcept {
        uint16_t all[4];
        store_f16(all, v);
        __builtin_memcpy(p, all, 2 * n);
    }
    static V widen_bf16(uint16x4_t v) noexcept { return vreinterpretq_f32_u32(vshll_n_u16(v, 16)); }
    static V load_bf16(const uint16_t* p) noexcept { return widen_bf16(vld1_u16(p)); }
    static V load_bf16_part(const uint16_t* p, size_t n) noexcept { return widen_bf16(halves(p, n)); }
};

}  // namespace
}  // namespace soliloquy
