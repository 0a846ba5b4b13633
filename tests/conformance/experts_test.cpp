/// tests/conformance/experts_test.cpp: the router, and a whole block of routed experts.
#include "tests/conformance/op_pair.h"

namespace soliloquy {
namespace {

struct Block {
    DType gate = DType::q8_0, down = DType::q8_0;
    size_t dim = 256, ff = 128, n_experts = 16, n_used = 2;
    bool biases = false, one_tensor_for_gate_and_up = false;
    float limit = 0.0f;
};

/// Router, experts and the weighted sum, on `tokens` tokens. The logits are far apart, so that both sides choose alike.
void expect_block_conforms(const Block& b, uint32_t tokens, double tolerance) {
    SCOPED_TRACE(::testing::Message() << tokens << " tokens, " << b.n_experts << " experts of " << b.ff << ", " << b.n_used << " used");
    RandomWeights weights(17);
    OpGraph op{.graph = {}, .out = {}, .tokens = tokens};
    Graph& g = op.graph;
    const Tensor x = op.input(weights, b.dim, 0.2f), logits = op.input(weights, b.n_experts, 2.0f);
    const Tensor ids = g.activation("ids", b.n_used, Rows::per_token, DType::i32), w = g.activation("w", b.n_used);
    op.out = g.activation("y", b.dim);
    g.add(Embed{.y = op.out, .table = g.weight(weights.make(DType::f32, b.dim, tokens))});  // the sum goes onto what y holds
    g.add(RouteExperts{.ids = ids, .weights = w, .logits = logits, .normalize = true, .scale = 2.5f});
    const Weight both = weights.make(b.gate, b.dim, 2 * b.ff, b.n_experts);
    const Weight gate = b.one_tensor_for_gate_and_up ? both.rows_from(0, b.ff) : weights.make(b.gate, b.dim, b.ff, b.n_experts);
    const Weight up = b.one_tensor_for_gate_and_up ? both.rows_from(b.ff, b.ff) : weights.make(b.gate, b.dim, b.ff, b.n_experts);
    const auto bias = [&](size_t size) { return b.biases ? g.weight(weights.make(DType::f32, size, b.n_experts)) : Tensor{}; };
    const Tensor gates = g.activation("gates", b.n_used * b.ff), ups = g.activation("ups", b.n_used * b.ff);
    const Tensor downs = g.activation("downs", b.n_used * b.dim);
    g.add(MatMulExperts{.y = gates, .x = x, .w = g.weight(gate), .bias = bias(b.ff), .ids = ids});
    g.add(MatMulExperts{.y = ups, .x = x, .w = g.weight(up), .bias = bias(b.ff), .ids = ids});
    g.add(SwiGlu{.y = gates, .gate = gates, .up = ups, .limit = b.limit});
    g.add(MatMulExperts{
        .y = downs, .x = gates, .w = g.weight(weights.make(b.down, b.ff, b.dim, b.n_experts)), .bias = bias(b.dim), .ids = ids});
    g.add(ScatterAdd{.y = op.out, .x = downs, .weights = w});
    expect_conforms(op, tolerance);
}

TEST(ConformanceExperts, route_experts) {
    for (const Gate gate : {Gate::softmax, Gate::sigmoid, Gate::softmax_selected, Gate::sqrt_softplus}) {
        for (const uint32_t tokens : {1u, 7u, 127u}) {
            RandomWeights weights(19);
            OpGraph op{.graph = {}, .out = {}, .tokens = tokens};
            const Tensor logits = op.input(weights, 64);
            op.out = op.graph.activation("weights", 6);
            const Tensor ids = op.graph.activation("ids", 6, Rows::per_token, DType::i32);
            op.graph.add(RouteExperts{.ids = ids,
                                      .weights = op.out,
                                      .logits = logits,
                                      .bias = op.graph.weight(weights.make(DType::f32, 64, 1, 1, 0.1f)),
                                      .gate = gate,
                                      .n_groups = 8,
                                      .n_groups_used = 4,
                                      .normalize = true,
                                      .scale = 2.5f});
            expect_conforms(op, RouteExperts::max_nmse);
        }
    }
}

TEST(ConformanceExperts, block) {
    for (const uint32_t tokens : {1u, 2u, 7u, 70u}) {
        expect_block_conforms({}, tokens, 5 * MatMulExperts::max_nmse);
        expect_block_conforms({.gate = DType::q4_k, .down = DType::q6_k, .ff = 256, .n_used = 6}, tokens, 5 * MatMulExperts::max_nmse);
        expect_block_conforms({.gate = DType::f32, .down = DType::f32, .dim = 127, .ff = 7, .n_experts = 7, .n_used = 3}, tokens, 1e-8);
        expect_block_conforms({.gate = DType::mxfp4, .down = DType::mxfp4, .biases = true, .limit = 7.0f}, tokens,
                              5 * MatMulExperts::max_nmse);
        expect_block_conforms({.gate = DType::q8_0, .down = DType::f16, .n_used = 1, .one_tensor_for_gate_and_up = true}, tokens,
                              5 * MatMulExperts::max_nmse);
    }
}

TEST(ConformanceExperts, matmul_experts_alone) {
    for (const uint32_t tokens : {1u, 7u}) {
        RandomWeights weights(23);
        OpGraph op{.graph = {}, .out = {}, .tokens = tokens};
        Graph& g = op.graph;
        const Tensor x = op.input(weights, 96), logits = op.input(weights, 8, 2.0f);
        const Tensor ids = g.activation("ids", 3, Rows::per_token, DType::i32), w = g.activation("w", 3);
        g.add(RouteExperts{.ids = ids, .weights = w, .logits = logits});
        op.out = g.activation("y", 3 * 127);
        g.add(MatMulExperts{.y = op.out, .x = x, .w = g.weight(weights.make(DType::q8_0, 96, 127, 8)), .bias = {}, .ids = ids});
        expect_conforms(op, MatMulExperts::max_nmse);
    }
}

TEST(ConformanceExperts, as_many_experts_as_models_have) {
    for (const uint32_t tokens : {1u, 5u, 40u}) {
        expect_block_conforms({.dim = 64, .ff = 32, .n_experts = 512, .n_used = 16}, tokens, 5 * MatMulExperts::max_nmse);
    }
}

/// So many tokens for one expert that they do not fit one tile.
TEST(ConformanceExperts, few_experts_for_many_tokens) {
    expect_block_conforms({.dim = 64, .ff = 32, .n_experts = 2, .n_used = 1}, 200, 5 * MatMulExperts::max_nmse);
    expect_block_conforms({.dim = 64, .ff = 32, .n_experts = 3, .n_used = 3}, 65, 5 * MatMulExperts::max_nmse);
}

/// A layer of a model, twice: norm, router, routed experts and their sum, shared experts and theirs.
TEST(ConformanceExperts, two_layers_with_shared_experts) {
    constexpr size_t kDim = 256, kFf = 96, kShared = 192, kExperts = 8, kUsed = 2;
    for (const uint32_t tokens : {1u, 7u, 40u}) {
        SCOPED_TRACE(tokens);
        RandomWeights weights(29);
        OpGraph op{.graph = {}, .out = {}, .tokens = tokens};
        Graph& g = op.graph;
        const Tensor x = op.input(weights, kDim, 1.0f), h = g.activation("h", kDim), logits = g.activation("logits", kExperts);
        const Tensor ids = g.activation("ids", kUsed, Rows::per_token, DType::i32), w = g.activation("w", kUsed);
        const Tensor gates = g.activation("gates", kUsed * kFf), ups = g.activation("ups", kUsed * kFf);
        const Tensor downs = g.activation("downs", kUsed * kDim), delta = g.activation("delta", kDim);
        const Tensor shared_gate = g.activation("shared_gate", kShared), shared_up = g.activation("shared_up", kShared);
        const auto matrix = [&](DType type, size_t columns, size_t rows, size_t slices = 1, float scale = 0.0f) {
            return g.weight(weights.make(type, columns, rows, slices, scale));
        };
        for (int layer = 0; layer < 2; ++layer) {
            g.add(RmsNorm{.y = h, .x = x, .w = matrix(DType::f32, kDim, 1, 1, 0.2f)});
            g.add(MatMul{.y = logits, .x = h, .w = matrix(DType::f32, kDim, kExperts)});
            g.add(RouteExperts{.ids = ids, .weights = w, .logits = logits, .normalize = true});
            g.add(MatMulExperts{.y = gates, .x = h, .w = matrix(DType::q8_0, kDim, kFf, kExperts), .ids = ids});
            g.add(MatMulExperts{.y = ups, .x = h, .w = matrix(DType::q8_0, kDim, kFf, kExperts), .ids = ids});
            g.add(SwiGlu{.y = gates, .gate = gates, .up = ups});
            g.add(MatMulExperts{.y = downs, .x = gates, .w = matrix(DType::q5_1, kFf, kDim, kExperts), .ids = ids});
            g.add(ScatterAdd{.y = x, .x = downs, .weights = w});
            g.add(MatMul{.y = shared_gate, .x = h, .w = matrix(DType::q8_0, kDim, kShared)});
            g.add(MatMul{.y = shared_up, .x = h, .w = matrix(DType::q8_0, kDim, kShared)});
            g.add(SwiGlu{.y = shared_gate, .gate = shared_gate, .up = shared_up});
            g.add(MatMul{.y = delta, .x = shared_gate, .w = matrix(DType::q8_0, kShared, kDim)});
            g.add(Add{.y = x, .a = x, .b = delta});
        }
        op.out = x;
        expect_conforms(op, 10 * MatMulExperts::max_nmse);
    }
}

}  // namespace
}  // namespace soliloquy
