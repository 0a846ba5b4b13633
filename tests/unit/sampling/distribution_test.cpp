/// tests/unit/sampling/distribution_test.cpp: draws follow the distribution, by chi-square tests with fixed seeds.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

#include "engine/sampling/sampler.h"

namespace soliloquy {
namespace {

/// Statistic of observed counts against probabilities; cells that expect nothing must stay empty.
double chi_square(const std::vector<int>& counts, const std::vector<double>& probabilities, int draws) {
    double statistic = 0.0;
    for (size_t i = 0; i < counts.size(); ++i) {
        const double expected = probabilities[i] * draws;
        if (probabilities[i] <= 0.0) {
            EXPECT_EQ(counts[i], 0) << i;
            continue;
        }
        statistic += (counts[i] - expected) * (counts[i] - expected) / expected;
    }
    return statistic;
}

/// Upper 1e-4 point of the chi-square distribution, by Wilson and Hilferty's approximation.
double critical(double degrees) {
    const double z = 3.719;
    const double cube = 1.0 - 2.0 / (9.0 * degrees) + z * std::sqrt(2.0 / (9.0 * degrees));
    return degrees * cube * cube * cube;
}

void expect_follows(const SamplingOptions& options, const std::vector<double>& raw, const std::vector<double>& wanted) {
    constexpr int kDraws = 200000;
    std::vector<float> logits;
    for (const double p : raw) logits.push_back(static_cast<float>(std::log(p)));
    Sampler sampler(options, static_cast<uint32_t>(raw.size()));
    std::vector<int> counts(raw.size());
    for (int i = 0; i < kDraws; ++i) ++counts[sampler.sample(logits).id];
    size_t cells = 0;
    for (const double p : wanted) cells += p > 0.0 ? 1 : 0;
    EXPECT_LT(chi_square(counts, wanted, kDraws), critical(static_cast<double>(cells - 1)));
}

std::vector<double> zipf(size_t n) {
    std::vector<double> p(n);
    double z = 0.0;
    for (size_t i = 0; i < n; ++i) z += p[i] = 1.0 / static_cast<double>((i * 7) % n + 1);
    for (double& x : p) x /= z;
    return p;
}

std::vector<double> powered(std::vector<double> p, double exponent) {
    double z = 0.0;
    for (double& x : p) z += x = x > 0.0 ? std::pow(x, exponent) : 0.0;
    for (double& x : p) x /= z;
    return p;
}

TEST(Distribution, DrawsFromAllFollowTheTemperature) {
    const std::vector<double> p = zipf(200);  // several blocks
    for (const float temperature : {0.5f, 1.0f, 2.0f}) {
        SamplingOptions options;
        options.temperature = temperature;
        options.seed = 1;
        expect_follows(options, p, powered(p, 1.0 / static_cast<double>(temperature)));
    }
}

TEST(Distribution, FilteredDrawsAreRenormalised) {
    const std::vector<double> p{0.05, 0.4, 0.3, 0.15, 0.06, 0.04};
    SamplingOptions options;
    options.temperature = 0.7f;
    options.top_k = 4;
    options.seed = 2;
    expect_follows(options, p, powered({0.0, 0.4, 0.3, 0.15, 0.06, 0.0}, 1.0 / 0.7));
    options.top_k = 0;
    options.top_p = 0.8f;
    expect_follows(options, p, powered({0.0, 0.4, 0.3, 0.15, 0.0, 0.0}, 1.0 / 0.7));
    options.top_p = 1.0f;
    options.min_p = 0.14f;
    expect_follows(options, p, powered({0.0, 0.4, 0.3, 0.15, 0.06, 0.0}, 1.0 / 0.7));
}

TEST(Distribution, TheTestFindsAWrongDistribution) {
    std::vector<int> counts(10, 1000);
    counts[0] += 200;
    counts[1] -= 200;
    EXPECT_GT(chi_square(counts, std::vector<double>(10, 0.1), 10000), critical(9));
}

TEST(Distribution, RandomStreamIsUniformAndSeedsAreUnrelated) {
    constexpr int kDraws = 1 << 18;
    std::vector<int> cells(64), pairs(64), across(64);
    for (uint64_t seed = 0; seed < 4; ++seed) {
        RandomStream stream(seed);
        double previous = 0.0;
        for (int i = 0; i < kDraws / 4; ++i) {
            const double u = stream.uniform();
            ASSERT_TRUE(u >= 0.0 && u < 1.0);
            ++cells[static_cast<size_t>(u * 64)];
            ++pairs[static_cast<size_t>(u * 8) * 8 + static_cast<size_t>(previous * 8)];
            previous = u;
        }
    }
    for (uint64_t seed = 0; seed < kDraws; ++seed) ++across[static_cast<size_t>(RandomStream(seed).uniform() * 64)];
    const std::vector<double> even(64, 1.0 / 64);
    EXPECT_LT(chi_square(cells, even, kDraws), critical(63));
    EXPECT_LT(chi_square(pairs, even, kDraws), critical(63));
    EXPECT_LT(chi_square(across, even, kDraws), critical(63));
}

TEST(Distribution, TheNumbersOfASeedNeverChange) {
    RandomStream stream(0);
    std::array<uint64_t, 3> numbers{stream.next(), stream.next(), stream.next()};
    RandomStream skipped(0);
    skipped.skip(2);
    EXPECT_EQ(skipped.next(), numbers[2]);
    EXPECT_EQ(numbers, (std::array<uint64_t, 3>{12035550249420947055u, 12935080325729570654u, 7141179953334974231u}));
}

}  // namespace
}  // namespace soliloquy
