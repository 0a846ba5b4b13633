/// tests/unit/viewmodels/words_test.cpp: figures are spelled one way.
#include "app/viewmodels/words.h"

#include <gtest/gtest.h>

namespace soliloquy {
namespace {

TEST(Words, Durations) {
    EXPECT_EQ(words::duration(0), QStringLiteral("0.1 s"));
    EXPECT_EQ(words::duration(740), QStringLiteral("0.7 s"));
    EXPECT_EQ(words::duration(4200), QStringLiteral("4 s"));
    EXPECT_EQ(words::duration(59'400), QStringLiteral("59 s"));
    EXPECT_EQ(words::duration(134'000), QStringLiteral("2 m 14 s"));
    EXPECT_EQ(words::duration(3'720'000), QStringLiteral("1 h 2 m"));
    EXPECT_EQ(words::since_start(4900), QStringLiteral("4.9 s"));
}

TEST(Words, RulesForPastThoughts) {
    EXPECT_TRUE(words::past_thoughts("dropped").startsWith(QStringLiteral("dropped")));
    EXPECT_TRUE(words::past_thoughts("kept").startsWith(QStringLiteral("kept:")));
    EXPECT_TRUE(words::past_thoughts("kept after the last question").contains(QStringLiteral("next question")));
    EXPECT_TRUE(words::past_thoughts("").contains(QStringLiteral("not known")));
}

TEST(Words, CountsAndSpeeds) {
    EXPECT_EQ(words::tokens(1), QStringLiteral("1 token"));
    EXPECT_EQ(words::tokens(3310), QStringLiteral("3,310 tokens"));
    EXPECT_EQ(words::speed(31.4), QStringLiteral("31 tok/s"));
    EXPECT_EQ(words::speed(2.46), QStringLiteral("2.5 tok/s"));
    EXPECT_EQ(words::speed(0.0), QString());
}

}  // namespace
}  // namespace soliloquy
