/// tests/integration/engine/memory_refused_test.cpp: memory that is refused, at any moment, is an error or does not matter: no crash,
/// nothing left behind, and the engine goes on when there is memory again. This program stands before every way of asking for memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <new>

#include "engine/device_source.h"
#include "tests/support/collecting_sink.h"
#include "tests/support/fake_accelerator.h"
#include "tests/support/shared_folder.h"
#include "tests/support/sparse_model.h"

namespace {

std::atomic<bool> watching{false};
std::atomic<long> asked{0}, living{0};
std::atomic<long> refuse_at{0};             // the n-th of all, counted from 1; 0 = none
std::atomic<bool> refuse_all_after{false};  // and all behind it
std::atomic<size_t> refuse_from{SIZE_MAX};  // all that are so large

bool refused(size_t size) {
    if (!watching.load(std::memory_order_relaxed)) return false;
    const long n = ++asked, at = refuse_at.load();
    return n == at || (at > 0 && n > at && refuse_all_after) || size >= refuse_from.load();
}
void* count(void* block) {
    if (block != nullptr) living.fetch_add(1, std::memory_order_relaxed);
    return block;
}

}  // namespace

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif

#if defined(__GLIBC__) && !defined(SANITIZED)
// The C library's own names, behind counters; operator new asks malloc and aligned_alloc.
extern "C" {
void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* block, size_t size);
void* __libc_memalign(size_t alignment, size_t size);
void __libc_free(void* block);
void* malloc(size_t size) { return refused(size) ? nullptr : count(__libc_malloc(size)); }
void* calloc(size_t n, size_t size) { return refused(n * size) ? nullptr : count(__libc_calloc(n, size)); }
void* realloc(void* block, size_t size) {
    if (refused(size)) return nullptr;
    void* moved = __libc_realloc(block, size);
    if (block == nullptr) count(moved);
    return moved;
}
void* memalign(size_t alignment, size_t size) { return refused(size) ? nullptr : count(__libc_memalign(alignment, size)); }
void* aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }
int posix_memalign(void** block, size_t alignment, size_t size) {
    void* made = memalign(alignment, size);
    if (made == nullptr) return ENOMEM;
    *block = made;
    return 0;
}
void free(void* block) {
    if (block != nullptr) living.fetch_sub(1, std::memory_order_relaxed);
    __libc_free(block);
}
}
constexpr bool kRefuses = true;
#else
constexpr bool kRefuses = false;
#endif

#define REQUIRE_REFUSALS() \
    if (!kRefuses) GTEST_SKIP() << "the C library's allocator cannot be stood before in this build"

namespace soliloquy {
namespace {

using testing::FakeAccelerator;
using testing::FakeFaults;

GenerateRequest question() {
    GenerateRequest request;
    request.messages.push_back({Role::user, "What is 487 + 356?", {}});
    request.max_tokens = 3;
    return request;
}

LoadOptions on_cpu() {
    LoadOptions options;
    options.device = Device::cpu;
    options.threads = 2;
    options.context_length = 128;
    return options;
}

/// Opens, asks twice, closes. True when nothing failed.
bool open_and_ask(const std::filesystem::path& path, const LoadOptions& options, const GenerateRequest& request) {
    const auto engine = open_engine(path, options);
    if (!engine.ok()) return false;
    const auto session = (*engine)->new_session();
    if (!session.ok()) return false;
    GenerationSink sink;
    bool whole = true;
    for (int turn = 0; turn < 2; ++turn) {
        const auto result = (*session)->generate(request, sink);
        whole = whole && result.ok() && result->finish != FinishReason::error;
    }
    return whole;
}

struct Attempt {
    bool whole = false;
    long asked = 0, left = 0;
};

/// `n` = 0: nothing is refused.
Attempt attempt(long n, const std::filesystem::path& path, const LoadOptions& options, const GenerateRequest& request) {
    Attempt made;
    const long before = living.load();
    asked = 0;
    refuse_at = n;
    watching = true;
    made.whole = open_and_ask(path, options, request);
    watching = false;
    made.asked = asked.load();
    made.left = living.load() - before;
    return made;
}

/// Every n-th request for memory is refused once, all of them, or `tries` of them spread over the whole.
void refuse_one_by_one(const std::filesystem::path& path, long tries) {
    const LoadOptions options = on_cpu();
    const GenerateRequest request = question();
    ASSERT_TRUE(attempt(0, path, options, request).whole);  // tables that are made once
    const Attempt sound = attempt(0, path, options, request);
    ASSERT_TRUE(sound.whole);
    ASSERT_EQ(sound.left, 0);
    ASSERT_GT(sound.asked, 100);
    const long step = std::max(1l, sound.asked / tries);
    long failed = 0, tried = 0;
    for (const bool all_after : {false, true}) {
        refuse_all_after = all_after;
        for (long n = 1; n <= sound.asked; n += step) {
            const Attempt made = attempt(n, path, options, request);
            ASSERT_EQ(made.left, 0) << "request " << n << " of " << sound.asked << " left blocks behind";
            failed += made.whole ? 0 : 1;
            ++tried;
        }
    }
    refuse_all_after = false;
    EXPECT_GT(failed, tried / 2) << "refusals were not seen";
    EXPECT_TRUE(attempt(sound.asked + 1000, path, options, request).whole);
}

TEST(MemoryRefused, OnceAtEveryMomentOfASmallModel) {
    REQUIRE_REFUSALS();
    const auto path = std::filesystem::path(::testing::TempDir()) / "memory-refused.gguf";
    testing::SparseModelFile({.name = "Small", .layers = 1, .dim = 64, .heads = 4, .kv_heads = 2, .ff_dim = 128}).write(path);
    refuse_one_by_one(path, 1'000'000);
}

TEST(MemoryRefused, OnceAtManyMomentsOfTheBundledModel) {
    REQUIRE_REFUSALS();
    refuse_one_by_one(testing::bundled_model(), 150);
}

/// A computer whose only GPU fails at its n-th run.
struct Computer {
    explicit Computer(uint32_t run)
        : device(std::make_shared<FakeAccelerator>(uint64_t{1} << 40,
                                                   FakeFaults{.at_run = Error{ErrorCode::device, "the device was lost"}, .run = run})) {}
    [[nodiscard]] std::shared_ptr<Engine> open() const {
        const DeviceSource source{
            .list = [this]() -> Result<std::vector<AcceleratorInfo>> { return std::vector<AcceleratorInfo>{device->info()}; },
            .open = [this](uint32_t) -> Result<std::shared_ptr<Accelerator>> { return std::shared_ptr<Accelerator>(device); }};
        LoadOptions options = on_cpu();
        options.device = Device::automatic;
        options.context_length = 4096;
        return open_engine_on(testing::bundled_model(), options, source).value();
    }
    std::shared_ptr<FakeAccelerator> device;
};

TEST(MemoryRefused, WhenTheCpuTakesOverLeavesASessionThatWorksWhenThereIsSome) {
    REQUIRE_REFUSALS();
    for (const uint32_t run : {1u, 3u}) {
        const Computer computer(run);
        const auto engine = computer.open();
        const auto session = engine->new_session().value();
        for (int turn = 0; turn < 2; ++turn) {
            testing::CollectingSink sink;
            refuse_from = size_t{1} << 20;  // the cache, and little besides
            watching = true;
            const auto result = session->generate(question(), sink);
            watching = false;
            refuse_from = SIZE_MAX;
            ASSERT_TRUE(result.ok()) << result.error().message;
            EXPECT_EQ(result->finish, FinishReason::error);
            EXPECT_EQ(result->error.code, ErrorCode::out_of_memory);
            EXPECT_THAT(result->error.message, ::testing::HasSubstr("memory"));
            EXPECT_EQ(session->tokens_in_cache(), 0u);
            EXPECT_TRUE(session->preview(question()).ok());
        }
        testing::CollectingSink sink, expected;
        ASSERT_EQ(session->generate(question(), sink)->finish, FinishReason::max_tokens);
        ASSERT_TRUE(open_engine(testing::bundled_model(), on_cpu()).value()->new_session().value()->generate(question(), expected).ok());
        EXPECT_EQ(sink.bytes, expected.bytes);
    }
}

}  // namespace
}  // namespace soliloquy
