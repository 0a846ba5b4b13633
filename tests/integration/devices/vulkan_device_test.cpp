/// tests/integration/devices/vulkan_device_test.cpp: the bundled model on a Vulkan device, and every fault of a driver that can be
/// simulated: an answer from the CPU with the reason, or an error that says what to try.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/benchmark.h"
#include "engine/device_source.h"
#include "tests/support/collecting_sink.h"
#include "tests/support/shared_folder.h"

namespace soliloquy {
namespace {

using ::testing::AllOf;
using testing::CollectingSink;
using ::testing::HasSubstr;

constexpr uint32_t kTokens = 24;

LoadOptions options_for(Device device) {
    LoadOptions options;
    options.device = device;
    options.threads = 2;
    options.context_length = 512;
    return options;
}

/// The devices of this computer, each passed off as a GPU: what computes on the CPU would not be chosen automatically.
DeviceSource source_with(const SimulatedFaults& faults) {
    DeviceSource source = vulkan_source({}, faults);
    source.list = [list = source.list]() -> Result<std::vector<AcceleratorInfo>> {
        ASSIGN_OR_RETURN(auto infos, list());
        for (AcceleratorInfo& info : infos) info.kind = AcceleratorKind::discrete;
        return infos;
    };
    return source;
}

struct Answer {
    std::vector<TokenId> ids;
    std::vector<Alternative> best;
    GenerationResult result;
};

Result<Answer> answer_of(const Result<std::shared_ptr<Engine>>& engine) {
    if (!engine.ok()) return engine.error();
    ASSIGN_OR_RETURN(const auto session, (*engine)->new_session());
    GenerateRequest request;
    request.messages.push_back({Role::user, "What is 487 + 356?", {}});
    request.max_tokens = kTokens;
    CollectingSink sink;
    Answer answer;
    ASSIGN_OR_RETURN(answer.result, session->generate(request, sink));
    for (const auto& token : sink.tokens) answer.ids.push_back(token.id);
    return answer;
}

const std::vector<TokenId>& ids_of_the_cpu() {
    static const std::vector<TokenId> ids = answer_of(open_engine(testing::bundled_model(), options_for(Device::cpu))).value().ids;
    return ids;
}

class VulkanFaults : public ::testing::Test {
  protected:
    void SetUp() override {
        const auto devices = list_vulkan_devices();
        if (!devices.ok()) GTEST_SKIP() << devices.error().message;
        if (!devices->front().problem.empty()) GTEST_SKIP() << devices->front().name << " lacks " << devices->front().problem;
    }
    static Result<std::shared_ptr<Engine>> open(Device device, const SimulatedFaults& faults = {}) {
        return open_engine_on(testing::bundled_model(), options_for(device), source_with(faults));
    }
    /// Automatic: the CPU answers and the reason holds `words`; by name: the error does.
    static void expect_fallback_at_load(const SimulatedFaults& faults, const ::testing::Matcher<std::string>& words) {
        const auto fallen = open(Device::automatic, faults);
        ASSERT_TRUE(fallen.ok()) << fallen.error().message;
        EXPECT_EQ((*fallen)->info().device.device, Device::cpu);
        EXPECT_THAT((*fallen)->info().device.reason, words);
        std::printf("automatic: %s\n", (*fallen)->info().device.reason.c_str());
        const auto answer = answer_of(fallen);
        ASSERT_TRUE(answer.ok());
        EXPECT_EQ(answer->ids, ids_of_the_cpu());
        const auto refused = open(Device::vulkan, faults);
        ASSERT_FALSE(refused.ok());
        EXPECT_THAT(refused.error().message, words);
    }
};

TEST_F(VulkanFaults, without_any_the_device_gives_the_tokens_of_the_cpu) {
    const auto engine = open(Device::automatic);
    ASSERT_TRUE(engine.ok()) << engine.error().message;
    EXPECT_EQ((*engine)->info().device.device, Device::vulkan) << (*engine)->info().device.reason;
    EXPECT_THAT((*engine)->info().device.placement, HasSubstr("everything on the GPU"));
    const auto answer = answer_of(engine);
    ASSERT_TRUE(answer.ok()) << answer.error().message;
    EXPECT_EQ(answer->result.finish, FinishReason::max_tokens) << answer->result.error.message;
    EXPECT_EQ(answer->ids, ids_of_the_cpu());
}

TEST_F(VulkanFaults, experts_may_stay_on_the_cpu) {
    LoadOptions options = options_for(Device::vulkan);
    options.cpu_experts = 2;
    const auto engine = open_engine_on(testing::bundled_model(), options, source_with({}));
    ASSERT_TRUE(engine.ok()) << engine.error().message;
    EXPECT_THAT((*engine)->info().device.placement, HasSubstr("of 2 on the CPU"));
    const auto answer = answer_of(engine);
    ASSERT_TRUE(answer.ok()) << answer.error().message;
    EXPECT_EQ(answer->ids, ids_of_the_cpu());
}

TEST_F(VulkanFaults, no_loader) { expect_fallback_at_load({.no_loader = true}, HasSubstr("libvulkan")); }

TEST_F(VulkanFaults, no_device) { expect_fallback_at_load({.no_device = true}, HasSubstr("no driver offers a device")); }

TEST_F(VulkanFaults, an_old_driver) { expect_fallback_at_load({.old_driver = true}, AllOf(HasSubstr("Vulkan 1.2"), HasSubstr("1.1"))); }

TEST_F(VulkanFaults, out_of_memory_at_load) {
    expect_fallback_at_load({.memory_limit = 4'000'000},
                            AllOf(::testing::ContainsRegex("M(i)?B"), ::testing::ContainsRegex("--device cpu|too little|smaller")));
}

TEST_F(VulkanFaults, a_shader_that_does_not_compile) { expect_fallback_at_load({.broken_shader = "rms_norm"}, HasSubstr("rms_norm")); }

TEST_F(VulkanFaults, out_of_memory_and_a_lost_device_in_the_prompt_and_in_the_answer) {
    for (const bool lost : {false, true}) {
        for (const uint64_t submit : {uint64_t{2}, uint64_t{12}}) {
            SimulatedFaults faults;
            (lost ? faults.device_lost_at_submit : faults.out_of_memory_at_submit) = submit;
            SCOPED_TRACE((lost ? "lost at run " : "out of memory at run ") + std::to_string(submit));
            const auto fallen = answer_of(open(Device::automatic, faults));
            ASSERT_TRUE(fallen.ok()) << fallen.error().message;
            EXPECT_EQ(fallen->ids, ids_of_the_cpu());
            EXPECT_THAT(fallen->result.notice, HasSubstr("goes on with the CPU"));
            std::printf("automatic: %s\n", fallen->result.notice.c_str());
            const auto named = answer_of(open(Device::vulkan, faults));
            ASSERT_TRUE(named.ok()) << named.error().message;
            EXPECT_EQ(named->result.finish, FinishReason::error);
            EXPECT_EQ(named->result.error.code, lost ? ErrorCode::device : ErrorCode::out_of_memory);
            EXPECT_LT(named->ids.size(), kTokens);
        }
    }
    const auto again = answer_of(open(Device::vulkan));
    ASSERT_TRUE(again.ok());
    EXPECT_EQ(again->ids, ids_of_the_cpu()) << "after all that the device can be opened again";
}

TEST_F(VulkanFaults, the_benchmark_tells_where_the_time_goes) {
    BenchmarkOptions options;
    options.load = options_for(Device::vulkan);
    options.prompt_tokens = 8;
    options.generated_tokens = 4;
    options.repeats = 1;
    const auto report = benchmark_model(testing::bundled_model(), options);
    ASSERT_TRUE(report.ok()) << report.error().message;
    EXPECT_EQ(report->model.device.device, Device::vulkan);
    EXPECT_GT(report->device_copy_gb_per_second, 0.0);
    EXPECT_GT(report->dispatches_per_token, 20u);
    ASSERT_FALSE(report->dispatches.empty());
    double sum = 0.0;
    uint32_t count = 0;
    for (const DispatchShare& each : report->dispatches) sum += each.share, count += each.count;
    EXPECT_NEAR(sum, 1.0, 1e-6);
    EXPECT_EQ(count, report->dispatches_per_token);
}

}  // namespace
}  // namespace soliloquy
