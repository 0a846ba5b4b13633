/// tests/golden/models/golden_models_test.cpp: logits of small random models of every architecture and block type against those of an
/// independent implementation. The file expected.json says how they were made: the weights dequantised to F32, F32 activations and cache.
#include "tests/golden/models/golden_cases.h"

namespace soliloquy {
namespace {

constexpr double kExactNmse = 1e-5;

std::unique_ptr<Decoder> decoder_of(const std::filesystem::path& path, bool exact) {
    auto file = GgufFile::open(path);
    if (!file.ok()) throw std::runtime_error(file.error().message);
    auto model = Model::load(std::make_shared<const GgufFile>(std::move(file).value()), {.exact = exact, .progress = {}});
    if (!model.ok()) throw std::runtime_error(model.error().message);
    auto decoder = Decoder::create(model.value(), std::make_shared<ThreadPool>(2), {.context_length = 128, .max_batch = 64});
    if (!decoder.ok()) throw std::runtime_error(decoder.error().message);
    return std::move(decoder).value();
}

void expect_exact(const std::vector<Case>& cases) {
    std::printf("%-36s %12s %10s %8s\n", "exact", "NMSE", "argmax", "greedy");
    for (const Case& c : cases) {
        SCOPED_TRACE(c.path.filename().string());
        const auto decoder = decoder_of(c.path, true);
        const Agreement agreement = compare_prompt(*decoder, c);
        const auto expected = c.expected.at("greedy").get<std::vector<size_t>>();
        const auto ids = greedy(*decoder, expected.size());
        std::printf("%-36s %12.3g %6zu/%zu %8s\n", c.path.filename().c_str(), agreement.nmse, agreement.same_argmax, agreement.positions,
                    ids == expected ? "equal" : "DIFFERS");
        EXPECT_LE(agreement.nmse, kExactNmse);
        EXPECT_EQ(ids, expected);
    }
    std::printf("exact: %zu models\n", cases.size());
}

void expect_quantised(const std::vector<Case>& cases) {
    std::printf("%-36s %12s %12s %12s %10s   (%s)\n", "8-bit activations", "NMSE", "median", "peer", "argmax",
                std::string(cpu_instruction_set()).c_str());
    for (const Case& c : cases) {
        SCOPED_TRACE(c.path.filename().string());
        const auto decoder = decoder_of(c.path, false);
        const Agreement agreement = compare_prompt(*decoder, c);
        const double peer = c.expected.at("peer_quantised_nmse").get<double>();
        std::printf("%-36s %12.3g %12.3g %12.3g %6zu/%zu\n", c.path.filename().c_str(), agreement.nmse, agreement.median_nmse, peer,
                    agreement.same_argmax, agreement.positions);
        // Where two experts are nearly tied, rounding may choose the other one, and that position's logits are another function. So a
        // model with experts is judged by its median position, one without by all of them.
        EXPECT_LE(has_experts(c.path) ? agreement.median_nmse : agreement.nmse, kTimesThePeer * peer);
        EXPECT_GE(static_cast<double>(agreement.same_argmax), kSameArgmax * static_cast<double>(agreement.positions));
    }
    std::printf("8-bit activations: %zu models\n", cases.size());
}

TEST(GoldenModels, exact_path_of_own_models) {
    const auto cases = cases_in(own_folder());
    ASSERT_FALSE(cases.empty());
    expect_exact(cases);
}

TEST(GoldenModels, fast_path_of_own_models) {
    const auto cases = cases_in(own_folder());
    ASSERT_FALSE(cases.empty());
    expect_quantised(cases);
}

TEST(GoldenModels, exact_path_of_variants) {
    const auto cases = cases_in(own_folder() / "variants");
    ASSERT_EQ(cases.size(), 7u);
    expect_exact(cases);
}

TEST(GoldenModels, fast_path_of_variants) {
    const auto cases = cases_in(own_folder() / "variants");
    ASSERT_EQ(cases.size(), 7u);
    expect_quantised(cases);
}

TEST(GoldenModels, exact_path_of_every_shared_model) {
    const auto folder = testing::shared_folder() / "models/mini";
    REQUIRE_SHARED(folder);
    expect_exact(cases_in(folder));
}

TEST(GoldenModels, fast_path_of_every_shared_model) {
    const auto folder = testing::shared_folder() / "models/mini";
    REQUIRE_SHARED(folder);
    expect_quantised(cases_in(folder));
}

}  // namespace
}  // namespace soliloquy
