/// tests/unit/sampling/sampler_test.cpp: what is chosen, what is measured, and that hostile logits do no harm.
#include "engine/sampling/sampler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <set>
#include <vector>

namespace soliloquy {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

std::vector<float> random_logits(size_t n, unsigned seed, float deviation = 3.0f) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal(0.0f, deviation);
    std::vector<float> logits(n);
    for (float& logit : logits) logit = normal(random);
    return logits;
}

SamplingOptions hot(float temperature = 1.0f) {
    SamplingOptions options;
    options.temperature = temperature;
    return options;
}

std::set<TokenId> reachable(const SamplingOptions& options, const std::vector<float>& logits, int draws = 4000) {
    Sampler sampler(options, static_cast<uint32_t>(logits.size()));
    std::set<TokenId> ids;
    for (int i = 0; i < draws; ++i) ids.insert(sampler.sample(logits).id);
    return ids;
}

TEST(Sampler, GreedyTakesTheLargestAndTheLowerIdOfEquals) {
    std::vector<float> logits(300, -1.0f);
    logits[130] = logits[131] = logits[260] = 2.0f;
    Sampler sampler(SamplingOptions{}, 300);
    const SampledToken token = sampler.sample(logits);
    EXPECT_EQ(token.id, 130u);
    ASSERT_EQ(token.n_alternatives, 8u);
    EXPECT_EQ(token.alternatives[0].id, 130u);
    EXPECT_EQ(token.alternatives[1].id, 131u);
    EXPECT_EQ(token.alternatives[2].id, 260u);
    EXPECT_EQ(token.alternatives[3].id, 0u);
}

TEST(Sampler, MeasuresTheRawDistribution) {
    for (const size_t n : {1, 5, 64, 1000, 129280}) {
        const std::vector<float> logits = random_logits(n, 5);
        double z = 0.0;
        const double max = static_cast<double>(*std::max_element(logits.begin(), logits.end()));
        for (const float logit : logits) z += std::exp(static_cast<double>(logit) - max);
        double entropy = 0.0;
        for (const float logit : logits) {
            const double logprob = static_cast<double>(logit) - max - std::log(z);
            entropy -= std::exp(logprob) * logprob;
        }
        SamplingOptions options = hot(0.3f);
        options.repetition_penalty = 1.5f;  // neither may show in what is measured
        Sampler sampler(options, static_cast<uint32_t>(n));
        for (int i = 0; i < 20; ++i) {
            const SampledToken token = sampler.sample(logits);
            sampler.accept(token.id);
            EXPECT_NEAR(static_cast<double>(token.logprob), static_cast<double>(logits[token.id]) - max - std::log(z), 1e-5) << n;
            EXPECT_NEAR(static_cast<double>(token.entropy), entropy, 1e-5 * std::max(1.0, entropy)) << n;
            EXPECT_EQ(token.n_alternatives, std::min<size_t>(8, n));
        }
        std::vector<TokenId> order(n);
        for (size_t i = 0; i < n; ++i) order[i] = static_cast<TokenId>(i);
        std::sort(order.begin(), order.end(), [&](TokenId a, TokenId b) { return logits[a] > logits[b]; });
        const SampledToken token = sampler.measure(logits, order.back());
        for (size_t i = 0; i < token.n_alternatives; ++i) EXPECT_EQ(token.alternatives[i].id, order[i]);
        EXPECT_EQ(token.id, order.back());
        EXPECT_NEAR(static_cast<double>(token.logprob), static_cast<double>(logits[order.back()]) - max - std::log(z), 1e-4);
    }
}

TEST(Sampler, FiltersKeepExactlyWhatTheyPromise) {
    // p = 0.5, 0.25, 0.125, 0.0625, 0.0625
    const std::vector<float> logits{std::log(0.25f), std::log(0.5f), std::log(0.0625f), std::log(0.125f), std::log(0.0625f)};
    SamplingOptions options = hot();
    options.top_k = 2;
    EXPECT_EQ(reachable(options, logits), (std::set<TokenId>{0, 1}));
    options = hot();
    options.top_k = 4;  // two are equal: the lower id stays
    EXPECT_EQ(reachable(options, logits), (std::set<TokenId>{0, 1, 2, 3}));
    options = hot();
    options.top_p = 0.6f;
    EXPECT_EQ(reachable(options, logits), (std::set<TokenId>{0, 1}));
    options.top_p = 0.9f;
    EXPECT_EQ(reachable(options, logits), (std::set<TokenId>{0, 1, 2, 3}));
    options = hot();
    options.min_p = 0.2f;
    EXPECT_EQ(reachable(options, logits), (std::set<TokenId>{0, 1, 3}));
    options = hot();
    options.top_k = 3;  // of what is left, 0.5 : 0.25 : 0.125, two reach 0.8
    options.top_p = 0.8f;
    EXPECT_EQ(reachable(options, logits), (std::set<TokenId>{0, 1}));
    options = hot(100.0f);  // the temperature does not change what the filters keep
    options.top_p = 0.6f;
    EXPECT_EQ(reachable(options, logits), (std::set<TokenId>{0, 1}));
    options = hot(1e-9f);
    EXPECT_EQ(reachable(options, logits), (std::set<TokenId>{1}));
}

TEST(Sampler, FiltersOverAWholeVocabularyAgreeWithASort) {
    const std::vector<float> logits = random_logits(5000, 11, 2.0f);
    std::vector<TokenId> order(logits.size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = static_cast<TokenId>(i);
    std::sort(order.begin(), order.end(), [&](TokenId a, TokenId b) { return logits[a] > logits[b]; });
    double z = 0.0;
    for (const float logit : logits) z += std::exp(static_cast<double>(logit));
    for (const float top_p : {0.05f, 0.2f}) {
        size_t kept = 0;
        for (double reached = 0.0; reached < static_cast<double>(top_p) * z; ++kept)
            reached += std::exp(static_cast<double>(logits[order[kept]]));
        SamplingOptions options = hot(4.0f);
        options.top_p = top_p;
        const std::set<TokenId> ids = reachable(options, logits, 12000);
        EXPECT_EQ(ids, std::set<TokenId>(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(kept))) << top_p;
    }
    SamplingOptions options = hot(4.0f);
    options.top_k = 100;  // more than there are blocks of logits
    EXPECT_EQ(reachable(options, logits, 12000), std::set<TokenId>(order.begin(), order.begin() + 100));
    options.top_k = 20;
    EXPECT_EQ(reachable(options, logits, 12000), std::set<TokenId>(order.begin(), order.begin() + 20));
}

TEST(Sampler, TopPOfZeroTakesTheLikeliest) {
    for (const size_t n : {1, 2, 300}) {
        const std::vector<float> logits = random_logits(n, 3);
        const auto likeliest = static_cast<TokenId>(std::max_element(logits.begin(), logits.end()) - logits.begin());
        for (const uint32_t top_k : {0u, 5u}) {
            for (const float min_p : {0.0f, 0.1f}) {
                SamplingOptions options = hot(1.5f);
                options.top_p = 0.0f;
                options.top_k = top_k;
                options.min_p = min_p;
                EXPECT_EQ(reachable(options, logits, 200), std::set<TokenId>{likeliest});
            }
        }
    }
}

TEST(Sampler, HostileLogitsDoNoHarm) {
    const uint32_t n = 130;
    std::vector<std::vector<float>> cases{std::vector<float>(n, std::nanf("")), std::vector<float>(n, kInfinity),
                                          std::vector<float>(n, -kInfinity),    std::vector<float>(n, 3.4e38f),
                                          std::vector<float>(n, -3.4e38f),      std::vector<float>{},
                                          std::vector<float>(n - 100, 1.0f),    std::vector<float>(n + 100, 1.0f)};
    cases.push_back(std::vector<float>(n, std::nanf("")));
    cases.back()[77] = -5.0f;
    cases.push_back(random_logits(n, 1, 1e37f));
    for (size_t c = 0; c < cases.size(); ++c) {
        for (const auto& [top_k, top_p, min_p] :
             {std::tuple(0u, 1.0f, 0.0f), {5u, 1.0f, 0.0f}, {0u, 0.5f, 0.0f}, {0u, 1.0f, 0.1f}, {9u, 0.5f, 0.1f}}) {
            for (const float temperature : {0.0f, 1.0f, 1e-5f, 1e30f, std::nanf(""), -1.0f}) {
                SamplingOptions options = hot(temperature);
                options.top_k = top_k;
                options.top_p = top_p;
                options.min_p = min_p;
                options.repetition_penalty = 1.3f;
                Sampler sampler(options, n);
                for (int i = 0; i < 3; ++i) {
                    const SampledToken token = sampler.sample(cases[c]);
                    sampler.accept(token.id);
                    EXPECT_LT(token.id, n) << c;
                    EXPECT_FALSE(std::isnan(token.logprob)) << c;
                    EXPECT_FALSE(std::isnan(token.entropy)) << c;
                    if (c == 8) {
                        EXPECT_EQ(token.id, 77u);
                    }
                    if (c <= 2 || c == 5) {
                        EXPECT_TRUE(token.id == 0 && token.logprob == -kInfinity && token.n_alternatives == 0) << c;
                    }
                }
            }
        }
    }
}

TEST(Sampler, SameSeedSameTokensAndSkippedDrawsGoOn) {
    const std::vector<float> logits = random_logits(2000, 3);
    SamplingOptions options = hot(0.8f);
    options.top_p = 0.95f;
    options.seed = 42;
    Sampler whole(options, 2000);
    Sampler resumed(options, 2000);
    resumed.skip_draws(10);
    std::vector<TokenId> first;
    for (int i = 0; i < 20; ++i) first.push_back(whole.sample(logits).id);
    for (int i = 10; i < 20; ++i) EXPECT_EQ(resumed.sample(logits).id, first[static_cast<size_t>(i)]);
    options.seed = 43;
    Sampler other(options, 2000);
    std::vector<TokenId> second;
    for (int i = 0; i < 20; ++i) second.push_back(other.sample(logits).id);
    EXPECT_NE(first, second);
}

TEST(Sampler, RepetitionPenaltyTurnsAwayFromWhatWasWritten) {
    const std::vector<float> logits{2.0f, 1.9f, -1.0f};
    SamplingOptions options;
    options.repetition_penalty = 1.5f;
    Sampler sampler(options, 3);
    EXPECT_EQ(sampler.sample(logits).id, 0u);
    sampler.accept(0);
    EXPECT_EQ(sampler.sample(logits).id, 1u);
    sampler.accept(1);
    EXPECT_EQ(sampler.sample(logits).id, 0u);
}

}  // namespace
}  // namespace soliloquy
