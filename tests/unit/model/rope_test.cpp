/// tests/unit/model/rope_test.cpp: frequencies of plain, linear and YaRN positions.
#include "engine/model/rope.h"

#include <gtest/gtest.h>

#include <cmath>

namespace soliloquy {
namespace {

RopeConfig deepseek_v3() {
    RopeConfig config;
    config.dimensions = 64;
    config.scaling = RopeScaling::yarn;
    config.factor = 40.0;
    config.original_context_length = 4096;
    config.log_multiplier = 1.0;
    return config;
}

TEST(RopeTest, plain_frequencies) {
    RopeConfig config;
    config.dimensions = 8;
    const auto table = make_rope_table(config, {});
    ASSERT_EQ(table->frequencies.size(), 4u);
    EXPECT_FLOAT_EQ(table->frequencies[0], 1.0f);
    EXPECT_FLOAT_EQ(table->frequencies[1], 0.1f);
    EXPECT_FLOAT_EQ(table->frequencies[3], 0.001f);
    EXPECT_FLOAT_EQ(table->magnitude, 1.0f);
}

TEST(RopeTest, linear_scaling_and_factors_of_the_file) {
    RopeConfig config;
    config.dimensions = 4;
    config.scaling = RopeScaling::linear;
    config.factor = 4.0;
    const float factors[] = {1.0f, 8.0f};
    const auto table = make_rope_table(config, factors);
    EXPECT_FLOAT_EQ(table->frequencies[0], 0.25f);
    EXPECT_FLOAT_EQ(table->frequencies[1], 0.01f / 32.0f);
}

// By hand from the paper's formulas: the ramp runs from pair 10 to pair 23 for 4,096 positions, base 10,000, beta 32 and 1.
TEST(RopeTest, yarn_keeps_fast_frequencies_and_stretches_slow_ones) {
    const auto table = make_rope_table(deepseek_v3(), {});
    const auto plain = [](int i) { return std::pow(10000.0, -2.0 * i / 64.0); };
    for (int i = 0; i <= 10; ++i) EXPECT_NEAR(table->frequencies[static_cast<size_t>(i)] / plain(i), 1.0, 1e-6) << i;
    for (int i = 23; i < 32; ++i) EXPECT_NEAR(table->frequencies[static_cast<size_t>(i)] * 40.0 / plain(i), 1.0, 1e-6) << i;
    const double ramp = 5.0 / 13.0;
    EXPECT_NEAR(table->frequencies[15] / plain(15), 1.0 - ramp + ramp / 40.0, 1e-6);
    EXPECT_FLOAT_EQ(table->magnitude, 1.0f);
    EXPECT_NEAR(yarn_attention_scale(deepseek_v3()), std::pow(1.0 + 0.1 * std::log(40.0), 2.0), 1e-12);
}

TEST(RopeTest, without_a_multiplier_the_cosines_carry_yarns_factor) {
    RopeConfig config = deepseek_v3();
    config.log_multiplier = 0.0;
    EXPECT_NEAR(make_rope_table(config, {})->magnitude, 1.0 + 0.1 * std::log(40.0), 1e-6);
    EXPECT_EQ(yarn_attention_scale(config), 1.0);
}

}  // namespace
}  // namespace soliloquy
