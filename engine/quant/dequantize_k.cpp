/// engine/quant/dequantize_k.cpp: the K formats, super-blocks of 256 with small integer scales per 16 or 32 elements.
#include "engine/core/float16.h"
#include "engine/quant/dequantize_block.h"

namespace soliloquy {

void dequantize_block(const BlockQ2_K& block, float* out) noexcept {
    const float d = f16_to_f32(block.d);
    const float dmin = f16_to_f32(block.dmin);
    for (size_t k = 0; k < kSuperBlock; ++k) {
        const size_t half = k / 128;
        const size_t row = k / 32 % 4;
        const unsigned q = (block.qs[32 * half + k % 32] >> (2 * row)) & 3u;
        const uint8_t scale = block.scales[k / 16];
        out[k] = d * static_cast<float>(scale & 15) * static_cast<float>(q) - dmin * static_cast<float>(scale >> 4);
    }
}

void dequantize_block(const BlockQ3_K& block, float* out) noexcept {
    const float d = f16_to_f32(block.d);
    for (size_t i = 0; i < 16; ++i) {
        const unsigned low = (block.scales[i % 8] >> (4 * (i / 8))) & 15u;
        const unsigned high = (block.scales[8 + i % 4] >> (2 * (i / 4))) & 3u;
        const float scale = d * static_cast<float>(static_cast<int>(low | (high << 4)) - 32);
        for (size_t k = 16 * i; k < 16 * i + 16; ++k) {
            const int q = (block.qs[32 * (k / 128) + k % 32] >> (2 * (k / 32 % 4))) & 3;
            const int offset = ((block.hmask[k % 32] >> (k / 32)) & 1) != 0 ? 0 : 4;
            out[k] = scale * static_cast<float>(q - offset);
        }
    }
}

void dequantize_block(const BlockQ4_K& block, float* out) noexcept {
    const float d = f16_to_f32(block.d);
    const float dmin = f16_to_f32(block.dmin);
    for (unsigned j = 0; j < 8; ++j) {
        const auto [scale, min] = unpack_scale_min(block.scales, j);
        const float step = d * static_cast<float>(scale);
        const float base = dmin * static_cast<float>(min);
        const uint8_t* qs = block.qs + 32 * (j / 2);
        for (size_t l = 0; l < 32; ++l) out[32 * j + l] = step * static_cast<float>((qs[l] >> (4 * (j % 2))) & 15) - base;
    }
}

void dequantize_block(const BlockQ5_K& block, float* out) noexcept {
    const float d = f16_to_f32(block.d);
    const float dmin = f16_to_f32(block.dmin);
    for (unsigned j = 0; j < 8; ++j) {
        const auto [scale, min] = unpack_scale_min(block.scales, j);
        const float step = d * static_cast<float>(scale);
        const float base = dmin * static_cast<float>(min);
        const uint8_t* qs = block.qs + 32 * (j / 2);
        for (size_t l = 0; l < 32; ++l) {
            const int q = ((qs[l] >> (4 * (j % 2))) & 15) + 16 * ((block.qh[l] >> j) & 1);
            out[32 * j + l] = step * static_cast<float>(q) - base;
        }
    }
}

void dequantize_block(const BlockQ6_K& block, float* out) noexcept {
    const float d = f16_to_f32(block.d);
    for (size_t i = 0; i < 16; ++i) {
        const float scale = d * static_cast<float>(block.scales[i]);
        const size_t half = i / 8;
        const size_t row = i / 2 % 4;
        for (size_t k = 16 * i; k < 16 * i + 16; ++k) {
            const int low = (block.ql[64 * half + 32 * (row % 2) + k % 32] >> (4 * (row / 2))) & 15;
            const int high = (block.qh[32 * half + k % 32] >> (2 * row)) & 3;
            out[k] = scale * static_cast<float>((low | (high << 4)) - 32);
        }
    }
}

}  // namespace soliloquy
