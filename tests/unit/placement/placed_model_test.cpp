/// tests/unit/placement/placed_model_test.cpp: a model gives the same logits wherever its parts run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "engine/model/decoder.h"
#include "tests/support/fake_accelerator.h"
#include "tests/support/shared_folder.h"

namespace soliloquy {
namespace {

using testing::FakeAccelerator;
using testing::FakeFaults;

constexpr uint32_t kContext = 128, kBatch = 32;

std::shared_ptr<const GgufFile> open(const std::filesystem::path& path) {
    auto opened = GgufFile::open(path);
    if (!opened.ok()) throw std::runtime_error(opened.error().message);
    return std::make_shared<const GgufFile>(std::move(opened).value());
}

Result<std::shared_ptr<const Model>> load(const std::filesystem::path& path, std::shared_ptr<Accelerator> device, PlacementWish wish = {}) {
    ModelOptions options;
    options.device = {.accelerator = std::move(device), .wish = wish, .context_length = kContext, .max_batch = kBatch};
    return Model::load(open(path), options);
}

std::unique_ptr<Decoder> decoder_of(const std::shared_ptr<const Model>& model, bool cpu_only = false) {
    auto decoder =
        Decoder::create(model, std::make_shared<ThreadPool>(2), {.context_length = kContext, .max_batch = kBatch, .cpu_only = cpu_only});
    if (!decoder.ok()) throw std::runtime_error(decoder.error().message);
    return std::move(decoder).value();
}

std::vector<TokenId> some_ids(size_t n) {
    std::vector<TokenId> ids(n);
    for (size_t i = 0; i < n; ++i) ids[i] = static_cast<TokenId>((i * 7919 + 13) % 256);
    return ids;
}

/// Logits of a prompt in three batches and of four single steps behind it. A device gives up to 16 rows of logits at once and splits a
/// batch that wants more; batches of another size take other kernels and round otherwise: so only 12 tokens want all theirs here.
std::vector<float> logits_of(Decoder& decoder) {
    std::vector<float> all;
    const auto keep = [&] {
        const auto rows = decoder.logits();
        for (size_t r = 0; r < rows.rows; ++r) all.insert(all.end(), rows.row(r).begin(), rows.row(r).end());
    };
    const auto ids = some_ids(58);
    EXPECT_TRUE(decoder.append(std::span(ids).first(12), LogitsFor::none).ok());
    EXPECT_TRUE(decoder.append(std::span(ids).subspan(12, 12), LogitsFor::all).ok());
    EXPECT_EQ(decoder.logits().rows, 12u);
    keep();
    EXPECT_TRUE(decoder.append(std::span(ids).subspan(24, 30), LogitsFor::last).ok());
    keep();
    for (size_t i = 54; i < 58; ++i) {
        EXPECT_TRUE(decoder.append(std::span(ids).subspan(i, 1), LogitsFor::last).ok());
        keep();
    }
    return all;
}

double nmse(const std::vector<float>& found, const std::vector<float>& expected) {
    double error = 0.0, power = 0.0;
    for (size_t i = 0; i < expected.size(); ++i) {
        error += std::pow(static_cast<double>(found[i]) - static_cast<double>(expected[i]), 2.0);
        power += std::pow(static_cast<double>(expected[i]), 2.0);
    }
    return error / power;
}

std::vector<std::filesystem::path> models() {
    const auto own = testing::source_folder() / "tests/golden/models/data";
    std::vector<std::filesystem::path> paths = {own / "deepseek2-lite-Q4_K_M.gguf", own / "deepseek2-v3-legacy-Q4_K_M.gguf"};
    const auto shared = testing::shared_folder() / "models/mini";
    for (const char* name : {"qwen3moe-Q4_K_M.gguf", "gpt-oss-MXFP4_MOE.gguf", "llama-Q8_0.gguf"}) {
        if (std::filesystem::exists(shared / name)) paths.push_back(shared / name);
    }
    return paths;
}

TEST(PlacedModelTest, every_placement_gives_the_logits_of_the_cpu) {
    size_t placements = 0;
    for (const auto& path : models()) {
        const auto cpu = load(path, nullptr).value();
        EXPECT_FALSE(cpu->placement().uses_device());
        const auto expected = logits_of(*decoder_of(cpu));
        std::vector<PlacementWish> wishes = {{}};
        for (uint32_t n = 0; n <= 4; ++n) wishes.push_back({.gpu_layers = n});
        for (uint32_t n = 0; n <= 4; ++n) wishes.push_back({.cpu_experts = n});
        wishes.push_back({.gpu_layers = 2, .cpu_experts = 3});
        for (const PlacementWish& wish : wishes) {
            const auto device = std::make_shared<FakeAccelerator>();
            const auto model = load(path, device, wish);
            ASSERT_TRUE(model.ok()) << model.error().message;
            SCOPED_TRACE(path.filename().string() + ": " + (*model)->placement().words);
            const auto decoder = decoder_of(*model);
            // The same kernels everywhere; only what is fused differs at a border, in the last bit of a sum.
            EXPECT_LE(nmse(logits_of(*decoder), expected), 1e-9);
            EXPECT_EQ(device->runs > 0, (*model)->placement().uses_device());
            EXPECT_EQ(logits_of(*decoder_of(*model, true)), expected) << "the CPU alone, from the same loaded model";
            ++placements;
        }
    }
    std::printf("%zu placements of %zu models\n", placements, models().size());
}

TEST(PlacedModelTest, weights_are_uploaded_once_for_all_decoders) {
    const auto device = std::make_shared<FakeAccelerator>();
    const auto model = load(models().front(), device).value();
    const auto first = decoder_of(model), second = decoder_of(model);
    EXPECT_EQ(logits_of(*first), logits_of(*second));
    EXPECT_EQ(device->uploads, 1u);
}

TEST(PlacedModelTest, two_decoders_keep_their_caches_apart) {
    const auto model = load(models().front(), std::make_shared<FakeAccelerator>(), {.cpu_experts = 1}).value();
    const auto alone = decoder_of(model), one = decoder_of(model), other = decoder_of(model);
    const auto ids = some_ids(10), different = std::vector<TokenId>(10, 7);
    ASSERT_TRUE(alone->append(ids, LogitsFor::last).ok());
    ASSERT_TRUE(one->append(std::span(ids).first(5), LogitsFor::none).ok());
    ASSERT_TRUE(other->append(different, LogitsFor::none).ok());
    ASSERT_TRUE(one->append(std::span(ids).subspan(5), LogitsFor::last).ok());
    const std::vector<float> expected(alone->logits().row(0).begin(), alone->logits().row(0).end());
    const std::vector<float> found(one->logits().row(0).begin(), one->logits().row(0).end());
    EXPECT_LE(nmse(found, expected), 5e-3) << "batches of 10 and of 5 round 8-bit activations alike, but near ties of experts may fall";
}

TEST(PlacedModelTest, the_oracle_stays_on_the_cpu) {
    const auto device = std::make_shared<FakeAccelerator>();
    ModelOptions options;
    options.exact = true;
    options.device.accelerator = device;
    const auto model = Model::load(open(models().front()), options);
    ASSERT_TRUE(model.ok());
    EXPECT_FALSE((*model)->placement().uses_device());
    EXPECT_EQ(device->uploads, 0u);
}

TEST(PlacedModelTest, errors_of_the_device_come_through_and_leave_the_timeline_as_it_was) {
    for (const ErrorCode code : {ErrorCode::out_of_memory, ErrorCode::device}) {
        const auto device = std::make_shared<FakeAccelerator>(
            uint64_t{1} << 40, FakeFaults{.at_run = Error{code, "512 MB were asked for and 100 MB are free"}, .run = 4});
        const auto model = load(models().front(), device).value();
        const auto decoder = decoder_of(model);
        const auto ids = some_ids(8);
        for (int i = 0; i < 3; ++i) ASSERT_TRUE(decoder->append(ids, LogitsFor::last).ok());
        const Status failed = decoder->append(ids, LogitsFor::last);
        ASSERT_FALSE(failed.ok());
        EXPECT_EQ(failed.error().code, code);
        EXPECT_THAT(failed.error().message, ::testing::HasSubstr("512 MB"));
        EXPECT_EQ(decoder->length(), 24u);
    }
}

TEST(PlacedModelTest, an_upload_that_fails_says_what_was_placed) {
    const auto device =
        std::make_shared<FakeAccelerator>(uint64_t{1} << 40, FakeFaults{.at_upload = Error{ErrorCode::out_of_memory, "9 GB of 8 GB"}});
    const auto model = load(models().front(), device);
    ASSERT_FALSE(model.ok());
    EXPECT_EQ(model.error().code, ErrorCode::out_of_memory);
    EXPECT_THAT(model.error().message,
                ::testing::AllOf(::testing::HasSubstr("9 GB of 8 GB"), ::testing::HasSubstr("everything on the GPU")));
}

TEST(PlacedModelTest, uploading_reports_progress_and_can_be_cancelled) {
    float last = 0.0f;
    ModelOptions options;
    options.device = {.accelerator = std::make_shared<FakeAccelerator>(), .wish = {}, .context_length = kContext, .max_batch = kBatch};
    options.progress = [&](float done) {
        EXPECT_GE(done, last);
        last = done;
        return true;
    };
    ASSERT_TRUE(Model::load(open(models().front()), options).ok());
    EXPECT_FLOAT_EQ(last, 1.0f);
    options.progress = [](float done) { return done < 0.5f; };
    const auto cancelled = Model::load(open(models().front()), options);
    ASSERT_FALSE(cancelled.ok());
    EXPECT_EQ(cancelled.error().code, ErrorCode::cancelled);
}

}  // namespace
}  // namespace soliloquy
