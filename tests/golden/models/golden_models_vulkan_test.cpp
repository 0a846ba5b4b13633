/// tests/golden/models/golden_models_vulkan_test.cpp: the small models on a Vulkan device, prompts in one batch and tokens one by one.
/// Weights are read as they lie in the file and activations are F32, so only the F16 cache stands between these logits and the known ones.
#include "engine/backend/vulkan/vulkan_backend.h"
#include "tests/golden/models/golden_cases.h"

namespace soliloquy {
namespace {

constexpr double kStepsNmse = 1e-4;  // between a batch and the same tokens one by one: sums in another order, near ties of experts apart
constexpr size_t kSteps = 6;

/// The device that computes on the CPU, which every machine can have; SOLILOQUY_VULKAN_TEST_DEVICE=best: the one that a user would get.
Result<std::shared_ptr<Accelerator>> open_device() {
    VulkanOptions options;
    options.packed_types.emplace();
    const char* wanted = std::getenv("SOLILOQUY_VULKAN_TEST_DEVICE");
    if (wanted != nullptr && std::string_view(wanted) == "best") return open_vulkan_device(std::nullopt, options);
    ASSIGN_OR_RETURN(const auto devices, list_vulkan_devices(options));
    for (const AcceleratorInfo& each : devices) {
        if (each.kind == AcceleratorKind::cpu) return open_vulkan_device(each.index, options);
    }
    return Error{ErrorCode::not_found, "no Vulkan device computes on the CPU (Debian, Ubuntu: mesa-vulkan-drivers)"};
}

class GoldenModelsVulkan : public ::testing::Test {
  protected:
    static void SetUpTestSuite() {
        auto opened = open_device();
        if (opened.ok()) {
            device_ = *opened;
        } else {
            problem_ = opened.error().message;
        }
    }
    static void TearDownTestSuite() { device_.reset(); }
    void SetUp() override {
        if (device_ == nullptr) GTEST_SKIP() << problem_;
    }

    static std::shared_ptr<const Model> model_of(const std::filesystem::path& path) {
        auto file = GgufFile::open(path);
        if (!file.ok()) throw std::runtime_error(file.error().message);
        ModelOptions options;
        options.device.accelerator = device_;
        options.device.context_length = 128;
        options.device.max_batch = 64;
        auto model = Model::load(std::make_shared<const GgufFile>(std::move(file).value()), options);
        if (!model.ok()) throw std::runtime_error(model.error().message);
        EXPECT_TRUE((*model)->placement().uses_device());
        return *model;
    }
    static std::unique_ptr<Decoder> decoder_of(const std::shared_ptr<const Model>& model) {
        auto decoder = Decoder::create(model, std::make_shared<ThreadPool>(1), {.context_length = 128, .max_batch = 64});
        if (!decoder.ok()) throw std::runtime_error(decoder.error().message);
        return std::move(decoder).value();
    }

    /// The last logits of the first kSteps tokens, in one batch and one by one.
    static double batch_against_steps(Decoder& decoder, const std::vector<TokenId>& prompt) {
        const std::span<const TokenId> ids(prompt.data(), std::min(kSteps, prompt.size()));
        decoder.truncate(0);
        EXPECT_TRUE(decoder.append(ids, LogitsFor::last).ok());
        const auto row = decoder.logits().row(0);
        const std::vector<float> batch(row.begin(), row.end());
        decoder.truncate(0);
        const std::vector<TokenId> others(ids.rbegin(), ids.rend());  // so that a row that is not appended holds something else
        EXPECT_TRUE(decoder.append(others, LogitsFor::last).ok());
        decoder.truncate(0);
        for (const TokenId& id : ids) EXPECT_TRUE(decoder.append({&id, 1}, LogitsFor::last).ok());
        double error = 0.0, power = 0.0;
        for (size_t i = 0; i < batch.size(); ++i) {
            const auto b = static_cast<double>(batch[i]), s = static_cast<double>(decoder.logits().row(0)[i]);
            error += (b - s) * (b - s);
            power += b * b;
        }
        return error / power;
    }

    static void expect_known_logits(const std::vector<Case>& cases) {
        std::printf("%-36s %12s %12s %12s %10s %12s\n", "Vulkan", "NMSE", "median", "peer", "argmax", "one by one");
        for (const Case& c : cases) {
            SCOPED_TRACE(c.path.filename().string());
            const auto model = model_of(c.path);
            const auto decoder = decoder_of(model);
            const Agreement agreement = compare_prompt(*decoder, c);
            const double peer = c.expected.at("peer_quantised_nmse").get<double>();
            const double steps = batch_against_steps(*decoder, c.prompt);
            std::printf("%-36s %12.3g %12.3g %12.3g %6zu/%zu %12.3g\n", c.path.filename().c_str(), agreement.nmse, agreement.median_nmse,
                        peer, agreement.same_argmax, agreement.positions, steps);
            std::fflush(stdout);
            EXPECT_LE(has_experts(c.path) ? agreement.median_nmse : agreement.nmse, kTimesThePeer * peer);
            EXPECT_GE(static_cast<double>(agreement.same_argmax), kSameArgmax * static_cast<double>(agreement.positions));
            EXPECT_LE(steps, kStepsNmse);
        }
        std::printf("Vulkan: %zu models\n", cases.size());
    }

    static inline std::shared_ptr<Accelerator> device_;
    static inline std::string problem_;
};

TEST_F(GoldenModelsVulkan, own_models) {
    const auto cases = cases_in(own_folder());
    ASSERT_FALSE(cases.empty());
    expect_known_logits(cases);
}

TEST_F(GoldenModelsVulkan, variants) {
    const auto cases = cases_in(own_folder() / "variants");
    ASSERT_EQ(cases.size(), 7u);
    expect_known_logits(cases);
}

TEST_F(GoldenModelsVulkan, every_shared_model) {
    const auto folder = testing::shared_folder() / "models/mini";
    REQUIRE_SHARED(folder);
    expect_known_logits(cases_in(folder));
}

}  // namespace
}  // namespace soliloquy
