/// tests/conformance/team_or_alone_test.cpp: who decodes follows what was fast lately, both ways, without giving up on either.
#include <gtest/gtest.h>

#include "engine/backend/cpu/cpu_plan.h"

namespace soliloquy::cpu {
namespace {

/// Steps of `count` that ran alone, when each way takes the given time.
int steps_alone(TeamOrAlone& choice, int count, float team_seconds, float alone_seconds) {
    int alone_steps = 0;
    for (int i = 0; i < count; ++i) {
        const bool alone = choice.choose();
        choice.learn(alone, alone ? alone_seconds : team_seconds);
        alone_steps += alone ? 1 : 0;
    }
    return alone_steps;
}

TEST(TeamOrAlone, TheTeamComesFirstAndStaysWhileItIsFaster) {
    TeamOrAlone choice;
    EXPECT_FALSE(choice.choose());
    choice.learn(false, 1e-3f);
    EXPECT_LE(steps_alone(choice, 1000, 1e-3f, 2e-3f), 20);
}

TEST(TeamOrAlone, OneThreadTakesOverWhenTheTeamWaitsAndGivesBackAfterwards) {
    TeamOrAlone choice;
    steps_alone(choice, 500, 1e-3f, 2e-3f);
    EXPECT_GE(steps_alone(choice, 500, 20e-3f, 2e-3f), 450);
    steps_alone(choice, 500, 1e-3f, 2e-3f);  // the probes find out that the cores are free again
    EXPECT_LE(steps_alone(choice, 500, 1e-3f, 2e-3f), 20);
}

TEST(TeamOrAlone, OneBadMomentChangesLittle) {
    TeamOrAlone choice;
    steps_alone(choice, 500, 1e-3f, 2e-3f);
    choice.learn(false, 5e-3f);
    EXPECT_LE(steps_alone(choice, 300, 1e-3f, 2e-3f), 20);
}

}  // namespace
}  // namespace soliloquy::cpu
