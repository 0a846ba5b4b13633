/// tests/unit/sampling/logit_scan_test.cpp: the vectorised passes against the formulas in F64.
#include "engine/sampling/logit_scan.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace soliloquy {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

std::vector<float> random_logits(size_t n, float deviation) {
    std::mt19937 random(static_cast<unsigned>(n));
    std::normal_distribution<float> normal(0.0f, deviation);
    std::vector<float> logits(n);
    for (float& logit : logits) logit = normal(random);
    return logits;
}

TEST(LogitScan, ExponentialIsAccurateAndZeroFarDown) {
    double worst = 0.0;
    for (float d = -79.99f; d <= 0.0f; d += 0.0007f) {
        const double exact = std::exp(static_cast<double>(d));
        worst = std::max(worst, std::fabs(static_cast<double>(exp_of_logit(d)) / exact - 1.0));
    }
    EXPECT_LT(worst, 2e-7);
    EXPECT_EQ(exp_of_logit(0.0f), 1.0f);
    EXPECT_EQ(exp_of_logit(-81.0f), 0.0f);
    EXPECT_EQ(exp_of_logit(-kInfinity), 0.0f);
}

TEST(LogitScan, SumsAgreeWithTheFormulasAtAwkwardSizes) {
    for (const size_t n : {1, 7, 63, 64, 65, 127, 1023, 1025, 7168, 129280}) {
        for (const float scale : {1.0f, 0.5f, 3.0f}) {
            const std::vector<float> logits = random_logits(n, 4.0f);
            std::vector<float> clean(logit_blocks(n) * kLogitBlock), block_max(logit_blocks(n)), block_sums(logit_blocks(n));
            const float max = copy_finite_logits(logits, clean, block_max);
            const SoftmaxSums sums = softmax_sums(clean, max, scale);
            softmax_block_sums(clean, max, scale, block_sums);
            double z = 0.0, s = 0.0, z_of_blocks = 0.0;
            float largest = -kInfinity;
            for (const float logit : logits) largest = std::max(largest, logit);
            for (const float logit : logits) {
                const double d = (static_cast<double>(logit) - static_cast<double>(largest)) * static_cast<double>(scale);
                z += std::exp(d);
                s += d * std::exp(d);
            }
            for (const float sum : block_sums) z_of_blocks += static_cast<double>(sum);
            EXPECT_EQ(max, largest) << n;
            EXPECT_NEAR(sums.z / z, 1.0, 1e-6) << n;
            EXPECT_NEAR(sums.s, s, 1e-6 * std::max(1.0, std::fabs(s))) << n;
            EXPECT_NEAR(z_of_blocks / z, 1.0, 1e-6) << n;
        }
    }
}

TEST(LogitScan, WhatIsNotFiniteCountsAsNothing) {
    std::vector<float> logits = random_logits(200, 1.0f);
    logits[3] = std::nanf("");
    logits[70] = kInfinity;
    logits[199] = -kInfinity;
    std::vector<float> clean(256, 1.0f), block_max(4);
    const float max = copy_finite_logits(logits, clean, block_max);
    EXPECT_TRUE(std::isfinite(max));
    for (const size_t i : {size_t{3}, size_t{70}, size_t{199}, size_t{200}, size_t{255}}) EXPECT_EQ(clean[i], -kInfinity) << i;
    EXPECT_TRUE(std::isfinite(softmax_sums(clean, max, 1.0f).s));
}

}  // namespace
}  // namespace soliloquy
