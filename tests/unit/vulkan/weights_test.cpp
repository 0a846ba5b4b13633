/// tests/unit/vulkan/weights_test.cpp: weights reach the device whole and once, however they are copied.
#include <sys/mman.h>

#include "tests/unit/vulkan/vulkan_fixture.h"

namespace soliloquy {
namespace {

class VulkanWeights : public VulkanTest {
  protected:
    static constexpr size_t kColumns = 1 << 12, kRows = 1 << 13;  // 128 MiB: eight chunks
    /// Looks up the first, a middle and the last row.
    void expect_table_arrives(Accelerator& device) {
        std::vector<float> numbers(kColumns * kRows);
        for (size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<float>(i % 16777213);
        const Weight table = f32("table", numbers.data(), kColumns, kRows);
        float last = 0.0f;
        size_t calls = 0;
        const auto uploaded = device.upload({{table}}, [&](float share) {
            EXPECT_GT(share, last);
            last = share;
            ++calls;
            return true;
        });
        ASSERT_OK(uploaded);
        EXPECT_EQ(last, 1.0f);
        EXPECT_GE(calls, 8u);
        Graph graph;
        const Tensor y = graph.activation("y", kColumns);
        graph.add(Embed{.y = y, .table = graph.weight(table)});
        const auto plan =
            device.compile(graph, *uploaded, {.max_tokens = 4, .max_outputs = 0, .segments = {{.first = 0, .end = 1, .results = {y}}}});
        ASSERT_OK(plan);
        const std::vector<uint32_t> ids{0, kRows / 2 + 1, kRows - 1};
        ASSERT_OK((*plan)->run({.ids = ids}));
        for (size_t t = 0; t < ids.size(); ++t) {
            const auto row = (*plan)->rows(y).row(t);
            EXPECT_TRUE(std::equal(row.begin(), row.end(), numbers.begin() + static_cast<ptrdiff_t>(ids[t] * kColumns))) << ids[t];
        }
    }
    static Weight f32(std::string_view name, const float* data, uint64_t columns, uint64_t rows) {
        return {.name = name,
                .type = DType::f32,
                .columns = columns,
                .rows = rows,
                .slices = 1,
                .row_bytes = columns * sizeof(float),
                .slice_bytes = columns * rows * sizeof(float),
                .data = reinterpret_cast<const std::byte*>(data)};
    }
};

TEST_F(VulkanWeights, arrive_in_place) { expect_table_arrives(*open()); }

TEST_F(VulkanWeights, arrive_through_staging_memory) {
    VulkanOptions staged = options();
    staged.always_stage = true;
    expect_table_arrives(*open(staged));
}

TEST_F(VulkanWeights, that_overlap_are_copied_once) {
    const SmallGraph small;
    const auto device = open();
    const Weight first = small.table.rows_from(0, 40), second = small.table.rows_from(30, 34);
    const auto once = device->upload({{small.table}}, nullptr);
    const auto thrice = device->upload({{second, first, small.table, first}}, nullptr);
    ASSERT_OK(once);
    ASSERT_OK(thrice);
    EXPECT_EQ((*thrice)->bytes(), (*once)->bytes());

    Graph graph;
    const Tensor y = graph.activation("y", SmallGraph::kColumns);
    graph.add(Embed{.y = y, .table = graph.weight(second)});
    const auto plan =
        device->compile(graph, *thrice, {.max_tokens = 1, .max_outputs = 0, .segments = {{.first = 0, .end = 1, .results = {y}}}});
    ASSERT_OK(plan);
    const std::vector<uint32_t> ids{3};
    ASSERT_OK((*plan)->run({.ids = ids}));
    EXPECT_EQ((*plan)->rows(y).at(0, 1), 34.0f);  // row 33 of the table
}

TEST_F(VulkanWeights, can_be_cancelled) {
    const std::vector<float> numbers(kColumns * 2048);
    for (const bool stage : {false, true}) {
        VulkanOptions with = options();
        with.always_stage = stage;
        const auto device = open(with);
        size_t calls = 0;
        const auto uploaded = device->upload({{f32("table", numbers.data(), kColumns, 2048)}}, [&](float) { return ++calls < 2; });
        EXPECT_ERROR(uploaded, ErrorCode::cancelled, "cancelled");
        EXPECT_EQ(calls, 2u);
    }
}

TEST_F(VulkanWeights, that_were_not_uploaded_are_an_error_of_the_plan) {
    const SmallGraph small;
    const auto device = open(), other = open();
    const auto part = device->upload({{small.table.rows_from(0, 8)}}, nullptr);
    ASSERT_OK(part);
    EXPECT_ERROR(device->compile(small.graph, *part, small.plan_options()), ErrorCode::internal, "tensor table was not copied");
    EXPECT_ERROR(other->compile(small.graph, *part, small.plan_options()), ErrorCode::internal, "were not copied to device");
}

TEST_F(VulkanWeights, of_a_tensor_larger_than_any_buffer_name_the_tensor) {
    constexpr size_t kBytes = size_t{5} << 30;
    void* nothing = mmap(nullptr, kBytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    ASSERT_NE(nothing, MAP_FAILED);
    const Weight huge = f32("blk.3.ffn_down_exps.weight", static_cast<const float*>(nothing), 1024, kBytes / 4096);
    EXPECT_ERROR(open()->upload({{huge}}, nullptr), ErrorCode::unsupported,
                 "tensor blk.3.ffn_down_exps.weight needs 5120 MiB in one piece");
    munmap(nothing, kBytes);
}

}  // namespace
}  // namespace soliloquy
