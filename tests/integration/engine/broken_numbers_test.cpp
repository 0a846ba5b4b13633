/// tests/integration/engine/broken_numbers_test.cpp: weights that are no numbers end in an error that says so, wherever in the file they
/// are, and never in tokens.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <fstream>

#include "engine/benchmark.h"
#include "engine/device_source.h"
#include "engine/gguf/gguf_file.h"
#include "engine/timeline.h"
#include "tests/support/collecting_sink.h"
#include "tests/support/fake_accelerator.h"
#include "tests/support/shared_folder.h"

namespace soliloquy {
namespace {

using testing::CollectingSink;
using ::testing::HasSubstr;

constexpr uint16_t kNanF16 = 0x7e00, kInfinityF16 = 0x7c00;

/// Makes all numbers of an F32 tensor, or the scales of all blocks of a Q8_0 tensor, the given one.
void poison(std::span<std::byte> data, DType type, uint16_t half) {
    if (type == DType::f32) {
        const float number = half == kNanF16 ? std::nanf("") : std::numeric_limits<float>::infinity();
        for (size_t at = 0; at + 4 <= data.size(); at += 4) std::memcpy(data.data() + at, &number, 4);
    } else {
        ASSERT_EQ(type, DType::q8_0);
        for (size_t at = 0; at + 34 <= data.size(); at += 34) std::memcpy(data.data() + at, &half, 2);
    }
}

std::filesystem::path write_poisoned(const std::string& tensor, uint16_t half) {
    std::string bytes = testing::read_file(testing::bundled_model());
    const std::span<std::byte> all(reinterpret_cast<std::byte*>(bytes.data()), bytes.size());
    const auto file = GgufFile::parse(all);
    EXPECT_TRUE(file.ok());
    const GgufTensor* found = file->find_tensor(tensor);
    EXPECT_NE(found, nullptr) << tensor;
    if (found != nullptr) poison(all.subspan(static_cast<size_t>(found->data.data() - all.data()), found->data.size()), found->type, half);
    // A file for each test: they run beside one another, and a mapped file must not be cut.
    const std::string test = ::testing::UnitTest::GetInstance()->current_test_info()->name();
    const char* const set = std::getenv("SOLILOQUY_INSTRUCTION_SET");
    const auto path = std::filesystem::path(::testing::TempDir()) /
                      ("broken-numbers-" + test + (set != nullptr ? set : "") + std::to_string(half) + ".gguf");
    std::ofstream(path, std::ios::binary | std::ios::trunc).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return path;
}

LoadOptions on_cpu() {
    LoadOptions options;
    options.device = Device::cpu;
    options.threads = 2;
    options.context_length = 512;
    return options;
}

GenerateRequest question() {
    GenerateRequest request;
    request.messages.push_back({Role::user, "What is 487 + 356?", {}});
    request.max_tokens = 20;
    return request;
}

void expect_error(Session& session, ErrorCode code) {
    CollectingSink sink;
    const auto result = session.generate(question(), sink);
    ASSERT_TRUE(result.ok()) << result.error().message;
    EXPECT_EQ(result->finish, FinishReason::error);
    EXPECT_EQ(result->error.code, code);
    EXPECT_THAT(result->error.message, HasSubstr("not finite"));
    EXPECT_THAT(result->error.message, HasSubstr("damaged"));
    EXPECT_TRUE(sink.tokens.empty());
}

TEST(BrokenNumbers, AreAnErrorWhereverTheyAre) {
    for (const uint16_t half : {kNanF16, kInfinityF16}) {
        for (const char* tensor :
             {"output_norm.weight", "output.weight", "token_embd.weight", "blk.0.attn_norm.weight", "blk.1.attn_output.weight",
              "blk.1.attn_kv_a_norm.weight", "blk.0.ffn_down.weight", "blk.1.ffn_gate_inp.weight", "blk.1.ffn_norm.weight"}) {
            SCOPED_TRACE(std::string(tensor) + (half == kNanF16 ? ", NaN" : ", infinity"));
            for (const bool exact : {false, true}) {
                LoadOptions options = on_cpu();
                options.exact = exact;
                const auto engine = open_engine(write_poisoned(tensor, half), options);
                ASSERT_TRUE(engine.ok()) << engine.error().message;
                const auto session = (*engine)->new_session().value();
                expect_error(*session, ErrorCode::invalid_file);
                EXPECT_EQ(session->tokens_in_cache(), 0u) << "what was computed with them is not reused";
                expect_error(*session, ErrorCode::invalid_file);
                const TokenId ids[] = {1, 2, 3};
                const auto scored = session->score(ids);
                ASSERT_FALSE(scored.ok());
                EXPECT_THAT(scored.error().message, HasSubstr("not finite"));
            }
        }
    }
}

TEST(BrokenNumbers, AreAnErrorOfTheBenchmark) {
    BenchmarkOptions options;
    options.load = on_cpu();
    options.prompt_tokens = 8;
    options.generated_tokens = 4;
    options.repeats = 1;
    const auto path = write_poisoned("output_norm.weight", kNanF16);
    for (const auto& [prompt, generated] : {std::pair(8u, 0u), {0u, 4u}}) {
        options.prompt_tokens = prompt;
        options.generated_tokens = generated;
        const auto report = benchmark_model(path, options);
        ASSERT_FALSE(report.ok());
        EXPECT_THAT(report.error().message, HasSubstr("not finite"));
    }
}

TEST(BrokenNumbers, OfADeviceNamedByTheUserSuggestTheCpu) {
    const auto device = std::make_shared<testing::FakeAccelerator>();
    const DeviceSource source{
        .list = [&]() -> Result<std::vector<AcceleratorInfo>> { return std::vector<AcceleratorInfo>{device->info()}; },
        .open = [&](uint32_t) -> Result<std::shared_ptr<Accelerator>> { return std::shared_ptr<Accelerator>(device); }};
    LoadOptions options = on_cpu();
    options.device = Device::vulkan;
    const auto path = write_poisoned("output_norm.weight", kNanF16);
    const auto named = open_engine_on(path, options, source).value();
    expect_error(*named->new_session().value(), ErrorCode::device);
    // Chosen automatically, the CPU tries as well; it finds the same, so it is the file.
    options.device = Device::automatic;
    const auto automatic = open_engine_on(path, options, source).value();
    expect_error(*automatic->new_session().value(), ErrorCode::invalid_file);
}

TEST(BrokenNumbers, AreToldFromUsualOnes) {
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    std::vector<float> logits(100, -3.0f);
    EXPECT_TRUE(usable_logits(logits));
    logits[99] = -kInfinity;
    EXPECT_TRUE(usable_logits(logits)) << "a token that is impossible";
    logits[99] = kInfinity;
    EXPECT_FALSE(usable_logits(logits));
    logits[99] = std::nanf("");
    EXPECT_FALSE(usable_logits(logits));
    EXPECT_FALSE(usable_logits(std::vector<float>(100, -kInfinity)));
    EXPECT_FALSE(usable_logits({}));
    EXPECT_TRUE(usable_logits(std::vector<float>(3, std::numeric_limits<float>::lowest())));
}

}  // namespace
}  // namespace soliloquy
