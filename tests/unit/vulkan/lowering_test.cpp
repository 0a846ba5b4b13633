/// tests/unit/vulkan/lowering_test.cpp: what needs a barrier, and what nobody reads any more. Needs no device.
#include "engine/backend/vulkan/lowering.h"

#include <gtest/gtest.h>

#include "engine/backend/vulkan/recording.h"

namespace soliloquy::vulkan {
namespace {

Dispatch uses(std::vector<Resource> reads, std::vector<Resource> writes) {
    Dispatch dispatch;
    dispatch.reads = std::move(reads);
    dispatch.writes = std::move(writes);
    return dispatch;
}

TEST(VulkanHazards, a_barrier_stands_where_reads_and_writes_meet_and_nowhere_else) {
    Hazards hazards(8);
    EXPECT_FALSE(hazards.needs_barrier(uses({}, {1})));
    EXPECT_FALSE(hazards.needs_barrier(uses({2}, {3}))) << "others' memory";
    EXPECT_FALSE(hazards.needs_barrier(uses({2}, {4}))) << "two may read";
    EXPECT_TRUE(hazards.needs_barrier(uses({1}, {5}))) << "read after write";
    EXPECT_FALSE(hazards.needs_barrier(uses({3}, {6}))) << "written before the barrier";
    EXPECT_TRUE(hazards.needs_barrier(uses({}, {3}))) << "write after read";
    EXPECT_TRUE(hazards.needs_barrier(uses({}, {3}))) << "write after write";
    EXPECT_FALSE(hazards.needs_barrier(uses({5}, {1}))) << "read before the barrier";
}

/// A graph without memory.
class NoMemory final : public Binding {
  public:
    NoMemory(const Graph& graph, std::vector<Segment> segments) : graph_(graph) { options_.segments = std::move(segments); }
    [[nodiscard]] const Graph& graph() const noexcept override { return graph_; }
    [[nodiscard]] const PlanOptions& options() const noexcept override { return options_; }
    [[nodiscard]] const DeviceTraits& traits() const noexcept override { return traits_; }
    [[nodiscard]] Address address(Tensor) const noexcept override { return 256; }
    [[nodiscard]] uint32_t stride(Tensor) const noexcept override { return 16; }
    [[nodiscard]] Address step_block() const noexcept override { return 256; }
    [[nodiscard]] Result<Address> rotations(const std::shared_ptr<const RopeTable>&) override { return Address{256}; }
    [[nodiscard]] Result<Address> constant(std::span<const std::byte>) override { return Address{256}; }
    [[nodiscard]] Result<Scratch> scratch(std::string_view, uint64_t) override { return Scratch{256, 99}; }

  private:
    const Graph& graph_;
    PlanOptions options_;
    DeviceTraits traits_;
};

class VulkanLiveness : public testing::Test {
  protected:
    VulkanLiveness() {
        a = graph.activation("a", 16);
        left = graph.view(a, 0, 8);
        right = graph.view(a, 8, 8);
        b = graph.activation("b", 8);
        c = graph.activation("c", 8);
        graph.add(Add{.y = b, .a = left, .b = left});   // 0
        graph.add(Add{.y = c, .a = b, .b = right});     // 1
        graph.add(Add{.y = left, .a = c, .b = c});      // 2
        graph.add(Add{.y = b, .a = left, .b = right});  // 3
    }
    bool dead(std::vector<Segment> segments, size_t segment, Tensor t, size_t i) {
        NoMemory memory(graph, std::move(segments));
        return Lowering(memory, memory.options().segments[segment], true).is_dead(t, i);
    }
    Graph graph;
    Tensor a, left, right, b, c;
};

TEST_F(VulkanLiveness, reads_keep_alive_and_writes_end_it) {
    const std::vector<Segment> whole{{.first = 0, .end = 4}};
    EXPECT_FALSE(dead(whole, 0, b, 1)) << "op 1 reads it";
    EXPECT_TRUE(dead(whole, 0, b, 2)) << "op 3 writes it first";
    EXPECT_FALSE(dead(whole, 0, c, 2));
    EXPECT_TRUE(dead(whole, 0, c, 3));
    EXPECT_TRUE(dead(whole, 0, left, 1)) << "op 2 writes it; op 1 reads the other half";
    EXPECT_FALSE(dead(whole, 0, a, 1)) << "op 1 reads a half of it";
    EXPECT_FALSE(dead(whole, 0, right, 2));
    EXPECT_TRUE(dead(whole, 0, right, 4));
}

TEST_F(VulkanLiveness, results_are_alive_until_their_segment_ends) {
    EXPECT_FALSE(dead({{.first = 0, .end = 4, .inputs = {}, .results = {b}}}, 0, b, 4));
    EXPECT_FALSE(dead({{.first = 0, .end = 4, .inputs = {}, .results = {a}}}, 0, left, 4));
    EXPECT_TRUE(dead({{.first = 0, .end = 4, .inputs = {}, .results = {b}}}, 0, c, 4));
    EXPECT_TRUE(dead({{.first = 0, .end = 2, .inputs = {}, .results = {b}}, {.first = 2, .end = 4}}, 1, b, 2)) << "it has left";
}

TEST_F(VulkanLiveness, what_a_later_segment_reads_is_alive_unless_it_comes_from_outside) {
    EXPECT_FALSE(dead({{.first = 0, .end = 2}, {.first = 2, .end = 4}}, 0, c, 2));
    EXPECT_TRUE(dead({{.first = 0, .end = 2}, {.first = 2, .end = 4, .inputs = {c}, .results = {}}}, 0, c, 2));
    EXPECT_TRUE(dead({{.first = 0, .end = 2}, {.first = 3, .end = 4}}, 0, c, 2)) << "op 2 is another device's";
}

}  // namespace
}  // namespace soliloquy::vulkan
