/// tests/golden/vocab/splits_test.cpp: how families cut texts, against an independent engine of expressions (generate_splits.py).
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "engine/tokenizer/pretokenizer.h"
#include "tests/support/shared_folder.h"

namespace soliloquy {
namespace {

TEST(GoldenSplits, EveryCase) {
    const auto expected = nlohmann::json::parse(testing::read_file(testing::source_folder() / "tests/golden/vocab/splits.json"));
    std::map<std::string, size_t> good;
    size_t cases = 0;
    for (const auto& test : expected.at("cases")) {
        const auto pre = test.at("pre").get<std::string>();
        const auto text = test.at("text").get<std::string>();
        auto pretokenizer = Pretokenizer::create(pre);
        ASSERT_TRUE(pretokenizer.ok()) << pretokenizer.error().message;
        Pretokenizer::Scratch scratch;
        std::vector<std::string> pieces;
        const Status status = pretokenizer->split(text, scratch, [&](std::string_view piece) { pieces.emplace_back(piece); });
        ASSERT_TRUE(status.ok()) << status.error().message;
        const auto wanted = test.at("pieces").get<std::vector<std::string>>();
        EXPECT_EQ(pieces, wanted) << pre << " of \"" << text << '"';
        good[pre] += pieces == wanted ? 1 : 0;
        ++cases;
    }
    size_t all = 0;
    for (const auto& [pre, count] : good) all += count;
    std::cout << all << " of " << cases << " texts cut alike, " << good.size() << " families\n";
    EXPECT_EQ(good.size(), 13u);
    EXPECT_GE(cases, 400u);
}

}  // namespace
}  // namespace soliloquy
