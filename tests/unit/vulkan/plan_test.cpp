/// tests/unit/vulkan/plan_test.cpp: plans in segments, for many shapes of steps, on one device.
#include "engine/backend/backend.h"
#include "tests/unit/vulkan/vulkan_fixture.h"

namespace soliloquy {
namespace {

std::vector<uint32_t> some_ids(uint32_t tokens) {
    std::vector<uint32_t> ids(tokens);
    for (uint32_t t = 0; t < tokens; ++t) ids[t] = (7 * t + tokens) % SmallGraph::kRows;
    return ids;
}

class VulkanPlans : public VulkanTest {};

TEST_F(VulkanPlans, run_steps_of_more_sizes_than_they_keep_commands_for) {
    const SmallGraph small;
    const auto device = open();
    const auto weights = device->upload({{small.table}}, nullptr);
    ASSERT_OK(weights);
    const auto plan = device->compile(small.graph, *weights, small.plan_options(20));
    ASSERT_OK(plan);
    for (uint32_t round = 0; round < 2; ++round) {
        for (uint32_t tokens = 1; tokens <= 20; ++tokens) {
            const auto ids = some_ids(tokens);
            ASSERT_OK((*plan)->run({.ids = ids, .position = round}));
            small.expect_rows(**plan, ids);
        }
    }
}

TEST_F(VulkanPlans, refuse_steps_that_they_were_not_compiled_for) {
    const SmallGraph small;
    const auto device = open();
    const auto weights = device->upload({{small.table}}, nullptr);
    ASSERT_OK(weights);
    const auto plan = device->compile(small.graph, *weights, small.plan_options(4));
    ASSERT_OK(plan);
    const auto five = some_ids(5), two = some_ids(2);
    EXPECT_ERROR((*plan)->run({.ids = five}), ErrorCode::internal, "a step of 5 tokens");
    EXPECT_ERROR((*plan)->run({.ids = two, .position = 0, .outputs = 3}), ErrorCode::internal, "3 outputs");
    EXPECT_ERROR((*plan)->run({.ids = {}}), ErrorCode::internal, "a step of 0 tokens");
    EXPECT_ERROR((*plan)->run_segment({.ids = two}, 1), ErrorCode::internal, "segment 1");
}

TEST_F(VulkanPlans, hand_over_between_segments_and_keep_what_the_next_one_needs) {
    // x = table[ids]; [h = 2 x of another device]; y = h + x: x stays on the device, h comes from outside.
    SmallGraph small;
    Graph graph;
    const Tensor x = graph.activation("x", 40), h = graph.activation("h", 40), y = graph.activation("y", 40);
    graph.add(Embed{.y = x, .table = graph.weight(small.table)});
    graph.add(Add{.y = h, .a = x, .b = x});
    graph.add(Add{.y = y, .a = h, .b = x});
    const PlanOptions options{
        .max_tokens = 3,
        .max_outputs = 0,
        .exact = false,
        .segments = {{.first = 0, .end = 1, .inputs = {}, .results = {x}}, {.first = 2, .end = 3, .inputs = {h}, .results = {y}}}};
    const auto device = open();
    const auto weights = device->upload({{small.table}}, nullptr);
    ASSERT_OK(weights);
    const auto plan = device->compile(graph, *weights, options);
    ASSERT_OK(plan);
    for (const uint32_t tokens : {1u, 3u, 2u}) {
        const auto ids = some_ids(tokens);
        ASSERT_OK((*plan)->run_segment({.ids = ids}, 0));
        for (uint32_t t = 0; t < tokens; ++t) {
            for (size_t c = 0; c < 40; ++c) (*plan)->input(h).at(t, c) = 10.0f * (*plan)->rows(x).at(t, c);
        }
        ASSERT_OK((*plan)->run_segment({.ids = ids}, 1));
        for (uint32_t t = 0; t < tokens; ++t) {
            for (size_t c = 0; c < 40; ++c) ASSERT_EQ((*plan)->rows(y).at(t, c), 11.0f * static_cast<float>(ids[t] + c));
        }
    }
}

TEST_F(VulkanPlans, refuse_segments_out_of_order) {
    const SmallGraph small;
    const auto device = open();
    const auto weights = device->upload({{small.table}}, nullptr);
    ASSERT_OK(weights);
    PlanOptions options = small.plan_options();
    options.segments = {{.first = 1, .end = 2}, {.first = 0, .end = 1}};
    EXPECT_ERROR(device->compile(small.graph, *weights, options), ErrorCode::internal, "in its order");
}

TEST_F(VulkanPlans, live_beside_each_other_and_outlive_the_handle_of_their_device) {
    const SmallGraph small;
    auto device = open();
    auto weights = device->upload({{small.table}}, nullptr);
    ASSERT_OK(weights);
    const auto one = device->compile(small.graph, *weights, small.plan_options()),
               two = device->compile(small.graph, *weights, small.plan_options());
    ASSERT_OK(one);
    ASSERT_OK(two);
    device.reset();
    *weights = nullptr;
    const std::vector<uint32_t> a{1, 2}, b{9, 8};
    ASSERT_OK((*one)->run({.ids = a}));
    ASSERT_OK((*two)->run({.ids = b}));
    small.expect_rows(**one, a);
    small.expect_rows(**two, b);
}

TEST_F(VulkanPlans, caches_live_from_step_to_step) {
    SmallGraph small;
    const Tensor cache = small.graph.cache("kv", DType::f32, 8, SmallGraph::kColumns, nullptr);
    small.graph.add(AppendKv{.cache = cache, .x = small.x});
    // One head of 40 numbers attends to itself: with scale 0 the answer is the mean of all cached rows.
    const Tensor mean = small.graph.activation("mean", SmallGraph::kColumns);
    small.graph.add(AttentionGqa{
        .y = mean, .q = small.x, .k = cache, .v = cache, .sinks = {}, .n_heads = 1, .n_kv_heads = 1, .window = 0, .scale = 0.0f});
    const auto device = open();
    const auto weights = device->upload({{small.table}}, nullptr);
    ASSERT_OK(weights);
    PlanOptions options = small.plan_options();
    options.segments = {{.first = 0, .end = small.graph.ops().size(), .inputs = {}, .results = {mean}}};
    const auto plan = device->compile(small.graph, *weights, options);
    ASSERT_OK(plan);
    const std::vector<uint32_t> first{10, 20}, second{60};
    ASSERT_OK((*plan)->run({.ids = first, .position = 0}));
    ASSERT_OK((*plan)->run({.ids = second, .position = 2}));
    EXPECT_NEAR((*plan)->rows(mean).at(0, 0), 30.0f, 1e-4f);
}

TEST_F(VulkanPlans, are_timed_dispatch_by_dispatch) {
    const SmallGraph small;
    const auto device = open();
    const auto weights = device->upload({{small.table}}, nullptr);
    ASSERT_OK(weights);
    const auto plan = device->compile(small.graph, *weights, small.plan_options());
    ASSERT_OK(plan);
    const std::vector<uint32_t> ids{4};
    const auto times = time_vulkan_segment(**plan, {.ids = ids});
    ASSERT_OK(times);
    ASSERT_EQ(times->size(), 2u);
    for (const DispatchTime& each : *times) {
        EXPECT_FALSE(each.label.empty());
        EXPECT_GT(each.seconds, 0.0);
        EXPECT_LT(each.seconds, 10.0);
    }
    small.expect_rows(**plan, ids);

    const auto cpu = compile_for_cpu(small.graph, std::make_shared<ThreadPool>(1), {.max_tokens = 1, .max_outputs = 1});
    ASSERT_OK(cpu);
    EXPECT_ERROR(time_vulkan_segment(**cpu, {.ids = ids}), ErrorCode::invalid_argument, "not one of a Vulkan device");
}

TEST_F(VulkanPlans, speed_of_memory_is_measured) {
    const auto speed = open()->measure_copy_bandwidth();
    ASSERT_OK(speed);
    EXPECT_GT(*speed, 1e7);
    EXPECT_LT(*speed, 1e14);
    std::printf("copies %.1f GB/s\n", *speed / 1e9);
}

}  // namespace
}  // namespace soliloquy
