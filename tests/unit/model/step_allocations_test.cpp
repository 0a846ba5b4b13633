/// tests/unit/model/step_allocations_test.cpp: a decode step asks for no memory at all. This program counts every way of asking.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "tests/support/shared_folder.h"
#include "tests/unit/model/edited_model.h"

namespace {

std::atomic<long> allocations{0};

}  // namespace

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif

#if defined(__GLIBC__) && !defined(SANITIZED)
// The C library's own names, behind counters; operator new asks malloc.
extern "C" {
void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* block, size_t size);
void* malloc(size_t size) {
    allocations.fetch_add(1, std::memory_order_relaxed);
    return __libc_malloc(size);
}
void* calloc(size_t count, size_t size) {
    allocations.fetch_add(1, std::memory_order_relaxed);
    return __libc_calloc(count, size);
}
void* realloc(void* block, size_t size) {
    allocations.fetch_add(1, std::memory_order_relaxed);
    return __libc_realloc(block, size);
}
}
constexpr bool kCounts = true;
#else
constexpr bool kCounts = false;
#endif

namespace soliloquy {
namespace {

TEST(StepAllocations, a_decode_step_allocates_nothing) {
    if (!kCounts) GTEST_SKIP() << "the C library's allocator cannot be counted in this build";
    const auto data = testing::source_folder() / "tests/golden/models/data";
    for (const auto& path : {testing::bundled_model(), data / "deepseek2-v3-legacy-Q4_K_M.gguf"}) {
        for (const bool exact : {false, true}) {
            testing::EditedModel file(path);
            const auto decoder = testing::new_decoder(file.load(exact).value(), 2, {64, 16});
            const TokenId prompt[] = {1, 2, 3};
            ASSERT_TRUE(decoder->append(prompt, LogitsFor::last).ok());
            const long before = allocations.load();
            ASSERT_GT(before, 0) << "the counter does not count";
            for (TokenId id = 0; id < 40; ++id) {
                if (!decoder->append({&id, 1}, LogitsFor::last).ok()) std::abort();
            }
            const long after = allocations.load();
            EXPECT_EQ(after - before, 0) << path.filename() << (exact ? ", exact" : "");
        }
    }
}

}  // namespace
}  // namespace soliloquy
