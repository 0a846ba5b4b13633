/// tests/unit/model/decoder_test.cpp: one timeline gives one answer, however its tokens are cut into batches and its work into threads.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "tests/support/shared_folder.h"
#include "tests/unit/model/edited_model.h"

namespace soliloquy {
namespace {

using testing::EditedModel;
using testing::new_decoder;

std::vector<std::filesystem::path> models() {
    const auto folder = testing::source_folder() / "tests/golden/models/data";
    return {testing::bundled_model(), folder / "deepseek2-lite-Q4_K_M.gguf", folder / "deepseek2-v3-legacy-Q4_K_M.gguf"};
}

std::vector<TokenId> some_ids(size_t n) {
    std::vector<TokenId> ids(n);
    for (size_t i = 0; i < n; ++i) ids[i] = static_cast<TokenId>((i * 7919 + 13) % 256);
    return ids;
}

std::vector<float> copy(Matrix<const float> rows) {
    std::vector<float> numbers;
    for (size_t r = 0; r < rows.rows; ++r) numbers.insert(numbers.end(), rows.row(r).begin(), rows.row(r).end());
    return numbers;
}

double nmse(const std::vector<float>& a, const std::vector<float>& b) {
    double error = 0.0, power = 0.0;
    for (size_t i = 0; i < a.size(); ++i) {
        error += std::pow(static_cast<double>(a[i]) - static_cast<double>(b[i]), 2.0);
        power += std::pow(static_cast<double>(b[i]), 2.0);
    }
    return error / power;
}

TEST(DecoderTest, batches_and_single_steps_are_as_near_to_the_oracle) {
    for (const auto& path : models()) {
        std::vector<float> oracle;
        for (const bool exact : {true, false}) {
            SCOPED_TRACE(path.filename().string() + (exact ? ", exact" : ""));
            EditedModel file(path);
            const auto model = file.load(exact).value();
            const auto ids = some_ids(40);
            const auto batch = new_decoder(model), steps = new_decoder(model);
            ASSERT_TRUE(batch->append(ids, LogitsFor::all).ok());
            std::vector<float> one_by_one;
            for (const TokenId id : ids) {
                ASSERT_TRUE(steps->append({&id, 1}, LogitsFor::last).ok());
                const auto row = copy(steps->logits());
                one_by_one.insert(one_by_one.end(), row.begin(), row.end());
            }
            EXPECT_EQ(steps->length(), 40u);
            const auto together = copy(batch->logits());
            if (exact) {  // the oracle sums in one order
                EXPECT_LE(nmse(one_by_one, together), 1e-12);
                oracle = together;
                continue;
            }
            // Kernels for one token and for several round in ways of their own, and a near tie of experts may fall to the other side: each
            // is held to the oracle, not to the other.
            EXPECT_LE(nmse(together, oracle), 1e-2);
            EXPECT_LE(nmse(one_by_one, oracle), 1e-2);
        }
    }
}

TEST(DecoderTest, the_number_of_threads_changes_no_bit) {
    for (const auto& path : models()) {
        for (const bool exact : {true, false}) {
            SCOPED_TRACE(path.filename().string() + (exact ? ", exact" : ""));
            EditedModel file(path);
            const auto model = file.load(exact).value();
            std::vector<float> first;
            for (const unsigned threads : {1u, 2u, 3u}) {
                const auto decoder = new_decoder(model, threads, {512, 64});
                std::vector<float> all;
                // 300 positions: attention of one token is split into chunks. The oracle does not split, and is slow.
                for (int batch = 0; batch < (exact ? 1 : 5); ++batch) {
                    ASSERT_TRUE(decoder->append(some_ids(60), LogitsFor::last).ok());
                }
                for (const TokenId id : some_ids(5)) {
                    ASSERT_TRUE(decoder->append({&id, 1}, LogitsFor::last).ok());
                    const auto row = copy(decoder->logits());
                    all.insert(all.end(), row.begin(), row.end());
                }
                if (threads == 1) first = all;
                EXPECT_EQ(std::memcmp(all.data(), first.data(), all.size() * sizeof(float)), 0) << threads << " threads";
            }
        }
    }
}

TEST(DecoderTest, truncate_and_append_again) {
    EditedModel file(testing::bundled_model());
    const auto model = file.load().value();
    const auto decoder = new_decoder(model), straight = new_decoder(model);
    const auto ids = some_ids(30);
    ASSERT_TRUE(straight->append(std::span(ids).first(12), LogitsFor::none).ok());
    ASSERT_TRUE(straight->append(std::span(ids).subspan(12), LogitsFor::last).ok());
    ASSERT_TRUE(decoder->append(std::span(ids).first(12), LogitsFor::none).ok());
    ASSERT_TRUE(decoder->append(std::span(ids).subspan(12), LogitsFor::last).ok());
    decoder->truncate(12);
    EXPECT_EQ(decoder->length(), 12u);
    ASSERT_TRUE(decoder->append(some_ids(9), LogitsFor::none).ok());  // another branch, then back
    decoder->truncate(12);
    decoder->truncate(20);  // never grows
    EXPECT_EQ(decoder->length(), 12u);
    ASSERT_TRUE(decoder->append(std::span(ids).subspan(12), LogitsFor::last).ok());
    EXPECT_EQ(copy(decoder->logits()), copy(straight->logits()));
}

TEST(DecoderTest, logits_that_were_asked_for) {
    EditedModel file(testing::bundled_model());
    const auto decoder = new_decoder(file.load().value());
    ASSERT_TRUE(decoder->append(some_ids(8), LogitsFor::none).ok());
    EXPECT_EQ(decoder->logits().rows, 0u);
    decoder->truncate(0);
    ASSERT_TRUE(decoder->append(some_ids(8), LogitsFor::all).ok());
    EXPECT_EQ(decoder->logits().rows, 8u);
    const auto all = copy(decoder->logits());
    decoder->truncate(0);
    ASSERT_TRUE(decoder->append(some_ids(8), LogitsFor::last).ok());
    ASSERT_EQ(decoder->logits().rows, 1u);
    const auto last = copy(decoder->logits());
    EXPECT_EQ(last.size(), 320u);
    EXPECT_LE(nmse(last, {all.end() - 320, all.end()}), 1e-6);
}

TEST(DecoderTest, a_full_context_is_an_error_and_changes_nothing) {
    EditedModel file(testing::bundled_model());
    const auto decoder = new_decoder(file.load().value(), 1, {20, 16});
    ASSERT_TRUE(decoder->append(some_ids(16), LogitsFor::last).ok());
    const Status status = decoder->append(some_ids(5), LogitsFor::last);
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().code, ErrorCode::context_full);
    EXPECT_EQ(decoder->length(), 16u);
    EXPECT_TRUE(decoder->append(some_ids(4), LogitsFor::last).ok());
    EXPECT_EQ(decoder->length(), 20u);
}

TEST(DecoderTest, wrong_arguments) {
    EditedModel file(testing::bundled_model());
    const auto model = file.load().value();
    const auto decoder = new_decoder(model);
    const TokenId unknown = 320;
    EXPECT_EQ(decoder->append({&unknown, 1}, LogitsFor::last).error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(decoder->append({}, LogitsFor::last).error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(decoder->append(some_ids(65), LogitsFor::last).error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(decoder->length(), 0u);
    const auto threads = std::make_shared<ThreadPool>(1);
    EXPECT_FALSE(Decoder::create(model, threads, {.context_length = 0, .max_batch = 1}).ok());
    EXPECT_FALSE(Decoder::create(model, nullptr, {}).ok());
    EXPECT_FALSE(Decoder::create(nullptr, threads, {}).ok());
}

}  // namespace
}  // namespace soliloquy
