/// engine/quant/dequantize_iq.cpp: the IQ formats, groups of 4 or 8 out of a codebook times a scale of 16 or 32 elements.
#include "engine/core/float16.h"
#include "engine/quant/codebooks.h"
#include "engine/quant/dequantize_block.h"

namespace soliloquy {
namespace {

/// out[j] = scale * byte j of magnitudes, negated where bit j of signs is set.
template <typename Group>
void write_group(Group magnitudes, unsigned signs, float scale, float* out) noexcept {
    for (size_t j = 0; j < sizeof(Group); ++j) {
        const auto magnitude = static_cast<float>((magnitudes >> (8 * j)) & 255);
        out[j] = scale * ((signs >> j & 1u) != 0 ? -magnitude : magnitude);
    }
}

/// out[j] = scale * (signed byte j of values + shift)
void write_shifted_group(uint64_t values, float shift, float scale, float* out) noexcept {
    for (size_t j = 0; j < 8; ++j) out[j] = scale * (static_cast<float>(static_cast<int8_t>(values >> (8 * j) & 255)) + shift);
}

constexpr float kIq1Shift = 0.125f;

}  // namespace

void dequantize_block(const BlockIQ2_XXS& block, float* out) noexcept {
    const float d = f16_to_f32(block.d);
    for (size_t i = 0; i < 8; ++i) {
        const uint8_t* indices = block.qs + 8 * i;
        const auto word = load_unaligned<uint32_t>(indices + 4);
        const float scale = d * (0.5f + static_cast<float>(word >> 28)) * 0.25f;
        for (size_t g = 0; g < 4; ++g) {
            write_group(kIq2XxsGrid[indices[g]], iq_signs(word >> (7 * g) & 127u), scale, out + 32 * i + 8 * g);
        }
    }
}

void dequantize_block(const BlockIQ2_XS& block, float* out) noexcept {
    const float d = f16_to_f32(block.d);
    for (size_t g = 0; g < 32; ++g) {
        const unsigned level = (block.scales[g / 4] >> (4 * (g / 2 % 2))) & 15u;
        const float scale = d * (0.5f + static_cast<float>(level)) * 0.25f;
        write_group(kIq2XsGrid[block.qs[g] & 511u], iq_signs(block.qs[g] >> 9), scale, out + 8 * g);
    }
}

void dequantize_block(const BlockIQ2_S& block, float* out) noexcept {
    const float d = f16_to_f32(block.d);
    for (size_t g = 0; g < 32; ++g) {
        const unsigned level = (block.scales[g / 4] >> (4 * (g / 2 % 2))) & 15u;
        const float scale = d * (0.5f + static_cast<float>(level)) * 0.25f;
        const unsigned high = (block.qh[g / 4] >> (2 * (g % 4))) & 3u;
        write_group(kIq2SGrid[block.qs[g] | (high << 8)], block.signs[g], scale, out + 8 * g);
    }
}

void dequantize_block(const BlockIQ3_XXS& block, float* out) noexcept {
    const float d = f16_to_f32(block.d);
    for (size_t i = 0; i < 8; ++i) {
        const auto word = load_unaligned<uint32_t>(block.scales_and_signs + 4 * i);
        const float scale = d * (0.5f + static_cast<float>(word >> 28)) * 0.5f;
        for (size_t g = 0; g < 8; ++g) {
            const unsigned signs = iq_signs(word >> (7 * (g / 2)) & 127u) >> (4 * (g % 2));
            write_group(kIq3XxsGrid[block.qs[8 * i + g]], signs, scale, out + 32 * i + 4 * g);
        }
    }
}

void dequantize_block(const BlockIQ3_S& block, float* out) noexcept {
    const float d = f16_to_f32(block.d);
    for (size_t g = 0; g < 64; ++g) {
        const unsigned level = (block.scales[g / 16] >> (4 * (g / 8 % 2))) & 15u;
        const float scale = d * static_cast<float>(1 + 2 * level);
        const unsigned high = (block.qh[g / 8] >> (g % 8)) & 1u;
        const unsigned signs = block.signs[g / 2] >> (4 * (g % 2));
        write_group(kIq3SGrid[block.qs[g] | (high << 8)], signs, scale, out + 4 * g);
    }
}

void dequantize_block(const BlockIQ1_S& block, float* out) noexcept {
    const float d = f16_to_f32(block.d);
    for (size_t g = 0; g < 32; ++g) {
        const unsigned qh = block.qh[g / 4];
        const float scale = d * static_cast<float>(1 + 2 * (qh >> 12 & 7u));
        const float shift = (qh & 0x8000u) != 0 ? -kIq1Shift : kIq1Shift;
        const unsigned high = (qh >> (3 * (g % 4))) & 7u;
        write_shifted_group(kIq1Grid[block.qs[g] | (high << 8)], shift, scale, out + 8 * g);
    }
}

void dequantize_block(const BlockIQ1_M& block, float* out) noexcept {
    unsigned half = 0;
    uint16_t words[4];
    std::memcpy(words, block.scales, sizeof(words));
    for (unsigned i = 0; i < 4; ++i) half |= static_cast<unsigned>(words[i] >> 12) << (4 * i);
    const float d = f16_to_f32(static_cast<uint16_t>(half));
    for (size_t g = 0; g < 32; ++g) {
        const unsigned level = (words[g / 8] >> (3 * (g / 2 % 4))) & 7u;
        const float scale = d * static_cast<float>(1 + 2 * level);
        const unsigned nibble = (block.qh[g / 2] >> (4 * (g % 2))) & 15u;
        const float shift = (nibble & 8u) != 0 ? -kIq1Shift : kIq1Shift;
        write_shifted_group(kIq1Grid[block.qs[g] | ((nibble & 7u) << 8)], shift, scale, out + 8 * g);
    }
}

void dequantize_block(const BlockIQ4_XS& block, float* out) noexcept {
    const float d = f16_to_f32(block.d);
    for (size_t i = 0; i < 8; ++i) {
        const unsigned low = (block.scales_l[i / 2] >> (4 * (i % 2))) & 15u;
        const unsigned high = (block.scales_h >> (2 * i)) & 3u;
        const float scale = d * static_cast<float>(static_cast<int>(low | (high << 4)) - 32);
        const uint8_t* qs = block.qs + 16 * i;
        for (size_t k = 0; k < 16; ++k) {
            out[32 * i + k] = scale * static_cast<float>(kIq4NlValues[qs[k] & 15]);
            out[32 * i + k + 16] = scale * static_cast<float>(kIq4NlValues[qs[k] >> 4]);
        }
    }
}

}  // namespace soliloquy
