/// tests/golden/models/golden_models_test.cpp: logits of small random models of every architecture and block type against those of an
/// independent implementation. The file expected.json says how they were made: the weights dequantised to F32, F32 activations and cache.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "engine/model/decoder.h"
#include "tests/support/shared_folder.h"

namespace soliloquy {
namespace {

constexpr double kExactNmse = 1e-5;
constexpr double kTimesThePeer = 2.0;  // our 8-bit activations may be this much further from the truth than the peer's
constexpr double kSameArgmax = 0.8;    // of the positions; random weights have many near ties

struct Case {
    std::filesystem::path path;
    std::vector<TokenId> prompt;
    nlohmann::json expected;
};

/// The models of a folder that its expected.json describes and that are there.
std::vector<Case> cases_in(const std::filesystem::path& folder) {
    std::vector<Case> cases;
    const auto json = nlohmann::json::parse(testing::read_file(folder / "expected.json"));
    for (const auto& [name, expected] : json.at("models").items()) {
        if (!std::filesystem::exists(folder / name)) continue;
        cases.push_back({folder / name, json.at("prompt_ids").get<std::vector<TokenId>>(), expected});
    }
    return cases;
}

std::unique_ptr<Decoder> decoder_of(const std::filesystem::path& path, bool exact) {
    auto file = GgufFile::open(path);
    if (!file.ok()) throw std::runtime_error(file.error().message);
    auto model = Model::load(std::make_shared<const GgufFile>(std::move(file).value()), {.exact = exact, .progress = {}});
    if (!model.ok()) throw std::runtime_error(model.error().message);
    auto decoder = Decoder::create(model.value(), std::make_shared<ThreadPool>(2), {.context_length = 128, .max_batch = 64});
    if (!decoder.ok()) throw std::runtime_error(decoder.error().message);
    return std::move(decoder).value();
}

size_t argmax(std::span<const float> row) { return static_cast<size_t>(std::max_element(row.begin(), row.end()) - row.begin()); }

struct Agreement {
    double nmse = 0.0;         // over all positions whose logits are known
    double median_nmse = 0.0;  // of the positions by themselves
    size_t same_argmax = 0, positions = 0;
};

Agreement compare_prompt(Decoder& decoder, const Case& c) {
    EXPECT_TRUE(decoder.append(c.prompt, LogitsFor::all).ok());
    const Matrix<const float> logits = decoder.logits();
    Agreement agreement;
    double error = 0.0, power = 0.0;
    std::vector<double> by_position;
    for (const auto& [position, row] : c.expected.at("logits").items()) {
        const auto ours = logits.row(std::stoul(position));
        const auto theirs = row.get<std::vector<double>>();
        EXPECT_EQ(ours.size(), theirs.size());
        double row_error = 0.0, row_power = 0.0;
        for (size_t i = 0; i < theirs.size(); ++i) {
            row_error += (static_cast<double>(ours[i]) - theirs[i]) * (static_cast<double>(ours[i]) - theirs[i]);
            row_power += theirs[i] * theirs[i];
        }
        error += row_error;
        power += row_power;
        by_position.push_back(row_error / row_power);
    }
    std::sort(by_position.begin(), by_position.end());
    agreement.nmse = error / power;
    agreement.median_nmse = by_position[(by_position.size() - 1) / 2];
    const auto argmaxes = c.expected.at("argmax").get<std::vector<size_t>>();
    agreement.positions = argmaxes.size();
    for (size_t t = 0; t < argmaxes.size(); ++t) agreement.same_argmax += argmax(logits.row(t)) == argmaxes[t] ? 1 : 0;
    return agreement;
}

std::vector<size_t> greedy(Decoder& decoder, size_t count) {
    std::vector<size_t> ids = {argmax(decoder.logits().row(decoder.logits().rows - 1))};
    while (ids.size() < count) {
        const TokenId last = static_cast<TokenId>(ids.back());
        EXPECT_TRUE(decoder.append({&last, 1}, LogitsFor::last).ok());
        ids.push_back(argmax(decoder.logits().row(0)));
    }
    return ids;
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

bool has_experts(const std::filesystem::path& path) {
    const auto file = GgufFile::open(path);
    if (!file.ok()) return false;
    const auto architecture = file->get_string("general.architecture");
    return architecture.ok() && file->find(std::string(architecture.value()) + ".expert_count") != nullptr;
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

std::filesystem::path own_folder() { return testing::source_folder() / "tests/golden/models/data"; }

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
