/// tests/golden/models/expert_flips_test.cpp: where the path with 8-bit activations chooses the same experts as the oracle, its logits are
/// as near to the truth as the reference engine's own; only behind another choice may they be further away.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "engine/model/architecture.h"
#include "engine/model/batch.h"
#include "engine/model/decoder.h"
#include "tests/support/shared_folder.h"
#include "tests/unit/model/edited_model.h"

namespace soliloquy {
namespace {

constexpr double kTimesTheReference = 2.0;
constexpr double kShareWithoutFlip = 0.25;  // at least, of the positions of all files together

using Choice = std::vector<std::vector<int32_t>>;  // of a layer: by position, sorted

/// All layers share their activations: what stands there after a prompt is the last layer's.
Choice experts_of_last_layer(testing::EditedModel& file, const std::vector<TokenId>& prompt, bool exact) {
    const auto opened = file.open();
    const auto config = read_config(*opened);
    const auto model = Model::load(opened, {.exact = exact, .progress = {}});
    EXPECT_TRUE(config.ok() && model.ok());
    const auto decoder = testing::new_decoder(*model, 2, {.context_length = 128, .max_batch = 64});
    EXPECT_TRUE(decoder->append(prompt, LogitsFor::all).ok());
    Graph graph;
    const Matrix<const float> ids = decoder->plan().rows(make_activations(graph, *config).expert_ids);
    Choice choice;
    for (size_t t = 0; t < prompt.size(); ++t) {
        std::vector<int32_t> chosen;
        for (const float id : ids.row(t)) chosen.push_back(std::bit_cast<int32_t>(id));
        std::sort(chosen.begin(), chosen.end());
        choice.push_back(std::move(chosen));
    }
    return choice;
}

/// True for the positions at which no layer chose other experts than the oracle, for themselves and for all positions they look back on.
std::vector<bool> same_experts(testing::EditedModel file, const std::vector<TokenId>& prompt) {
    const std::string architecture(file.source->get_string("general.architecture").value());
    const auto number = [&](const char* key) {
        return static_cast<uint32_t>(file.source->get_uint_or(architecture + "." + key, 0).value());
    };
    const uint32_t blocks = number("block_count"), behind = number("nextn_predict_layers");
    std::vector<bool> same(prompt.size(), true);
    for (uint32_t layers = number("leading_dense_block_count") + 1; layers + behind <= blocks; ++layers) {
        file.set_uint(architecture + ".block_count", layers + behind);
        const Choice exact = experts_of_last_layer(file, prompt, true);
        const Choice fast = experts_of_last_layer(file, prompt, false);
        for (size_t t = 0; t < same.size(); ++t) same[t] = same[t] && exact[t] == fast[t];
    }
    for (size_t t = 1; t < same.size(); ++t) same[t] = same[t] && same[t - 1];
    return same;
}

std::unique_ptr<Decoder> decoder_of(testing::EditedModel& file, bool exact) {
    return testing::new_decoder(file.load(exact).value(), 2, {.context_length = 128, .max_batch = 64});
}

/// The oracle's logits are the reference's (golden_models_test.cpp: to 1e-12), so that every position can be judged. Which near ties
/// tip depends on how the processor's kernels round, so a file may have no position without a flip: gives how many it has.
size_t expect_agreement_but_for_flips(const std::filesystem::path& path, const std::vector<TokenId>& prompt, double reference) {
    SCOPED_TRACE(path.filename().string());
    const std::vector<bool> same = same_experts(testing::EditedModel(path), prompt);
    testing::EditedModel for_exact(path), for_fast(path);
    const auto exact = decoder_of(for_exact, true), fast = decoder_of(for_fast, false);
    EXPECT_TRUE(exact->append(prompt, LogitsFor::all).ok());
    EXPECT_TRUE(fast->append(prompt, LogitsFor::all).ok());
    double error[2] = {}, power[2] = {};
    size_t count[2] = {};
    for (size_t t = 0; t < prompt.size(); ++t) {
        const auto truth = exact->logits().row(t), ours = fast->logits().row(t);
        const size_t which = same[t] ? 1 : 0;
        ++count[which];
        for (size_t i = 0; i < truth.size(); ++i) {
            const double difference = static_cast<double>(ours[i]) - static_cast<double>(truth[i]);
            error[which] += difference * difference;
            power[which] += static_cast<double>(truth[i]) * static_cast<double>(truth[i]);
        }
    }
    std::printf("%-36s NMSE %.3g at %2zu positions without a flip, %.3g at %2zu with or after one; reference %.3g\n",
                path.filename().c_str(), count[1] > 0 ? error[1] / power[1] : 0.0, count[1], count[0] > 0 ? error[0] / power[0] : 0.0,
                count[0], reference);
    EXPECT_LE(error[1], kTimesTheReference * reference * power[1]);
    return count[1];
}

TEST(ExpertFlips, WithoutOneEveryPositionAgrees) {
    size_t models = 0, positions = 0, without_flip = 0;
    for (const auto& folder : {testing::source_folder() / "tests/golden/models/data/variants", testing::shared_folder() / "models/mini"}) {
        if (!std::filesystem::exists(folder / "expected.json")) continue;
        const auto json = nlohmann::json::parse(testing::read_file(folder / "expected.json"));
        const auto prompt = json.at("prompt_ids").get<std::vector<TokenId>>();
        for (const auto& [name, expected] : json.at("models").items()) {
            if (name.find("Q8_0") == std::string::npos || !std::filesystem::exists(folder / name)) continue;
            const testing::EditedModel file(folder / name);
            const std::string architecture(file.source->get_string("general.architecture").value());
            if (file.source->find(architecture + ".expert_count") == nullptr) continue;
            without_flip += expect_agreement_but_for_flips(folder / name, prompt, expected.at("peer_quantised_nmse").get<double>());
            positions += prompt.size();
            ++models;
        }
    }
    EXPECT_GE(models, 4u);
    EXPECT_GE(static_cast<double>(without_flip), kShareWithoutFlip * static_cast<double>(positions));
    std::printf("%zu models with experts in Q8_0, %zu of %zu positions without a flip\n", models, without_flip, positions);
}

}  // namespace
}  // namespace soliloquy
