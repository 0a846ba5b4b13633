/// engine/backend/cpu/simd/neon_quantize.h: activations to signed bytes with NEON.
#pragma once

#include "engine/backend/cpu/simd/chunk_scale.h"
#include "engine/backend/cpu/simd/float_kernels.h"
#include "engine/backend/cpu/simd/neon_vectors.h"

namespace soliloquy {
namespace {

inline void quantize_32(const float* x, ActivationChunk& out, size_t b) noexcept {
    float32x4_t v[8], largest = vdupq_n_f32(0.0f);
    uint32x4_t numbers = vdupq_n_u32(~0u);
    for (int i = 0; i < 8; ++i) {
        v[i] = vld1q_f32(x + 4 * i);
        largest = vmaxnmq_f32(largest, vabsq_f32(v[i]));  // a NaN loses
        numbers = vandq_u32(numbers, vceqq_f32(v[i], v[i]));
    }
    const float scale = vmaxvq_f32(largest) / 127.0f;
    const float inverse = scale > 0.0f ? 1.0f / scale : 0.0f;
    int16x8_t pairs[4];
    int sums[2] = {0, 0};
    for (int i = 0; i < 4; ++i) {
        int32x4_t q[2];
        for (int h = 0; h < 2; ++h) {
            const float32x4_t limited = vminq_f32(vmaxq_f32(vmulq_n_f32(v[2 * i + h], inverse), vdupq_n_f32(-127.0f)), vdupq_n_f32(127.0f));
            q[h] = vcvtnq_s32_f32(limited);  // a NaN becomes 0
        }
        sums[i / 2] += vaddvq_s32(vaddq_s32(q[0], q[1]));
        pairs[i] = vcombine_s16(vmovn_s32(q[0]), vmovn_s32(q[1]));
    }
    for (int i = 0; i < 2; ++i) vst1q_s8(out.quant + 32 * b + 16 * i, vcombine_s8(vmovn_s16(pairs[2 * i]), vmovn_s16(pairs[2 * i + 1])));
    set_scale(out, b, vminvq_u32(numbers) == 0, scale, sums[0], sums[1]);
}

}  // namespace
}  // namespace soliloquy
