/// tests/unit/sampling/allocation_test.cpp: a step of sampling allocates nothing, whatever the options.
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <cstdlib>
#include <new>
#include <vector>

#include "engine/sampling/sampler.h"

namespace {
std::atomic<int> allocations{0};
}

void* operator new(size_t size) {
    ++allocations;
    if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
    throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }

namespace soliloquy {
namespace {

TEST(Sampler, AllocatesNothingPerStep) {
    std::vector<float> logits(5000);
    for (size_t i = 0; i < logits.size(); ++i) logits[i] = std::sin(static_cast<float>(i));
    for (const uint32_t top_k : {0u, 1u, 40u, 4000u}) {
        for (const float top_p : {1.0f, 0.9f}) {
            for (const float min_p : {0.0f, 0.1f}) {
                SamplingOptions options;
                options.temperature = 1.0f;
                options.top_k = top_k;
                options.top_p = top_p;
                options.min_p = min_p;
                options.repetition_penalty = 1.1f;
                Sampler sampler(options, 5000);
                const int before = allocations;
                for (int i = 0; i < 10; ++i) sampler.accept(sampler.sample(logits).id);
                (void)sampler.measure(logits, 3);
                EXPECT_EQ(allocations, before) << top_k << " " << top_p << " " << min_p;
            }
        }
    }
    const int before = allocations;
    const std::vector<int> counted(1000);
    EXPECT_GT(allocations, before) << "the counter counts";
}

}  // namespace
}  // namespace soliloquy
