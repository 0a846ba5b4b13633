/// engine/quant/dequantize.cpp: plain numbers, the blocks of 32, and the choice by type.
#include "engine/quant/dequantize.h"

#include <bit>
#include <cstdint>

#include "engine/core/float16.h"
#include "engine/quant/codebooks.h"
#include "engine/quant/dequantize_block.h"

namespace soliloquy {
namespace {

template <typename Block, size_t kElements>
void dequantize_blocks(const std::byte* row, float* out, size_t n) noexcept {
    for (size_t i = 0; i < n / kElements; ++i) dequantize_block(load_unaligned<Block>(row + i * sizeof(Block)), out + i * kElements);
}

/// out[k] = f(item k), items being T.
template <typename T, typename F>
void convert(const std::byte* row, float* out, size_t n, F&& f) noexcept {
    for (size_t k = 0; k < n; ++k) out[k] = f(load_unaligned<T>(row + k * sizeof(T)));
}

template <typename T>
void convert(const std::byte* row, float* out, size_t n) noexcept {
    convert<T>(row, out, n, [](T value) { return static_cast<float>(value); });
}

/// 2^(e - 128), also where that is subnormal (e = 0, 1). ggml reads e = 255, NaN in the standard, as 2^127; so does this.
float mxfp4_scale(uint8_t e) noexcept {
    return std::bit_cast<float>(e < 2 ? uint32_t{0x00200000} << e : static_cast<uint32_t>(e - 1) << 23);
}

unsigned bit(uint32_t bits, unsigned k) noexcept { return (bits >> k) & 1u; }

}  // namespace

void dequantize_block(const BlockQ4_0& block, float* out) noexcept {
    const float d = f16_to_f32(block.d);
    for (size_t k = 0; k < 16; ++k) {
        out[k] = d * static_cast<float>((block.qs[k] & 15) - 8);
        out[k + 16] = d * static_cast<float>((block.qs[k] >> 4) - 8);
    }
}

void dequantize_block(const BlockQ4_1& block, float* out) noexcept {
    const float d = f16_to_f32(block.d);
    const float m = f16_to_f32(block.m);
    for (size_t k = 0; k < 16; ++k) {
        out[k] = d * static_cast<float>(block.qs[k] & 15) + m;
        out[k + 16] = d * static_cast<float>(block.qs[k] >> 4) + m;
    }
}

void dequantize_block(const BlockQ5_0& block, float* out) noexcept {
    const float d = f16_to_f32(block.d);
    const auto qh = load_unaligned<uint32_t>(block.qh);
    for (unsigned k = 0; k < 16; ++k) {
        out[k] = d * static_cast<float>(static_cast<int>((block.qs[k] & 15) + 16 * bit(qh, k)) - 16);
        out[k + 16] = d * static_cast<float>(static_cast<int>((block.qs[k] >> 4) + 16 * bit(qh, k + 16)) - 16);
    }
}

void dequantize_block(const BlockQ5_1& block, float* out) noexcept {
    const float d = f16_to_f32(block.d);
    const float m = f16_to_f32(block.m);
    const auto qh = load_unaligned<uint32_t>(block.qh);
    for (unsigned k = 0; k < 16; ++k) {
        out[k] = d * static_cast<float>((block.qs[k] & 15) + 16 * bit(qh, k)) + m;
        out[k + 16] = d * static_cast<float>((block.qs[k] >> 4) + 16 * bit(qh, k + 16)) + m;
    }
}

void dequantize_block(const BlockQ8_0& block, float* out) noexcept {
    const float d = f16_to_f32(block.d);
    for (size_t k = 0; k < 32; ++k) out[k] = d * static_cast<float>(block.qs[k]);
}

void dequantize_block(const BlockIQ4_NL& block, float* out) noexcept {
    const float d = f16_to_f32(block.d);
    for (size_t k = 0; k < 16; ++k) {
        out[k] = d * static_cast<float>(kIq4NlValues[block.qs[k] & 15]);
        out[k + 16] = d * static_cast<float>(kIq4NlValues[block.qs[k] >> 4]);
    }
}

void dequantize_block(const BlockMXFP4& block, float* out) noexcept {
    const float d = mxfp4_scale(block.e);
    for (size_t k = 0; k < 16; ++k) {
        out[k] = d * static_cast<float>(kMxfp4Values[block.qs[k] & 15]);
        out[k + 16] = d * static_cast<float>(kMxfp4Values[block.qs[k] >> 4]);
    }
}

void dequantize_row(DType type, const std::byte* row, float* out, size_t n) noexcept {
    switch (type) {
        case DType::f32:
            std::memcpy(out, row, n * sizeof(float));
            return;
        case DType::f16:
            return convert<uint16_t>(row, out, n, f16_to_f32);
        case DType::bf16:
            return convert<uint16_t>(row, out, n, bf16_to_f32);
        case DType::f64:
            return convert<double>(row, out, n);
        case DType::i8:
            return convert<int8_t>(row, out, n);
        case DType::i16:
            return convert<int16_t>(row, out, n);
        case DType::i32:
            return convert<int32_t>(row, out, n);
        case DType::i64:
            return convert<int64_t>(row, out, n);
        case DType::q4_0:
            return dequantize_blocks<BlockQ4_0, kBlock>(row, out, n);
        case DType::q4_1:
            return dequantize_blocks<BlockQ4_1, kBlock>(row, out, n);
        case DType::q5_0:
            return dequantize_blocks<BlockQ5_0, kBlock>(row, out, n);
        case DType::q5_1:
            return dequantize_blocks<BlockQ5_1, kBlock>(row, out, n);
        case DType::q8_0:
            return dequantize_blocks<BlockQ8_0, kBlock>(row, out, n);
        case DType::iq4_nl:
            return dequantize_blocks<BlockIQ4_NL, kBlock>(row, out, n);
        case DType::mxfp4:
            return dequantize_blocks<BlockMXFP4, kBlock>(row, out, n);
        case DType::q2_k:
            return dequantize_blocks<BlockQ2_K, kSuperBlock>(row, out, n);
        case DType::q3_k:
            return dequantize_blocks<BlockQ3_K, kSuperBlock>(row, out, n);
        case DType::q4_k:
            return dequantize_blocks<BlockQ4_K, kSuperBlock>(row, out, n);
        case DType::q5_k:
            return dequantize_blocks<BlockQ5_K, kSuperBlock>(row, out, n);
        case DType::q6_k:
            return dequantize_blocks<BlockQ6_K, kSuperBlock>(row, out, n);
        case DType::iq2_xxs:
            return dequantize_blocks<BlockIQ2_XXS, kSuperBlock>(row, out, n);
        case DType::iq2_xs:
            return dequantize_blocks<BlockIQ2_XS, kSuperBlock>(row, out, n);
        case DType::iq2_s:
            return dequantize_blocks<BlockIQ2_S, kSuperBlock>(row, out, n);
        case DType::iq3_xxs:
            return dequantize_blocks<BlockIQ3_XXS, kSuperBlock>(row, out, n);
        case DType::iq3_s:
            return dequantize_blocks<BlockIQ3_S, kSuperBlock>(row, out, n);
        case DType::iq1_s:
            return dequantize_blocks<BlockIQ1_S, kSuperBlock>(row, out, n);
        case DType::iq1_m:
            return dequantize_blocks<BlockIQ1_M, kSuperBlock>(row, out, n);
        case DType::iq4_xs:
            return dequantize_blocks<BlockIQ4_XS, kSuperBlock>(row, out, n);
    }
}

}  // namespace soliloquy
