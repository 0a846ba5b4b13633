/// tests/unit/models/model_fit_test.cpp: sentences about memory, and the estimate of real files.
#include "app/models/model_fit.h"

#include <gtest/gtest.h>

#include "tests/support/shared_folder.h"
#include "tests/support/sparse_model.h"
#include "tests/unit/models/temporary_folder.h"

namespace soliloquy::models {
namespace {

constexpr uint64_t kGb = 1'000'000'000;

FitEstimate model(uint64_t weights, uint64_t kv_per_position) { return {weights, kv_per_position, 100'000'000, 131072}; }

TEST(ModelFit, SaysThatItFits) {
    const auto fit = judge_fit(model(4'680'000'000, 57'344), 8192, {24 * kGb, 18 * kGb});
    EXPECT_EQ(fit.level, FitLevel::fits);
    EXPECT_EQ(fit.sentence, "fits: 5.2 GB of 18 GB free");
    EXPECT_NEAR(fit.share, 5.25 / 18, 0.01);
}

TEST(ModelFit, SaysWhatToDoWhenItDoesNot) {
    const auto fit = judge_fit(model(20 * kGb, 655'360), 32768, {26 * kGb, 24 * kGb});
    EXPECT_EQ(fit.level, FitLevel::too_large);
    EXPECT_EQ(fit.sentence, "does not fit: needs 42 GB, 24 GB free; try a smaller quantisation or a context of 2,048");
    EXPECT_EQ(fit.share, 1.0);
    const auto never = judge_fit(model(131 * kGb, 70'000), 8192, {26 * kGb, 23 * kGb});
    EXPECT_EQ(never.sentence, "does not fit: needs 132 GB, 23 GB free; try a smaller quantisation");
}

TEST(ModelFit, SaysWhenOtherProgramsAreInTheWay) {
    const auto fit = judge_fit(model(9 * kGb, 100'000), 4096, {16 * kGb, 4 * kGb});
    EXPECT_EQ(fit.level, FitLevel::tight);
    EXPECT_NE(fit.sentence.find("close other programs"), std::string::npos);
}

TEST(ModelFit, UnknownMemoryIsSaid) {
    const auto fit = judge_fit(model(9 * kGb, 100'000), 4096, {});
    EXPECT_EQ(fit.level, FitLevel::unknown);
    EXPECT_NE(fit.sentence.find("does not tell"), std::string::npos);
}

TEST(ModelFit, TheDefaultContextIsThatOfTheEngine) {
    EXPECT_EQ(judge_fit(model(kGb, 1000), 0, {24 * kGb, 18 * kGb}).context_length, 32768u);
    EXPECT_EQ(default_context_length(4096), 4096u);
    EXPECT_EQ(default_context_length(0), 32768u);
}

TEST(ModelFit, ReadsMeminfo) {
    const auto memory = read_meminfo("MemTotal:       24689668 kB\nMemFree:          228868 kB\nMemAvailable:   20971520 kB\n");
    EXPECT_EQ(memory.total, 24689668ull * 1024);
    EXPECT_EQ(memory.available, 20ull << 30);
    EXPECT_EQ(read_meminfo("nothing").total, 0u);
    const auto here = machine_memory();
    EXPECT_GT(here.total, 0u);
    EXPECT_LE(here.available, here.total);
}

TEST(ModelFit, Words) {
    EXPECT_EQ(memory_words(8'876'000), "8.9 MB");
    EXPECT_EQ(memory_words(60'000'000), "60 MB");
    EXPECT_EQ(memory_words(5'240'000'000), "5.2 GB");
    EXPECT_EQ(memory_words(131'000'000'000), "131 GB");
    EXPECT_EQ(memory_words(1'300'000'000'000), "1.3 TB");
    EXPECT_EQ(memory_words(12), "12 bytes");
    EXPECT_EQ(grouped(8192), "8,192");
    EXPECT_EQ(grouped(999), "999");
    EXPECT_EQ(grouped(1'234'567), "1,234,567");
}

TEST(ModelFit, TheBundledModelsEstimateIsItsArithmetic) {
    const auto path = testing::bundled_model();
    if (!std::filesystem::exists(path)) GTEST_SKIP() << "no bundled model at " << path;
    const auto estimate = estimate_fit(path);
    ASSERT_TRUE(estimate.ok()) << estimate.error().message;
    const uint64_t file = std::filesystem::file_size(path);
    EXPECT_LT(estimate->weights_bytes, file);
    EXPECT_GT(estimate->weights_bytes, file / 2);
    EXPECT_GT(estimate->kv_bytes_per_position, 0u);
    EXPECT_EQ(estimate->total_bytes(100), estimate->weights_bytes + 100 * estimate->kv_bytes_per_position + estimate->scratch_bytes);
}

TEST(ModelFit, WeightsAndCacheOfALargeModelAreTheirArithmetic) {
    const TemporaryFolder folder;
    const auto path = folder.path() / "large.gguf";
    testing::SparseModelFile file(
        {.layers = 80, .dim = 8192, .heads = 64, .kv_heads = 8, .ff_dim = 28672, .vocabulary = 32000, .context = 8192});
    const uint64_t weights = file.write(path);
    const auto estimate = estimate_fit(path);
    ASSERT_TRUE(estimate.ok()) << estimate.error().message;
    EXPECT_EQ(estimate->weights_bytes, weights);
    EXPECT_GT(weights, 130 * kGb);
    EXPECT_EQ(estimate->kv_bytes_per_position, 80u * 8 * (128 + 128) * 2);
    EXPECT_EQ(judge_fit(*estimate, 0, {24 * kGb, 20 * kGb}).level, FitLevel::too_large);
}

}  // namespace
}  // namespace soliloquy::models
