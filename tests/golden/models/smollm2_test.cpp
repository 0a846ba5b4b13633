/// tests/golden/models/smollm2_test.cpp: a real small chat model (architecture llama, 135 M parameters) against the numbers of an
/// independent implementation: the next token's probabilities, what follows greedily, the likelihood of a text of 1,500 tokens.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "engine/model/decoder.h"
#include "tests/support/shared_folder.h"

namespace soliloquy {
namespace {

constexpr size_t kExactChats = 2;    // the oracle is slow
constexpr size_t kExactGreedy = 12;  // tokens

class SmolLM2Test : public ::testing::Test {
  protected:
    void SetUp() override {
        folder_ = testing::shared_folder() / "models";
        REQUIRE_SHARED(folder_ / "SmolLM2-135M-Instruct.Q4_1.gguf");
        REQUIRE_SHARED(folder_ / "smollm2_expected.json");
        expected_ = nlohmann::json::parse(testing::read_file(folder_ / "smollm2_expected.json"));
    }

    std::unique_ptr<Decoder> decoder(bool exact) const {
        auto file = GgufFile::open(folder_ / "SmolLM2-135M-Instruct.Q4_1.gguf");
        if (!file.ok()) throw std::runtime_error(file.error().message);
        auto model = Model::load(std::make_shared<const GgufFile>(std::move(file).value()), {.exact = exact, .progress = {}});
        if (!model.ok()) throw std::runtime_error(model.error().message);
        auto made = Decoder::create(model.value(), std::make_shared<ThreadPool>(), {.context_length = 2048, .max_batch = 256});
        if (!made.ok()) throw std::runtime_error(made.error().message);
        return std::move(made).value();
    }

    std::filesystem::path folder_;
    nlohmann::json expected_;
};

double log_sum(std::span<const float> logits) {
    const double greatest = static_cast<double>(*std::max_element(logits.begin(), logits.end()));
    double sum = 0.0;
    for (const float each : logits) sum += std::exp(static_cast<double>(each) - greatest);
    return greatest + std::log(sum);
}

TokenId argmax(std::span<const float> row) { return static_cast<TokenId>(std::max_element(row.begin(), row.end()) - row.begin()); }

/// The greatest difference between our log probabilities of the ten likeliest next tokens and theirs.
double worst_logprob(const Decoder& decoder, const nlohmann::json& top) {
    const auto row = decoder.logits().row(0);
    const double sum = log_sum(row);
    double worst = 0.0;
    for (const auto& [id, logprob] : top.get<std::vector<std::pair<size_t, double>>>()) {
        worst = std::max(worst, std::fabs(static_cast<double>(row[id]) - sum - logprob));
    }
    return worst;
}

TEST_F(SmolLM2Test, exact_path_gives_the_same_probabilities_and_tokens) {
    const auto decoder = this->decoder(true);
    size_t chats = 0;
    for (const auto& chat : expected_.at("chats")) {
        if (chats == kExactChats) break;
        decoder->truncate(0);
        ASSERT_TRUE(decoder->append(chat.at("prompt_ids").get<std::vector<TokenId>>(), LogitsFor::last).ok());
        const double worst = worst_logprob(*decoder, chat.at("next_top10"));
        EXPECT_LE(worst, 2e-3) << chat.at("question");
        const auto greedy = chat.at("exact_greedy").get<std::vector<TokenId>>();
        for (size_t i = 0; i < kExactGreedy; ++i) {
            const TokenId id = argmax(decoder->logits().row(0));
            ASSERT_EQ(id, greedy[i]) << chat.at("question") << ", token " << i;
            ASSERT_TRUE(decoder->append({&id, 1}, LogitsFor::last).ok());
        }
        std::printf("exact: worst log probability %.2g off, %zu tokens equal: %s\n", worst, kExactGreedy,
                    chat.at("question").get<std::string>().c_str());
        ++chats;
    }
    EXPECT_EQ(chats, kExactChats);
}

TEST_F(SmolLM2Test, fast_path_finds_a_text_as_likely) {
    const auto decoder = this->decoder(false);
    const auto& perplexity = expected_.at("perplexity");
    const auto ids = perplexity.at("ids").get<std::vector<TokenId>>();
    double likelihood = 0.0;
    for (size_t first = 0; first < ids.size(); first += 250) {
        const size_t count = std::min<size_t>(250, ids.size() - first);
        ASSERT_TRUE(decoder->append(std::span(ids).subspan(first, count), LogitsFor::all).ok());
        for (size_t t = 0; t < count && first + t + 1 < ids.size(); ++t) {
            const auto row = decoder->logits().row(t);
            likelihood += static_cast<double>(row[ids[first + t + 1]]) - log_sum(row);
        }
    }
    const double nll = -likelihood / static_cast<double>(ids.size() - 1);
    std::printf("text of %zu tokens: %.6f nats a token; exact %.6f, peer with 8-bit activations %.6f\n", ids.size(), nll,
                perplexity.at("exact_nll").get<double>(), perplexity.at("quantised_nll").get<double>());
    EXPECT_NEAR(nll, perplexity.at("exact_nll").get<double>(), 0.01);
}

}  // namespace
}  // namespace soliloquy
