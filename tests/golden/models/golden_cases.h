/// tests/golden/models/golden_cases.h: the small models whose logits are known, and how far a decoder is from them.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "engine/model/decoder.h"
#include "tests/support/shared_folder.h"

namespace soliloquy {

constexpr double kTimesThePeer = 2.0;  // our rounded activations may be this much further from the truth than the peer's
constexpr double kSameArgmax = 0.8;    // of the positions; random weights have many near ties

struct Case {
    std::filesystem::path path;
    std::vector<TokenId> prompt;
    nlohmann::json expected;
};

/// The models of a folder that its expected.json describes and that are there.
inline std::vector<Case> cases_in(const std::filesystem::path& folder) {
    std::vector<Case> cases;
    const auto json = nlohmann::json::parse(testing::read_file(folder / "expected.json"));
    for (const auto& [name, expected] : json.at("models").items()) {
        if (!std::filesystem::exists(folder / name)) continue;
        cases.push_back({folder / name, json.at("prompt_ids").get<std::vector<TokenId>>(), expected});
    }
    return cases;
}

inline size_t argmax(std::span<const float> row) { return static_cast<size_t>(std::max_element(row.begin(), row.end()) - row.begin()); }

struct Agreement {
    double nmse = 0.0;         // over all positions whose logits are known
    double median_nmse = 0.0;  // of the positions by themselves
    size_t same_argmax = 0, positions = 0;
};

inline Agreement compare_prompt(Decoder& decoder, const Case& c) {
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

inline std::vector<size_t> greedy(Decoder& decoder, size_t count) {
    std::vector<size_t> ids = {argmax(decoder.logits().row(decoder.logits().rows - 1))};
    while (ids.size() < count) {
        const TokenId last = static_cast<TokenId>(ids.back());
        EXPECT_TRUE(decoder.append({&last, 1}, LogitsFor::last).ok());
        ids.push_back(argmax(decoder.logits().row(0)));
    }
    return ids;
}

inline bool has_experts(const std::filesystem::path& path) {
    const auto file = GgufFile::open(path);
    if (!file.ok()) return false;
    const auto architecture = file->get_string("general.architecture");
    return architecture.ok() && file->find(std::string(architecture.value()) + ".expert_count") != nullptr;
}

inline std::filesystem::path own_folder() { return testing::source_folder() / "tests/golden/models/data"; }

}  // namespace soliloquy
