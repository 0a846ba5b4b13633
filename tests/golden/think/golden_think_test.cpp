/// tests/golden/think/golden_think_test.cpp: every golden vector, whole and under every cut, gives the same spans.
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "tests/support/shared_folder.h"
#include "tests/support/span_collector.h"

namespace soliloquy::testing {
namespace {

struct Vector {
    std::string name;
    const ReasoningFamily* family = nullptr;
    bool prompt_open = false;
    std::vector<StreamItem> items;
    std::vector<NamedSpan> spans;
    std::string status, closed_by;
    std::vector<std::string> tokens;  // special tokens of the vocabulary; empty = every mark of the family is one

    [[nodiscard]] FamilyTokens vocabulary() const { return tokens.empty() ? FamilyTokens(family) : FamilyTokens(tokens); }
};

std::vector<Vector> read_vectors(const std::filesystem::path& path) {
    std::vector<Vector> vectors;
    for (const auto& row : nlohmann::json::parse(read_file(path))) {
        Vector vector;
        vector.name = row.at("name");
        vector.family = find_reasoning_family(row.at("profile").get<std::string>());
        EXPECT_NE(vector.family, nullptr) << vector.name << ": unknown profile " << row.at("profile");
        vector.prompt_open = row.at("prompt_open");
        for (const auto& item : row.at("items")) {
            vector.items.push_back(item.is_string() ? StreamItem{false, item} : StreamItem{true, item.at("token")});
        }
        for (const auto& span : row.at("spans")) vector.spans.emplace_back(span.at(0), span.at(1));
        vector.status = row.at("status");
        vector.closed_by = row.at("closed_by").is_null() ? "" : row.at("closed_by").get<std::string>();
        if (row.contains("tokens")) vector.tokens = row.at("tokens").get<std::vector<std::string>>();
        vectors.push_back(std::move(vector));
    }
    return vectors;
}

std::string closer_name(ClosedBy closed_by) {
    switch (closed_by) {
        case ClosedBy::nobody:
            return "";
        case ClosedBy::model:
            return "model";
        case ClosedBy::tool:
            return "tool";
        case ClosedBy::user:
            return "user";
        case ClosedBy::budget:
            return "budget";
    }
    return "?";
}

/// True when the items under these cuts give what the vector says; the first failure is reported in full.
bool agrees(const Vector& vector, const ReasoningProfile& profile, const FamilyTokens& tokens, const std::vector<size_t>& cuts) {
    ReasoningParser parser(profile, vector.prompt_open);
    SpanCollector collected;
    for (const StreamItem& item : cut_items(vector.items, cuts)) feed_item(parser, tokens, item, collected);
    parser.finish(true, collected);
    const std::string status = parser.status() == ThoughtStatus::unfinished ? "unfinished" : "ok";
    std::string input;
    for (const StreamItem& item : vector.items) input += item.text;

    EXPECT_EQ(collected.spans, vector.spans) << vector.name << ", cuts " << ::testing::PrintToString(cuts);
    EXPECT_EQ(status, vector.status) << vector.name;
    EXPECT_EQ(closer_name(parser.closed_by()), vector.closed_by) << vector.name;
    EXPECT_EQ(collected.everything, input) << vector.name << ": spans and removed bytes are not the input";
    EXPECT_TRUE(collected.well_formed) << vector.name;
    return !::testing::Test::HasFailure();
}

void run_under_every_cut(const Vector& vector, uint64_t& parses) {
    const FamilyTokens tokens = vector.vocabulary();
    const ReasoningProfile profile = resolve_reasoning_profile(vector.family, tokens.lookup());
    size_t length = 0;
    for (const StreamItem& item : vector.items) length += item.is_token ? 0 : item.text.size();
    std::vector<std::vector<size_t>> cuttings{{}};
    std::vector<size_t> every;
    for (size_t i = 1; i < length; ++i) every.push_back(i);
    cuttings.push_back(every);
    for (size_t i = 1; i < length; ++i) {
        cuttings.push_back({i});
        for (size_t j = i + 1; j < length; ++j) cuttings.push_back({i, j});
    }
    std::mt19937 random(1);
    for (int run = 0; run < 200; ++run) {
        std::vector<size_t> cuts;
        for (const size_t at : every) {
            if (random() % 4 == 0) cuts.push_back(at);
        }
        cuttings.push_back(cuts);
    }
    for (const auto& cuts : cuttings) {
        if (!agrees(vector, profile, tokens, cuts)) return;
    }
    parses += cuttings.size();
}

void run_file(const std::filesystem::path& path) {
    const std::vector<Vector> vectors = read_vectors(path);
    uint64_t parses = 0;
    for (const Vector& vector : vectors) {
        run_under_every_cut(vector, parses);
        if (::testing::Test::HasFailure()) return;
    }
    std::printf("%s: %zu vectors, %llu parses under cuts, all equal\n", path.filename().c_str(), vectors.size(),
                static_cast<unsigned long long>(parses));
    EXPECT_GT(vectors.size(), 0u);
}

TEST(GoldenThink, VectorsOfTheRepository) { run_file(source_folder() / "tests/golden/think/think_vectors.json"); }

TEST(GoldenThink, VectorsOfOtherFamilies) { run_file(source_folder() / "tests/golden/think/family_vectors.json"); }

TEST(GoldenThink, SharedVectors) {
    const auto path = shared_folder() / "reference/think_vectors.json";
    REQUIRE_SHARED(path);
    run_file(path);
}

}  // namespace
}  // namespace soliloquy::testing
