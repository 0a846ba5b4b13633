/// tests/support/instruction_set.cpp: a test program that is run once for every instruction set is skipped, with the reason, where
/// this processor lacks the set that SOLILOQUY_INSTRUCTION_SET names, and where the set is the one that is used anyway.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "engine/backend/cpu/cpu_kernels.h"

namespace soliloquy::testing {
namespace {

class NamedInstructionSet : public ::testing::Environment {
    void SetUp() override {
        const char* const wanted = std::getenv(kInstructionSetVariable);
        if (wanted == nullptr) return;
        // The first words are what ctest knows a skipped program by.
        if (const std::string problem = instruction_set_problem(); !problem.empty()) {
            std::printf("instruction set not tested: %s\n", problem.c_str());
            GTEST_SKIP();
        }
        if (find_cpu_kernels(wanted) == supported_cpu_kernels().back()) {
            std::printf("instruction set not tested: the tests without a named set run with %s here\n", wanted);
            GTEST_SKIP();
        }
    }
};

const ::testing::Environment* const kEnvironment = ::testing::AddGlobalTestEnvironment(new NamedInstructionSet);

}  // namespace
}  // namespace soliloquy::testing
