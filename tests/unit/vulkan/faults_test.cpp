/// tests/unit/vulkan/faults_test.cpp: every fault that a machine can have ends in an error that says what to do, and a new start works.
#include "tests/unit/vulkan/vulkan_fixture.h"

namespace soliloquy {
namespace {

using testing::HasSubstr;

TEST(VulkanFaults, no_loader) {
    VulkanOptions options;
    options.faults.no_loader = true;
    EXPECT_ERROR(list_vulkan_devices(options), ErrorCode::not_found, "libvulkan");
    EXPECT_ERROR(open_vulkan_device(std::nullopt, options), ErrorCode::not_found, "go on with the CPU");
}

class VulkanFaultsOfDevice : public VulkanTest {};

TEST_F(VulkanFaultsOfDevice, no_device) {
    EXPECT_ERROR(list_vulkan_devices(options({.no_device = true})), ErrorCode::not_found, "install your graphics card's driver");
    EXPECT_ERROR(open_vulkan_device(0, options({.no_device = true})), ErrorCode::not_found, "no driver offers a device");
}

TEST_F(VulkanFaultsOfDevice, a_number_that_no_device_has) {
    EXPECT_ERROR(open_vulkan_device(99, options()), ErrorCode::not_found, "there is no device 99");
}

TEST_F(VulkanFaultsOfDevice, an_old_driver_is_listed_with_its_problem_and_not_opened) {
    const auto devices = list_vulkan_devices(options({.old_driver = true}));
    ASSERT_OK(devices);
    for (const AcceleratorInfo& each : *devices) EXPECT_THAT(each.problem, HasSubstr("Vulkan 1.2 (its driver knows 1.1.0)"));
    EXPECT_ERROR(open_vulkan_device(index_, options({.old_driver = true})), ErrorCode::unsupported, "update the graphics driver");
}

TEST_F(VulkanFaultsOfDevice, a_device_that_computes_on_the_cpu_is_taken_only_by_name) {
    const auto devices = list_vulkan_devices(options());
    ASSERT_OK(devices);
    if (devices->front().kind != AcceleratorKind::cpu) GTEST_SKIP() << "this machine has a GPU";
    EXPECT_ERROR(open_vulkan_device(std::nullopt, options()), ErrorCode::not_found, "--device vulkan:" + std::to_string(*index_));
}

TEST_F(VulkanFaultsOfDevice, weights_that_do_not_fit) {
    const SmallGraph small;
    const auto device = open(options({.memory_limit = 1 << 20}));
    std::vector<std::byte> much(size_t{2} << 20);
    const Weight large{.name = "ffn_up_exps.weight",
                       .type = DType::f32,
                       .columns = much.size() / 4,
                       .rows = 1,
                       .slices = 1,
                       .row_bytes = much.size(),
                       .slice_bytes = much.size(),
                       .data = much.data()};
    const auto uploaded = device->upload({{large}}, nullptr);
    EXPECT_ERROR(uploaded, ErrorCode::out_of_memory, "weights of the model: 2 MiB do not fit; 1 MiB of 1 MiB are free");
    EXPECT_THAT(uploaded.error().message, HasSubstr("--gpu-layers"));
    EXPECT_TRUE(device->upload({{small.table}}, nullptr).ok()) << "what fits still does";
}

TEST_F(VulkanFaultsOfDevice, a_context_that_does_not_fit) {
    SmallGraph small;
    const Tensor cache = small.graph.cache("kv", DType::f16, 100000, SmallGraph::kColumns, nullptr);
    small.graph.add(AppendKv{.cache = cache, .x = small.y});
    const auto device = open(options({.memory_limit = 1 << 20}));
    const auto weights = device->upload({{small.table}}, nullptr);
    ASSERT_OK(weights);
    EXPECT_ERROR(device->compile(small.graph, *weights, small.plan_options()), ErrorCode::out_of_memory, "choose a shorter context");
}

TEST_F(VulkanFaultsOfDevice, memory_that_ends_in_the_middle_of_a_prompt) {
    const SmallGraph small;
    const auto device = open(options({.out_of_memory_at_submit = 2}));
    const auto weights = device->upload({{small.table}}, nullptr);
    ASSERT_OK(weights);
    const auto plan = device->compile(small.graph, *weights, small.plan_options());
    ASSERT_OK(plan);
    const std::vector<uint32_t> ids{3, 5, 7};
    ASSERT_OK((*plan)->run({.ids = ids}));
    EXPECT_ERROR((*plan)->run({.ids = ids}), ErrorCode::out_of_memory, "close programs that use it");
    ASSERT_OK((*plan)->run({.ids = ids}));
    small.expect_rows(**plan, ids);
}

TEST_F(VulkanFaultsOfDevice, a_shader_that_the_driver_cannot_compile) {
    const SmallGraph small;
    const auto device = open(options({.broken_shader = "add"}));
    const auto weights = device->upload({{small.table}}, nullptr);
    ASSERT_OK(weights);
    const auto plan = device->compile(small.graph, *weights, small.plan_options());
    EXPECT_ERROR(plan, ErrorCode::device, "compiling shader add");
    EXPECT_THAT(plan.error().message, HasSubstr("go on with the CPU"));
}

TEST_F(VulkanFaultsOfDevice, a_lost_device_stays_lost_until_it_is_opened_again) {
    const SmallGraph small;
    const std::vector<uint32_t> ids{1, 2};
    auto device = open(options({.device_lost_at_submit = 2}));
    {
        const auto weights = device->upload({{small.table}}, nullptr);
        ASSERT_OK(weights);
        const auto plan = device->compile(small.graph, *weights, small.plan_options());
        ASSERT_OK(plan);
        ASSERT_OK((*plan)->run({.ids = ids}));
        EXPECT_ERROR((*plan)->run({.ids = ids}), ErrorCode::device, "load the model again");
        EXPECT_ERROR((*plan)->run({.ids = ids}), ErrorCode::device, "VK_ERROR_DEVICE_LOST");
        EXPECT_ERROR(device->compile(small.graph, *weights, small.plan_options()), ErrorCode::device, "VK_ERROR_DEVICE_LOST");
    }
    device = open();
    const auto weights = device->upload({{small.table}}, nullptr);
    ASSERT_OK(weights);
    const auto plan = device->compile(small.graph, *weights, small.plan_options());
    ASSERT_OK(plan);
    ASSERT_OK((*plan)->run({.ids = ids}));
    small.expect_rows(**plan, ids);
}

TEST_F(VulkanFaultsOfDevice, what_a_command_that_never_came_back_works_with_is_not_given_back) {
#if defined(__SANITIZE_ADDRESS__)
    GTEST_SKIP() << "it stays allocated, which is a leak to the sanitizer";
#endif
    const SmallGraph small;
    const std::vector<uint32_t> ids{1, 2};
    {
        const auto device = open(options({.no_answer_at_submit = 1}));
        const auto weights = device->upload({{small.table}}, nullptr);
        ASSERT_OK(weights);
        const auto plan = device->compile(small.graph, *weights, small.plan_options());
        ASSERT_OK(plan);
        EXPECT_ERROR((*plan)->run({.ids = ids}), ErrorCode::device, "no answer for five minutes");
        EXPECT_ERROR((*plan)->run({.ids = ids}), ErrorCode::device, "VK_ERROR_DEVICE_LOST");
    }  // the validation layer knows that the command was not waited for
    const auto device = open();
    const auto weights = device->upload({{small.table}}, nullptr);
    ASSERT_OK(weights);
    const auto plan = device->compile(small.graph, *weights, small.plan_options());
    ASSERT_OK(plan);
    ASSERT_OK((*plan)->run({.ids = ids}));
    small.expect_rows(**plan, ids);
}

}  // namespace
}  // namespace soliloquy
