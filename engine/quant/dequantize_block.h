/// engine/quant/dequantize_block.h: one block of each format as F32, the scalar readings of engine/quant/block_formats.h.
#pragma once

#include <cstring>

#include "engine/quant/block_formats.h"

namespace soliloquy {

// out: 32 numbers
void dequantize_block(const BlockQ4_0& block, float* out) noexcept;
void dequantize_block(const BlockQ4_1& block, float* out) noexcept;
void dequantize_block(const BlockQ5_0& block, float* out) noexcept;
void dequantize_block(const BlockQ5_1& block, float* out) noexcept;
void dequantize_block(const BlockQ8_0& block, float* out) noexcept;
void dequantize_block(const BlockIQ4_NL& block, float* out) noexcept;
void dequantize_block(const BlockMXFP4& block, float* out) noexcept;
// out: 256 numbers
void dequantize_block(const BlockQ2_K& block, float* out) noexcept;
void dequantize_block(const BlockQ3_K& block, float* out) noexcept;
void dequantize_block(const BlockQ4_K& block, float* out) noexcept;
void dequantize_block(const BlockQ5_K& block, float* out) noexcept;
void dequantize_block(const BlockQ6_K& block, float* out) noexcept;
void dequantize_block(const BlockIQ2_XXS& block, float* out) noexcept;
void dequantize_block(const BlockIQ2_XS& block, float* out) noexcept;
void dequantize_block(const BlockIQ2_S& block, float* out) noexcept;
void dequantize_block(const BlockIQ3_XXS& block, float* out) noexcept;
void dequantize_block(const BlockIQ3_S& block, float* out) noexcept;
void dequantize_block(const BlockIQ1_S& block, float* out) noexcept;
void dequantize_block(const BlockIQ1_M& block, float* out) noexcept;
void dequantize_block(const BlockIQ4_XS& block, float* out) noexcept;

/// A value of T at any alignment.
template <typename T>
[[nodiscard]] inline T load_unaligned(const void* from) noexcept {
    T value;
    std::memcpy(&value, from, sizeof(T));
    return value;
}

}  // namespace soliloquy
