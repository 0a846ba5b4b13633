/// tests/unit/sampling/penalties_test.cpp: each recent token is penalised once, and forgotten beyond the window.
#include "engine/sampling/penalties.h"

#include <gtest/gtest.h>

namespace soliloquy {
namespace {

TEST(RepetitionPenalty, DividesPositiveAndMultipliesNegativeLogitsOnce) {
    RepetitionPenalty penalty(2.0f, 8, 4);
    for (const TokenId id : {0u, 1u, 0u, 0u}) penalty.accept(id);
    std::vector<float> logits{4.0f, -4.0f, 4.0f, -4.0f};
    penalty.apply(logits);
    EXPECT_EQ(logits, (std::vector<float>{2.0f, -8.0f, 4.0f, -4.0f}));
    std::vector<float> again{4.0f, -4.0f, 4.0f, -4.0f};
    penalty.apply(again);
    EXPECT_EQ(again, logits) << "the second call sees the same history";
}

TEST(RepetitionPenalty, ForgetsBeyondTheWindow) {
    RepetitionPenalty penalty(2.0f, 2, 8);
    for (const TokenId id : {1u, 2u, 3u}) penalty.accept(id);
    std::vector<float> logits(8, 4.0f);
    penalty.apply(logits);
    EXPECT_EQ(logits, (std::vector<float>{4.0f, 4.0f, 2.0f, 2.0f, 4.0f, 4.0f, 4.0f, 4.0f}));
}

TEST(RepetitionPenalty, OffForOneForNothingAndForNonsense) {
    EXPECT_FALSE(RepetitionPenalty(1.0f, 8, 8).active());
    EXPECT_FALSE(RepetitionPenalty(2.0f, 0, 8).active());
    EXPECT_FALSE(RepetitionPenalty(0.0f, 8, 8).active());
    EXPECT_FALSE(RepetitionPenalty(-1.0f, 8, 8).active());
    RepetitionPenalty penalty(2.0f, 8, 8);
    penalty.accept(1'000'000);  // outside the vocabulary
    std::vector<float> logits(8, 1.0f);
    penalty.apply(logits);
    EXPECT_EQ(logits, std::vector<float>(8, 1.0f));
}

}  // namespace
}  // namespace soliloquy
