/// tests/conformance/rows_test.cpp: ops on rows that do not know of each other.
#include "tests/conformance/op_pair.h"

namespace soliloquy {
namespace {

constexpr std::array kDims{1u, 7u, 127u, 7168u};
constexpr std::array kTokens{1u, 2u, 7u, 127u};

/// Calls f(tokens, dim) for every pair of sizes.
template <typename F>
void for_each_size(F&& f) {
    for (const uint32_t tokens : kTokens) {
        for (const uint32_t dim : kDims) {
            SCOPED_TRACE(::testing::Message() << tokens << " tokens, " << dim << " numbers");
            f(tokens, dim);
        }
    }
}

TEST(ConformanceRows, embed) {
    for (const DType type : {DType::f32, DType::f16, DType::q8_0, DType::q4_k, DType::q6_k}) {
        SCOPED_TRACE(dtype_traits(type).name);
        RandomWeights weights(1);
        OpGraph op{.graph = {}, .out = {}, .tokens = 7};
        op.out = op.graph.activation("y", 7168);
        op.graph.add(Embed{.y = op.out, .table = op.graph.weight(weights.make(type, 7168, 7))});
        expect_conforms(op, Embed::max_nmse);
    }
}

TEST(ConformanceRows, rms_norm) {
    for_each_size([](uint32_t tokens, uint32_t dim) {
        RandomWeights weights(dim);
        OpGraph op{.graph = {}, .out = {}, .tokens = tokens};
        const Tensor x = op.input(weights, dim, 3.0f);
        op.out = op.graph.activation("y", dim);
        op.graph.add(RmsNorm{.y = op.out, .x = x, .w = op.graph.weight(weights.make(DType::f32, dim)), .eps = 1e-6f});
        expect_conforms(op, RmsNorm::max_nmse);
    });
}

TEST(ConformanceRows, rms_norm_of_heads_in_place) {
    RandomWeights weights(2);
    OpGraph op{.graph = {}, .out = {}, .tokens = 7};
    op.out = op.graph.activation("x", 5 * 96);
    op.graph.add(Embed{.y = op.out, .table = op.graph.weight(weights.make(DType::f32, 5 * 96, 7))});
    op.graph.add(RmsNorm{.y = op.out, .x = op.out, .w = op.graph.weight(weights.make(DType::f32, 96)), .eps = 1e-5f});
    expect_conforms(op, RmsNorm::max_nmse);
}

TEST(ConformanceRows, rope) {
    auto table = std::make_shared<RopeTable>();
    for (size_t i = 0; i < 32; ++i) table->frequencies.push_back(static_cast<float>(std::pow(10000.0, -static_cast<double>(i) / 32.0)));
    table->magnitude = 1.2f;
    for (const RopePairs pairs : {RopePairs::interleaved, RopePairs::halves}) {
        for (const uint32_t tokens : kTokens) {
            SCOPED_TRACE(tokens);
            RandomWeights weights(3);
            OpGraph op{.graph = {}, .out = {}, .tokens = tokens, .position = 1000};
            op.out = op.graph.activation("x", 3 * 192);
            op.graph.add(Embed{.y = op.out, .table = op.graph.weight(weights.make(DType::f32, 3 * 192, tokens))});
            op.graph.add(Rope{.x = op.out, .table = table, .pairs = pairs, .head_dim = 192, .offset = 128});
            expect_conforms(op, Rope::max_nmse);
        }
    }
}

TEST(ConformanceRows, swiglu) {
    for (const float limit : {0.0f, 7.0f}) {
        for_each_size([limit](uint32_t tokens, uint32_t dim) {
            RandomWeights weights(dim + 1);
            OpGraph op{.graph = {}, .out = {}, .tokens = tokens};
            const Tensor gate = op.input(weights, dim, 5.0f), up = op.input(weights, dim, 5.0f);
            op.out = op.graph.activation("y", dim);
            op.graph.add(SwiGlu{.y = op.out, .gate = gate, .up = up, .limit = limit});
            expect_conforms(op, SwiGlu::max_nmse);
        });
    }
}

TEST(ConformanceRows, add) {
    for_each_size([](uint32_t tokens, uint32_t dim) {
        RandomWeights weights(dim + 2);
        OpGraph op{.graph = {}, .out = {}, .tokens = tokens};
        const Tensor a = op.input(weights, dim), b = op.input(weights, dim);
        op.out = op.graph.activation("y", dim);
        op.graph.add(Add{.y = op.out, .a = a, .b = b});
        expect_conforms(op, Add::max_nmse);
    });
}

TEST(ConformanceRows, scatter_add) {
    for_each_size([](uint32_t tokens, uint32_t dim) {
        RandomWeights weights(dim + 3);
        OpGraph op{.graph = {}, .out = {}, .tokens = tokens};
        const Tensor x = op.input(weights, size_t{3} * dim), w = op.input(weights, 3);
        op.out = op.graph.activation("y", dim);
        op.graph.add(Embed{.y = op.out, .table = op.graph.weight(weights.make(DType::f32, dim, tokens))});
        op.graph.add(ScatterAdd{.y = op.out, .x = x, .weights = w});
        expect_conforms(op, ScatterAdd::max_nmse);
    });
}

TEST(ConformanceRows, select_rows) {
    for (const uint32_t outputs : {1u, 3u, 7u}) {
        RandomWeights weights(5);
        OpGraph op{.graph = {}, .out = {}, .tokens = 7, .position = 0, .outputs = outputs};
        const Tensor x = op.input(weights, 127);
        op.out = op.graph.activation("y", 127, Rows::per_output);
        op.graph.add(SelectRows{.y = op.out, .x = x});
        expect_conforms(op, SelectRows::max_nmse);
    }
}

/// Rows 4 to 8 of a cache of 12 rows, appended by the oracle and by the backend; nothing else is touched.
std::array<std::vector<std::byte>, 2> appended(DType type, uint32_t dim, float scale) {
    std::array<std::vector<std::byte>, 2> caches;
    for (const bool exact : {true, false}) {
        RandomWeights weights(6);
        std::vector<std::byte>& cache = caches[exact ? 0 : 1];
        const size_t row = row_bytes(type, dim);
        cache.assign(12 * row, std::byte{0x5a});
        OpGraph op{.graph = {}, .out = {}, .tokens = 5, .position = 4};
        op.out = op.input(weights, dim, scale);
        op.graph.add(AppendKv{.cache = op.graph.cache("kv", type, 12, dim, cache.data()), .x = op.out});
        run_graph(op, exact, 2);
        for (size_t i = 0; i < cache.size(); ++i) {
            const bool other_row = i < 4 * row || i >= 9 * row;
            EXPECT_TRUE(!other_row || cache[i] == std::byte{0x5a}) << "byte " << i;
        }
    }
    return caches;
}

TEST(ConformanceRows, append_kv_rounds_to_the_nearest_half_and_touches_no_other_row) {
    // Numbers around 1, below the smallest normal F16, around its smallest number, and beyond its largest.
    for (const float scale : {1.0f, 5e-5f, 1e-7f, 1e5f}) {
        for (const uint32_t dim : kDims) {
            const auto [oracle, found] = appended(DType::f16, dim, scale);
            EXPECT_EQ(oracle, found) << dim << " numbers of " << scale;
        }
    }
}

TEST(ConformanceRows, append_kv_in_blocks_of_8_bits) {
    for (const float scale : {1.0f, 1e-3f, 0.0f}) {
        for (const uint32_t dim : {32u, 96u, 7168u}) {
            const auto [oracle, found] = appended(DType::q8_0, dim, scale);
            size_t different = 0;  // a quotient halfway between two integers may round to either
            for (size_t i = 0; i < oracle.size(); ++i) different += oracle[i] != found[i] ? 1 : 0;
            EXPECT_LE(different, oracle.size() / 1000) << dim << " numbers of " << scale;
        }
    }
}

struct Router {
    Gate gate;
    uint32_t n_experts, n_used, n_groups, n_groups_used;
    bool bias, normalize;
};

/// The ids are compared as bits: numbers of the kind that no rounding forgives.
TEST(ConformanceRows, route_experts_chooses_the_same_experts) {
    for (const Router& r : {Router{Gate::softmax, 64, 6, 1, 1, false, false},
                            {Gate::softmax, 128, 8, 1, 1, false, true},
                            {Gate::sigmoid, 256, 8, 8, 4, true, true},
                            {Gate::softmax_selected, 32, 4, 1, 1, false, false},
                            {Gate::sqrt_softplus, 384, 6, 1, 1, true, true},
                            {Gate::softmax, 160, 6, 8, 3, false, false},
                            {Gate::softmax, 512, 16, 1, 1, false, true},
                            {Gate::sigmoid, 7, 7, 7, 7, true, true},
                            {Gate::softmax_selected, 6, 2, 1, 1, true, true},
                            {Gate::softmax, 1, 1, 1, 1, false, true}}) {
        for (const bool ids : {false, true}) {
            SCOPED_TRACE(::testing::Message() << r.n_used << " of " << r.n_experts << ", gate " << static_cast<int>(r.gate));
            RandomWeights weights(7);
            OpGraph op{.graph = {}, .out = {}, .tokens = 9};
            Graph& g = op.graph;
            const Tensor logits = op.input(weights, r.n_experts, 2.0f), w = g.activation("weights", r.n_used);
            const Tensor chosen = g.activation("ids", r.n_used, Rows::per_token, DType::i32);
            g.add(RouteExperts{.ids = chosen,
                               .weights = w,
                               .logits = logits,
                               .bias = r.bias ? g.weight(weights.make(DType::f32, r.n_experts, 1, 1, 0.1f)) : Tensor{},
                               .gate = r.gate,
                               .n_groups = r.n_groups,
                               .n_groups_used = r.n_groups_used,
                               .normalize = r.normalize,
                               .scale = 2.5f});
            op.out = ids ? chosen : w;
            expect_conforms(op, ids ? 0.0 : RouteExperts::max_nmse);
        }
    }
}

/// Equal logits everywhere: the lower index first, whatever finds the greatest.
TEST(ConformanceRows, route_experts_keeps_the_order_of_equals) {
    for (const uint32_t n_groups : {1u, 8u}) {
        const std::vector<float> equal(128, 0.5f);
        Weight rows{.name = "logits", .type = DType::f32, .columns = 64, .rows = 2, .row_bytes = 256, .slice_bytes = 512};
        rows.data = reinterpret_cast<const std::byte*>(equal.data());
        OpGraph op{.graph = {}, .out = {}, .tokens = 2};
        Graph& g = op.graph;
        const Tensor logits = g.activation("logits", 64), w = g.activation("weights", 6);
        g.add(Embed{.y = logits, .table = g.weight(rows)});
        op.out = g.activation("ids", 6, Rows::per_token, DType::i32);
        g.add(RouteExperts{.ids = op.out, .weights = w, .logits = logits, .n_groups = n_groups, .n_groups_used = 1 + n_groups / 2});
        expect_conforms(op, 0.0);
    }
}

}  // namespace
}  // namespace soliloquy
