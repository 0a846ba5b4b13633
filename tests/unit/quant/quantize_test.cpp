/// tests/unit/quant/quantize_test.cpp: what is quantized and read back is as near as the levels of its type allow.
#include "engine/quant/quantize.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <random>
#include <vector>

#include "engine/quant/block_formats.h"
#include "engine/quant/dequantize.h"

namespace soliloquy {
namespace {

/// worst: the largest error of a number, as a part of the largest magnitude of its block: half a step of the levels (a whole one
/// where the far end is cut), and what the rounding of scales adds. MXFP4: between its levels 4 and 6, and above 6, lies a quarter.
/// nmse: of normally distributed numbers, a fifth above what was measured; an off-by-one in any scale or level doubles it.
struct Accuracy {
    DType type;
    double worst, nmse;
};
constexpr Accuracy kAccuracy[] = {
    {DType::f32, 0.0, 0.0},
    {DType::f16, 0x1p-11, 5.2e-8},
    {DType::bf16, 0x1p-8, 3.4e-6},
    {DType::q8_0, 0.5 / 127 + 3e-3, 3.4e-5},
    {DType::q4_0, 1.0 / 8 + 1e-3, 8.9e-3},
    {DType::q4_1, 1.0 / 15 + 1e-3, 7.4e-3},
    {DType::q5_0, 1.0 / 16 + 1e-3, 2.2e-3},
    {DType::q5_1, 1.0 / 31 + 1e-3, 1.7e-3},
    {DType::iq4_nl, 0.12, 7.7e-3},
    {DType::mxfp4, 0.25, 1.6e-2},
    {DType::q4_k, 1.0 / 15 + 5e-3, 7.4e-3},
    {DType::q5_k, 1.0 / 31 + 5e-3, 1.8e-3},
    {DType::q6_k, 1.0 / 32 + 0.02, 4.3e-4},
};

std::vector<float> gaussian(size_t n, unsigned seed, float scale) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal(0.0f, scale);
    std::vector<float> values(n);
    for (auto& value : values) value = normal(random);
    return values;
}

std::vector<float> through(DType type, const std::vector<float>& values) {
    std::vector<std::byte> blocks(row_bytes(type, values.size()) + 1, std::byte{0xa5});
    EXPECT_TRUE(quantize_row(type, values.data(), blocks.data(), values.size()).ok());
    EXPECT_EQ(blocks.back(), std::byte{0xa5});
    std::vector<float> back(values.size());
    dequantize_row(type, blocks.data(), back.data(), back.size());
    return back;
}

TEST(Quantize, ComesBackAsNearAsTheLevelsAllow) {
    constexpr size_t kN = 1 << 15;
    for (const auto& [type, worst, nmse] : kAccuracy) {
        SCOPED_TRACE(dtype_traits(type).name);
        ASSERT_TRUE(can_quantize(type));
        for (const float scale : {1.0f, 1e-3f, 50.0f}) {
            const auto values = gaussian(kN, 3, scale);
            const auto back = through(type, values);
            const size_t block = dtype_traits(type).block_elements;
            double error = 0.0;
            double power = 0.0;
            for (size_t k = 0; k < kN; ++k) {
                error += std::pow(back[k] - values[k], 2);
                power += std::pow(values[k], 2);
            }
            if (scale == 1.0f) {
                EXPECT_LE(error, nmse * power);
            }
            for (size_t begin = 0; begin < kN; begin += block) {
                float peak = 0.0f;
                for (size_t k = begin; k < begin + block; ++k) peak = std::max(peak, std::fabs(values[k]));
                for (size_t k = begin; k < begin + block; ++k)
                    ASSERT_LE(std::fabs(back[k] - values[k]), worst * peak + 0x1p-25) << "element " << k;
            }
        }
    }
}

/// A set of levels is its own nearest set: what came out of a block goes in and comes out unchanged.
TEST(Quantize, LevelsOfSimpleBlocksStayWhatTheyAre) {
    for (const DType type : {DType::f16, DType::bf16, DType::q8_0, DType::q4_0, DType::q5_0, DType::iq4_nl, DType::mxfp4}) {
        SCOPED_TRACE(dtype_traits(type).name);
        std::vector<float> levels(256);
        for (size_t k = 0; k < levels.size(); ++k) levels[k] = static_cast<float>(static_cast<int>(k * 5 % 16) - 8) * 0.25f;
        const auto once = through(type, levels);
        EXPECT_EQ(through(type, once), once);
        if (type != DType::iq4_nl && type != DType::mxfp4 && type != DType::q8_0) {
            EXPECT_EQ(once, levels);
        }
    }
}

TEST(Quantize, ZerosStayZero) {
    for (const auto& accuracy : kAccuracy) {
        const std::vector<float> zeros(512, 0.0f);
        EXPECT_EQ(through(accuracy.type, zeros), zeros) << dtype_traits(accuracy.type).name;
    }
}

TEST(Quantize, NeverFailsOnNumbersThatAreNone) {
    std::vector<float> values(512, 1.0f);
    values[0] = NAN;
    values[40] = INFINITY;
    values[300] = -INFINITY;
    values[301] = 3e38f;
    for (const auto& accuracy : kAccuracy) through(accuracy.type, values);
}

TEST(Quantize, RefusesHalfBlocksAndOtherTypes) {
    const std::vector<float> values(256, 1.0f);
    std::vector<std::byte> out(4096);
    const auto half = quantize_row(DType::q4_k, values.data(), out.data(), 128);
    ASSERT_FALSE(half.ok());
    EXPECT_NE(half.error().message.find("128 elements as Q4_K; expected a multiple of 256"), std::string::npos);
    const auto other = quantize_row(DType::iq1_s, values.data(), out.data(), 256);
    ASSERT_FALSE(other.ok());
    EXPECT_EQ(other.error().code, ErrorCode::unsupported);
    EXPECT_FALSE(can_quantize(DType::iq1_s));
}

/// Every pair of 6-bit numbers, at every place: the packing of Q4_K and Q5_K scales loses nothing.
TEST(BlockFormats, ScalesAndMinimaUseAllTheirBits) {
    for (unsigned j = 0; j < 8; ++j) {
        unsigned scales = 0;
        unsigned minima = 0;
        for (unsigned bit = 0; bit < 96; ++bit) {
            uint8_t bytes[12] = {};
            bytes[bit / 8] = static_cast<uint8_t>(1u << (bit % 8));
            const auto [scale, min] = unpack_scale_min(bytes, j);
            EXPECT_LE(std::popcount(scale) + std::popcount(min), 1);
            scales |= scale;
            minima |= min;
        }
        EXPECT_EQ(scales, 63u);
        EXPECT_EQ(minima, 63u);
    }
}

}  // namespace
}  // namespace soliloquy
