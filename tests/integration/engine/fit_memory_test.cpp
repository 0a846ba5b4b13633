/// tests/integration/engine/fit_memory_test.cpp: the memory that is foreseen for a model, beside what its timeline really asks for.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>

#include "engine/fit.h"
#include "engine/model/decoder.h"
#include "tests/support/shared_folder.h"
#include "tests/support/sparse_model.h"

namespace {

std::atomic<uint64_t> zeroed_bytes{0};  // asked for with calloc: caches, activations and scratch, and little besides

}  // namespace

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif

#if defined(__GLIBC__) && !defined(SANITIZED)
extern "C" {
void* __libc_calloc(size_t count, size_t size);
void* calloc(size_t count, size_t size) {
    zeroed_bytes.fetch_add(count * size, std::memory_order_relaxed);
    return __libc_calloc(count, size);
}
}
constexpr bool kCounts = true;
#else
constexpr bool kCounts = false;
#endif

namespace soliloquy {
namespace {

struct Needs {
    uint64_t foreseen = 0, asked = 0;  ///< beyond the weights and the cache
};

Needs needs_of(const std::filesystem::path& path, uint32_t context, unsigned threads) {
    const auto fit = estimate_fit(path);
    EXPECT_TRUE(fit.ok()) << (fit.ok() ? "" : fit.error().message);
    auto file = std::make_shared<const GgufFile>(GgufFile::open(path).value());
    const auto model = Model::load(file, {}).value();
    const auto team = std::make_shared<ThreadPool>(threads);
    const uint64_t before = zeroed_bytes.load();
    const auto decoder = Decoder::create(model, team, {.context_length = context});
    EXPECT_TRUE(decoder.ok());
    return {fit->scratch_bytes, zeroed_bytes.load() - before - fit->kv_bytes(context)};
}

/// Foreseen is what is asked for, within a factor of 1.5, and within one megabyte for each thread beside.
void expect_foreseen(const std::filesystem::path& path, uint32_t context) {
    constexpr unsigned kThreads = 2;
    constexpr uint64_t kOfThreads = kThreads * (uint64_t{1} << 20);
    const Needs needs = needs_of(path, context, kThreads);
    EXPECT_LE(needs.asked, needs.foreseen * 3 / 2 + kOfThreads) << path.filename() << ", context " << context;
    EXPECT_GE(needs.asked * 3 / 2 + kOfThreads, needs.foreseen) << path.filename() << ", context " << context;
}

TEST(FitMemory, OfTheModelsInTheRepository) {
    if (!kCounts) GTEST_SKIP() << "the C library's allocator cannot be counted in this build";
    const auto data = testing::source_folder() / "tests/golden/models/data";
    for (const auto& path : {testing::bundled_model(), data / "deepseek2-lite-Q4_K_M.gguf", data / "deepseek2-v3-legacy-Q4_K_M.gguf"}) {
        for (const uint32_t context : {512u, 4096u}) expect_foreseen(path, context);
    }
    for (const auto& each : std::filesystem::directory_iterator(data / "variants")) {
        if (each.path().extension() == ".gguf") expect_foreseen(each.path(), 1024);
    }
}

TEST(FitMemory, DoesNotGrowWithTheLayers) {
    if (!kCounts) GTEST_SKIP() << "the C library's allocator cannot be counted in this build";
    const auto folder = std::filesystem::path(::testing::TempDir());
    std::vector<uint64_t> asked;
    for (const uint32_t layers : {2u, 40u}) {
        const auto path = folder / ("fit-" + std::to_string(layers) + ".gguf");
        testing::SparseModelFile({.layers = layers, .dim = 512, .heads = 8, .kv_heads = 2, .ff_dim = 1024}).write(path);
        expect_foreseen(path, 8192);
        asked.push_back(needs_of(path, 8192, 2).asked);
    }
    EXPECT_LT(asked[1], asked[0] + 40 * 1024) << "one layer works after the other";
}

TEST(FitMemory, OfMinisOfEveryArchitecture) {
    if (!kCounts) GTEST_SKIP() << "the C library's allocator cannot be counted in this build";
    const auto minis = testing::shared_folder() / "models/mini";
    REQUIRE_SHARED(minis);
    for (const auto& each : std::filesystem::recursive_directory_iterator(minis)) {
        if (each.path().extension() == ".gguf") expect_foreseen(each.path(), 1024);
    }
}

}  // namespace
}  // namespace soliloquy
