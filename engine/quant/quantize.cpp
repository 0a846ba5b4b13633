/// engine/quant/quantize.cpp: scales from the largest magnitude or the range of a block, then the nearest level.
#include "engine/quant/quantize.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <span>

#include "engine/core/float16.h"
#include "engine/quant/block_formats.h"
#include "engine/quant/codebooks.h"

namespace soliloquy {
namespace {

using Block32 = std::span<const float, kBlock>;
using Block256 = std::span<const float, kSuperBlock>;

/// The nearest integer in [low, high]; low for NaN.
int nearest(float value, int low, int high) noexcept {
    if (!(value > static_cast<float>(low))) return low;
    if (value >= static_cast<float>(high)) return high;
    return static_cast<int>(std::lround(value));
}

float inverse(float scale) noexcept { return scale != 0.0f ? 1.0f / scale : 0.0f; }

/// The number of largest magnitude, with its sign.
float peak_of(std::span<const float> values) noexcept {
    float peak = 0.0f;
    for (const float value : values) {
        if (std::fabs(value) > std::fabs(peak)) peak = value;
    }
    return peak;
}

struct Range {
    float low, high;
};
Range range_of(std::span<const float> values) noexcept {
    Range range{values[0], values[0]};
    for (const float value : values) range = {std::min(range.low, value), std::max(range.high, value)};
    return range;
}

void pack_nibbles(const uint8_t (&levels)[kBlock], uint8_t (&qs)[16]) noexcept {
    for (size_t k = 0; k < 16; ++k) qs[k] = static_cast<uint8_t>((levels[k] & 15) | (levels[k + 16] & 15) << 4);
}

void pack_fifth_bits(const uint8_t (&levels)[kBlock], uint8_t (&qh)[4]) noexcept {
    std::memset(qh, 0, sizeof(qh));
    for (size_t k = 0; k < kBlock; ++k) qh[k / 8] = static_cast<uint8_t>(qh[k / 8] | (levels[k] >> 4 & 1) << (k % 8));
}

/// Levels around zero: the number of largest magnitude becomes the lowest level, of which there is one more than highest ones.
template <int kLevels>
uint16_t signed_levels(Block32 x, uint8_t (&levels)[kBlock]) noexcept {
    const float d = peak_of(x) / (-kLevels / 2);
    for (size_t k = 0; k < kBlock; ++k) levels[k] = static_cast<uint8_t>(nearest(x[k] * inverse(d) + kLevels / 2, 0, kLevels - 1));
    return f32_to_f16(d);
}

/// Levels from the smallest number to the largest.
template <int kLevels>
void offset_levels(Block32 x, uint16_t& d, uint16_t& m, uint8_t (&levels)[kBlock]) noexcept {
    const auto [low, high] = range_of(x);
    const float step = (high - low) / (kLevels - 1);
    for (size_t k = 0; k < kBlock; ++k) levels[k] = static_cast<uint8_t>(nearest((x[k] - low) * inverse(step), 0, kLevels - 1));
    d = f32_to_f16(step);
    m = f32_to_f16(low);
}

void quantize_block(Block32 x, BlockQ8_0& block) noexcept {
    const float d = std::fabs(peak_of(x)) / 127.0f;
    block.d = f32_to_f16(d);
    for (size_t k = 0; k < kBlock; ++k) block.qs[k] = static_cast<int8_t>(nearest(x[k] * inverse(d), -127, 127));
}

void quantize_block(Block32 x, BlockQ4_0& block) noexcept {
    uint8_t levels[kBlock];
    block.d = signed_levels<16>(x, levels);
    pack_nibbles(levels, block.qs);
}

void quantize_block(Block32 x, BlockQ4_1& block) noexcept {
    uint8_t levels[kBlock];
    offset_levels<16>(x, block.d, block.m, levels);
    pack_nibbles(levels, block.qs);
}

void quantize_block(Block32 x, BlockQ5_0& block) noexcept {
    uint8_t levels[kBlock];
    block.d = signed_levels<32>(x, levels);
    pack_nibbles(levels, block.qs);
    pack_fifth_bits(levels, block.qh);
}

void quantize_block(Block32 x, BlockQ5_1& block) noexcept {
    uint8_t levels[kBlock];
    offset_levels<32>(x, block.d, block.m, levels);
    pack_nibbles(levels, block.qs);
    pack_fifth_bits(levels, block.qh);
}

uint8_t nearest_entry(const std::array<int8_t, 16>& values, float wanted) noexcept {
    size_t best = 0;
    for (size_t i = 1; i < values.size(); ++i) {
        if (std::fabs(wanted - static_cast<float>(values[i])) < std::fabs(wanted - static_cast<float>(values[best]))) best = i;
    }
    return static_cast<uint8_t>(best);
}

void quantize_block(Block32 x, BlockIQ4_NL& block) noexcept {
    const float d = peak_of(x) / static_cast<float>(kIq4NlValues[0]);
    uint8_t levels[kBlock];
    for (size_t k = 0; k < kBlock; ++k) levels[k] = nearest_entry(kIq4NlValues, x[k] * inverse(d));
    block.d = f32_to_f16(d);
    pack_nibbles(levels, block.qs);
}

/// OCP Microscaling Formats 1.0, section 6.3: the exponent of the largest magnitude, less that of the largest E2M1 number (2).
void quantize_block(Block32 x, BlockMXFP4& block) noexcept {
    const float peak = std::fabs(peak_of(x));
    const int exponent = peak > 0.0f && std::isfinite(peak) ? std::ilogb(peak) - 2 : -127;
    block.e = static_cast<uint8_t>(std::clamp(exponent + 127, 0, 254));
    uint8_t levels[kBlock];
    for (size_t k = 0; k < kBlock; ++k) levels[k] = nearest_entry(kMxfp4Values, std::ldexp(x[k], 128 - block.e));
    pack_nibbles(levels, block.qs);
}

/// The scales of a Q4_K or Q5_K block: every 32 numbers span their range, zero included; ranges count in 63 steps of d and dmin.
template <typename Block>
void choose_scales(Block256 x, int levels, Block& block) noexcept {
    std::array<float, 8> steps;
    std::array<float, 8> depths;  // how far below zero a sub-block reaches
    for (size_t j = 0; j < 8; ++j) {
        const auto [low, high] = range_of(x.subspan(32 * j, 32));
        depths[j] = -std::min(low, 0.0f);
        steps[j] = (std::max(high, 0.0f) + depths[j]) / static_cast<float>(levels - 1);
    }
    block.d = f32_to_f16(*std::max_element(steps.begin(), steps.end()) / 63.0f);
    block.dmin = f32_to_f16(*std::max_element(depths.begin(), depths.end()) / 63.0f);
    std::memset(block.scales, 0, sizeof(block.scales));
    for (size_t j = 0; j < 8; ++j) {
        const auto scale = static_cast<uint8_t>(nearest(steps[j] * inverse(f16_to_f32(block.d)), 0, 63));
        const auto min = static_cast<uint8_t>(nearest(depths[j] * inverse(f16_to_f32(block.dmin)), 0, 63));
        if (j < 4) {
            block.scales[j] = static_cast<uint8_t>(block.scales[j] | scale);
            block.scales[j + 4] = static_cast<uint8_t>(block.scales[j + 4] | min);
        } else {
            block.scales[j + 4] = static_cast<uint8_t>((scale & 15) | (min & 15) << 4);
            block.scales[j - 4] = static_cast<uint8_t>(block.scales[j - 4] | (scale >> 4) << 6);
            block.scales[j] = static_cast<uint8_t>(block.scales[j] | (min >> 4) << 6);
        }
    }
}

/// The level of number k, given the scales that were stored.
template <typename Block>
int level_of(const Block& block, Block256 x, size_t k, int levels) noexcept {
    const auto [scale, min] = unpack_scale_min(block.scales, static_cast<unsigned>(k / 32));
    const float step = f16_to_f32(block.d) * static_cast<float>(scale);
    return nearest((x[k] + f16_to_f32(block.dmin) * static_cast<float>(min)) * inverse(step), 0, levels - 1);
}

void quantize_block(Block256 x, BlockQ4_K& block) noexcept {
    choose_scales(x, 16, block);
    std::memset(block.qs, 0, sizeof(block.qs));
    for (size_t k = 0; k < kSuperBlock; ++k) {
        uint8_t& packed = block.qs[32 * (k / 64) + k % 32];
        packed = static_cast<uint8_t>(packed | level_of(block, x, k, 16) << (4 * (k / 32 % 2)));
    }
}

void quantize_block(Block256 x, BlockQ5_K& block) noexcept {
    choose_scales(x, 32, block);
    std::memset(block.qs, 0, sizeof(block.qs));
    std::memset(block.qh, 0, sizeof(block.qh));
    for (size_t k = 0; k < kSuperBlock; ++k) {
        const int level = level_of(block, x, k, 32);
        uint8_t& packed = block.qs[32 * (k / 64) + k % 32];
        packed = static_cast<uint8_t>(packed | (level & 15) << (4 * (k / 32 % 2)));
        block.qh[k % 32] = static_cast<uint8_t>(block.qh[k % 32] | (level >> 4) << (k / 32));
    }
}

void quantize_block(Block256 x, BlockQ6_K& block) noexcept {
    std::array<float, 16> steps;
    for (size_t i = 0; i < 16; ++i) steps[i] = peak_of(x.subspan(16 * i, 16)) / -32.0f;
    block.d = f32_to_f16(peak_of(steps) / -128.0f);
    const float d = f16_to_f32(block.d);
    std::memset(block.ql, 0, sizeof(block.ql));
    std::memset(block.qh, 0, sizeof(block.qh));
    for (size_t i = 0; i < 16; ++i) {
        block.scales[i] = static_cast<int8_t>(nearest(steps[i] * inverse(d), -128, 127));
        const float step = d * static_cast<float>(block.scales[i]);
        const size_t half = i / 8;
        const size_t row = i / 2 % 4;
        for (size_t k = 16 * i; k < 16 * i + 16; ++k) {
            const int level = nearest(x[k] * inverse(step), -32, 31) + 32;
            uint8_t& low = block.ql[64 * half + 32 * (row % 2) + k % 32];
            uint8_t& high = block.qh[32 * half + k % 32];
            low = static_cast<uint8_t>(low | (level & 15) << (4 * (row / 2)));
            high = static_cast<uint8_t>(high | (level >> 4) << (2 * row));
        }
    }
}

template <typename Block, size_t kElements>
void quantize_blocks(const float* in, std::byte* out, size_t n) noexcept {
    for (size_t i = 0; i < n / kElements; ++i) {
        Block block;
        quantize_block(std::span<const float, kElements>(in + i * kElements, kElements), block);
        std::memcpy(out + i * sizeof(block), &block, sizeof(block));
    }
}

void convert(const float* in, std::byte* out, size_t n, uint16_t (*f)(float) noexcept) noexcept {
    for (size_t k = 0; k < n; ++k) {
        const uint16_t bits = f(in[k]);
        std::memcpy(out + k * sizeof(bits), &bits, sizeof(bits));
    }
}

}  // namespace

bool can_quantize(DType type) noexcept {
    switch (type) {
        case DType::f32:
        case DType::f16:
        case DType::bf16:
        case DType::q8_0:
        case DType::q4_0:
        case DType::q4_1:
        case DType::q5_0:
        case DType::q5_1:
        case DType::iq4_nl:
        case DType::mxfp4:
        case DType::q4_k:
        case DType::q5_k:
        case DType::q6_k:
            return true;
        default:
            return false;
    }
}

Status quantize_row(DType type, const float* in, std::byte* out, size_t n) {
    const auto& traits = dtype_traits(type);
    if (n % traits.block_elements != 0) {
        return Error{ErrorCode::invalid_argument, "a row of " + std::to_string(n) + " elements as " + std::string(traits.name) +
                                                      "; expected a multiple of " + std::to_string(traits.block_elements)};
    }
    switch (type) {
        case DType::f32:
            std::memcpy(out, in, n * sizeof(float));
            break;
        case DType::f16:
            convert(in, out, n, f32_to_f16);
            break;
        case DType::bf16:
            convert(in, out, n, f32_to_bf16);
            break;
        case DType::q8_0:
            quantize_blocks<BlockQ8_0, kBlock>(in, out, n);
            break;
        case DType::q4_0:
            quantize_blocks<BlockQ4_0, kBlock>(in, out, n);
            break;
        case DType::q4_1:
            quantize_blocks<BlockQ4_1, kBlock>(in, out, n);
            break;
        case DType::q5_0:
            quantize_blocks<BlockQ5_0, kBlock>(in, out, n);
            break;
        case DType::q5_1:
            quantize_blocks<BlockQ5_1, kBlock>(in, out, n);
            break;
        case DType::iq4_nl:
            quantize_blocks<BlockIQ4_NL, kBlock>(in, out, n);
            break;
        case DType::mxfp4:
            quantize_blocks<BlockMXFP4, kBlock>(in, out, n);
            break;
        case DType::q4_k:
            quantize_blocks<BlockQ4_K, kSuperBlock>(in, out, n);
            break;
        case DType::q5_k:
            quantize_blocks<BlockQ5_K, kSuperBlock>(in, out, n);
            break;
        case DType::q6_k:
            quantize_blocks<BlockQ6_K, kSuperBlock>(in, out, n);
            break;
        default:
            return Error{ErrorCode::unsupported, "this program writes no " + std::string(traits.name) + " blocks"};
    }
    return Status::success();
}

}  // namespace soliloquy
