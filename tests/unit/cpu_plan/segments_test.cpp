/// tests/unit/cpu_plan/segments_test.cpp: a plan that stops at borders computes what a plan without them does, and leaves its results.
#include <gtest/gtest.h>

#include "tests/conformance/op_pair.h"

namespace soliloquy {
namespace {

constexpr size_t kDim = 64, kWide = 96;
constexpr uint32_t kTokens = 3;
constexpr double kTolerance = 1e-9;  // weights of 32 bits: kernels sum in another order than the oracle, and round nothing

/// A feed-forward block and the norm behind it: every fusion of the CPU that has a result of its own.
struct Block {
    explicit Block(RandomWeights& weights) {
        x = graph.activation("x", kDim);
        h = graph.activation("h", kDim);
        gate = graph.activation("gate", kWide);
        up = graph.activation("up", kWide);
        delta = graph.activation("delta", kDim);
        graph.add(Embed{.y = x, .table = graph.weight(weights.make(DType::f32, kDim, kTokens))});
        graph.add(RmsNorm{.y = h, .x = x, .w = graph.weight(weights.make(DType::f32, kDim))});
        graph.add(MatMul{.y = gate, .x = h, .w = graph.weight(weights.make(DType::f32, kDim, kWide, 1, 0.2f))});
        graph.add(MatMul{.y = up, .x = h, .w = graph.weight(weights.make(DType::f32, kDim, kWide, 1, 0.2f))});
        graph.add(SwiGlu{.y = gate, .gate = gate, .up = up});
        graph.add(MatMul{.y = delta, .x = gate, .w = graph.weight(weights.make(DType::f32, kWide, kDim, 1, 0.2f))});
        graph.add(Add{.y = x, .a = x, .b = delta});
        graph.add(RmsNorm{.y = h, .x = x, .w = graph.weight(weights.make(DType::f32, kDim))});
    }
    [[nodiscard]] std::vector<Tensor> all() const { return {x, h, gate, up, delta}; }

    Graph graph;
    Tensor x, h, gate, up, delta;
};

std::unique_ptr<Plan> compiled(const Graph& graph, bool exact, std::vector<Segment> segments, unsigned threads = 2) {
    const PlanOptions options{.max_tokens = kTokens, .max_outputs = 1, .exact = exact, .segments = std::move(segments)};
    auto plan = compile_for_cpu(graph, std::make_shared<ThreadPool>(threads), options);
    if (!plan.ok()) throw std::runtime_error(plan.error().message);
    return std::move(plan).value();
}

std::vector<float> numbers(const Plan& plan, Tensor t) {
    std::vector<float> all;
    const auto rows = plan.rows(t);
    for (size_t r = 0; r < kTokens; ++r) all.insert(all.end(), rows.row(r).begin(), rows.row(r).end());
    return all;
}

const uint32_t kIds[] = {2, 0, 1};
constexpr Step kStep{.ids = kIds, .position = 0, .outputs = 1};

TEST(SegmentsTest, every_border_leaves_every_result_as_the_oracle_has_it) {
    RandomWeights weights(7);
    const Block block(weights);
    const size_t n = block.graph.ops().size();
    size_t compared = 0;
    for (size_t cut = 1; cut <= n; ++cut) {
        const auto oracle = compiled(block.graph, true, {{.first = 0, .end = cut, .inputs = {}, .results = block.all()}});
        const auto fast =
            compiled(block.graph, false, {{.first = 0, .end = cut, .inputs = {}, .results = block.all()}, {.first = cut, .end = n}});
        ASSERT_TRUE(oracle->run_segment(kStep, 0).ok());
        ASSERT_TRUE(fast->run_segment(kStep, 0).ok());
        for (const Tensor t : block.all()) {
            SCOPED_TRACE(block.graph[t].name + " after " + std::to_string(cut) + " ops");
            EXPECT_LE(nmse(numbers(*fast, t), numbers(*oracle, t)), kTolerance);
            ++compared;
        }
    }
    EXPECT_EQ(compared, n * block.all().size());
}

TEST(SegmentsTest, segments_in_turn_equal_the_whole) {
    RandomWeights weights(8);
    const Block block(weights);
    const size_t n = block.graph.ops().size();
    const auto whole = compiled(block.graph, true, {});
    ASSERT_TRUE(whole->run(kStep).ok());
    for (const bool exact : {true, false}) {
        for (size_t cut = 1; cut < n; ++cut) {
            const auto parts = compiled(block.graph, exact, {{.first = 0, .end = cut}, {.first = cut, .end = n}});
            ASSERT_TRUE(parts->run_segment(kStep, 0).ok());
            ASSERT_TRUE(parts->run_segment(kStep, 1).ok());
            EXPECT_LE(nmse(numbers(*parts, block.h), numbers(*whole, block.h)), kTolerance) << "cut behind op " << cut;
        }
    }
}

TEST(SegmentsTest, an_input_comes_from_the_caller) {
    RandomWeights weights(9);
    const Block block(weights);
    const size_t n = block.graph.ops().size();
    const auto whole = compiled(block.graph, false, {});
    const auto tail = compiled(block.graph, false, {{.first = 1, .end = n, .inputs = {block.x}, .results = {block.h}}});
    ASSERT_TRUE(whole->run(kStep).ok());
    const Matrix<float> x = tail->input(block.x);
    const auto& rows = block.graph[std::get<Embed>(block.graph.ops()[0]).table].weight;
    for (size_t t = 0; t < kTokens; ++t) std::memcpy(x.row(t).data(), rows.row(kIds[t]), kDim * sizeof(float));
    ASSERT_TRUE(tail->run_segment(kStep, 0).ok());
    EXPECT_EQ(numbers(*tail, block.h), numbers(*whole, block.h));
}

TEST(SegmentsTest, segments_out_of_order_are_refused) {
    RandomWeights weights(10);
    const Block block(weights);
    for (const std::vector<Segment>& wrong : std::vector<std::vector<Segment>>{
             {{.first = 0, .end = 5}, {.first = 4, .end = 8}}, {{.first = 3, .end = 2}}, {{.first = 0, .end = 9}}}) {
        const auto plan = compile_for_cpu(block.graph, std::make_shared<ThreadPool>(1), {.segments = wrong});
        ASSERT_FALSE(plan.ok());
        EXPECT_NE(plan.error().message.find("segments"), std::string::npos);
    }
}

}  // namespace
}  // namespace soliloquy
