/// tests/conformance/attention_test.cpp: attention over F16 caches, short and long, one token and many.
#include "tests/conformance/op_pair.h"

namespace soliloquy {
namespace {

struct Past {
    uint32_t tokens, position;
};
// One token at the ends of blocks and chunks of positions; batches that begin at 0 and behind a long past.
constexpr std::array kPasts{Past{1, 0},    Past{1, 6}, Past{1, 127}, Past{1, 128},  Past{1, 255}, Past{1, 256},
                            Past{1, 1000}, Past{2, 0}, Past{7, 126}, Past{33, 250}, Past{70, 0}};

struct Gqa {
    uint32_t n_heads, n_kv_heads;
    size_t key_dim, value_dim;
    uint32_t window;
    bool sinks;
};

void add_gqa(OpGraph& op, RandomWeights& weights, const Gqa& shape, DType type) {
    Graph& g = op.graph;
    const size_t context = op.position + op.tokens + 5;
    const Tensor q = op.input(weights, shape.n_heads * shape.key_dim);
    const size_t k_columns = shape.n_kv_heads * shape.key_dim, v_columns = shape.n_kv_heads * shape.value_dim;
    const Tensor k = g.cache("k", type, context, k_columns, weights.cache(type, context * k_columns));
    const Tensor v = g.cache("v", type, context, v_columns, weights.cache(type, context * v_columns));
    op.out = g.activation("y", shape.n_heads * shape.value_dim);
    g.add(AttentionGqa{.y = op.out,
                       .q = q,
                       .k = k,
                       .v = v,
                       .sinks = shape.sinks ? g.weight(weights.make(DType::f32, shape.n_heads)) : Tensor{},
                       .n_heads = shape.n_heads,
                       .n_kv_heads = shape.n_kv_heads,
                       .window = shape.window,
                       .scale = 1.0f / std::sqrt(static_cast<float>(shape.key_dim))});
}

TEST(ConformanceAttention, gqa) {
    for (const Gqa& shape : {Gqa{8, 2, 64, 64, 0, false},
                             {7, 7, 32, 32, 0, false},
                             {9, 3, 64, 64, 32, true},
                             {4, 1, 127, 7, 0, true},
                             {1, 1, 1, 1, 1, false},
                             {40, 1, 128, 128, 129, true}}) {
        for (const Past& past : kPasts) {
            SCOPED_TRACE(::testing::Message() << shape.n_heads << "/" << shape.n_kv_heads << " heads of " << shape.key_dim << ", window "
                                              << shape.window << ", " << past.tokens << " tokens at " << past.position);
            RandomWeights weights(29);
            OpGraph op{.graph = {}, .out = {}, .tokens = past.tokens, .position = past.position};
            add_gqa(op, weights, shape, DType::f16);
            expect_conforms(op, AttentionGqa::max_nmse);
        }
    }
}

TEST(ConformanceAttention, mla) {
    for (const DType type : {DType::f32, DType::f16, DType::q8_0, DType::q4_0}) {
        for (const uint32_t n_heads : {1u, 8u, 20u}) {
            for (const Past& past : kPasts) {
                SCOPED_TRACE(::testing::Message()
                             << dtype_traits(type).name << ", " << n_heads << " heads, " << past.tokens << " tokens at " << past.position);
                RandomWeights weights(31);
                OpGraph op{.graph = {}, .out = {}, .tokens = past.tokens, .position = past.position};
                Graph& g = op.graph;
                const size_t context = past.position + past.tokens + 5, latent = 64, nope = 32, rope = 16, value = 24;
                op.out = g.activation("y", n_heads * value);
                const Tensor q = op.input(weights, n_heads * (nope + rope), 0.3f);
                const Tensor cache =
                    g.cache("kv", DType::f16, context, latent + rope, weights.cache(DType::f16, context * (latent + rope)));
                auto table = std::make_shared<RopeTable>();
                for (size_t i = 0; i < rope / 2; ++i) table->frequencies.push_back(1.0f / static_cast<float>(1 + 10 * i));
                g.add(Rope{.x = q, .table = table, .pairs = RopePairs::interleaved, .head_dim = nope + rope, .offset = nope});
                g.add(AttentionMla{.y = op.out,
                                   .q = q,
                                   .cache = cache,
                                   .k_b = g.weight(weights.make(type, nope, latent, n_heads)),
                                   .v_b = g.weight(weights.make(type, latent, value, n_heads)),
                                   .n_heads = n_heads,
                                   .scale = 0.05f});
                expect_conforms(op, dtype_traits(type).quantized ? AttentionMla::max_nmse : AttentionMla::max_nmse_float);
            }
        }
    }
}

TEST(ConformanceAttention, gqa_heads_of_any_size_over_caches_of_any_type) {
    constexpr DType f32 = DType::f32, f16 = DType::f16, q8_0 = DType::q8_0;
    for (const auto& [shape, type] : {std::pair{Gqa{4, 2, 80, 80, 0, false}, f16},
                                      {Gqa{6, 2, 96, 96, 50, true}, f32},
                                      {Gqa{2, 1, 256, 256, 0, true}, f16},
                                      {Gqa{12, 1, 64, 192, 0, false}, f32},
                                      {Gqa{3, 1, 5, 3, 0, false}, f32},
                                      {Gqa{2, 1, 18, 520, 0, false}, f16},
                                      {Gqa{6, 2, 96, 32, 50, true}, q8_0}}) {
        for (const Past& past : {Past{1, 700}, Past{9, 61}}) {
            SCOPED_TRACE(::testing::Message() << shape.n_heads << "/" << shape.n_kv_heads << " heads of " << shape.key_dim << ", "
                                              << dtype_traits(type).name << ", " << past.tokens << " tokens at " << past.position);
            RandomWeights weights(37);
            OpGraph op{.graph = {}, .out = {}, .tokens = past.tokens, .position = past.position};
            add_gqa(op, weights, shape, type);
            expect_conforms(op, AttentionGqa::max_nmse);
        }
    }
}

/// Heads that a matrix unit takes, and steps of many tokens, whose keys and values are expanded where that costs less than to absorb.
TEST(ConformanceAttention, mla_of_many_tokens) {
    for (const DType type : {DType::q8_0, DType::q4_0}) {
        for (const uint32_t n_heads : {1u, 5u}) {
            for (const Past& past : {Past{16, 0}, Past{33, 250}, Past{70, 0}, Past{150, 3}, Past{200, 513}, Past{40, 3000}}) {
                SCOPED_TRACE(::testing::Message()
                             << dtype_traits(type).name << ", " << n_heads << " heads, " << past.tokens << " tokens at " << past.position);
                RandomWeights weights(37);
                OpGraph op{.graph = {}, .out = {}, .tokens = past.tokens, .position = past.position};
                Graph& g = op.graph;
                const size_t context = past.position + past.tokens + 5, latent = 64, nope = 32, rope = 20, value = 48;
                op.out = g.activation("y", n_heads * value);
                const Tensor q = op.input(weights, n_heads * (nope + rope), 0.3f);
                const Tensor cache =
                    g.cache("kv", DType::f16, context, latent + rope, weights.cache(DType::f16, context * (latent + rope)));
                auto table = std::make_shared<RopeTable>();
                for (size_t i = 0; i < rope / 2; ++i) table->frequencies.push_back(1.0f / static_cast<float>(1 + 10 * i));
                g.add(Rope{.x = q, .table = table, .pairs = RopePairs::interleaved, .head_dim = nope + rope, .offset = nope});
                g.add(AttentionMla{.y = op.out,
                                   .q = q,
                                   .cache = cache,
                                   .k_b = g.weight(weights.make(type, nope, latent, n_heads)),
                                   .v_b = g.weight(weights.make(type, latent, value, n_heads)),
                                   .n_heads = n_heads,
                                   .scale = 0.05f});
                expect_conforms(op, AttentionMla::max_nmse);
            }
        }
    }
}

/// Before weights in blocks, attention may round keys, values and weights to BF16.
TEST(ConformanceAttention, gqa_before_a_projection_of_8_bits) {
    for (const Gqa& shape : {Gqa{8, 2, 64, 64, 0, false},
                             {12, 1, 96, 80, 0, true},
                             {16, 2, 127, 32, 32, true},
                             {20, 1, 48, 16, 0, false},
                             {9, 9, 32, 32, 0, false}}) {
        for (const Past& past : {Past{1, 300}, Past{2, 0}, Past{33, 250}, Past{150, 1}, Past{70, 0}}) {
            SCOPED_TRACE(::testing::Message() << shape.n_heads << "/" << shape.n_kv_heads << " heads of " << shape.key_dim << ", window "
                                              << shape.window << ", " << past.tokens << " tokens at " << past.position);
            RandomWeights weights(43);
            OpGraph op{.graph = {}, .out = {}, .tokens = past.tokens, .position = past.position};
            add_gqa(op, weights, shape, DType::f16);
            const Tensor y = op.graph.activation("projected", 50);
            op.graph.add(MatMul{.y = y, .x = op.out, .w = op.graph.weight(weights.make(DType::q8_0, shape.n_heads * shape.value_dim, 50))});
            op.out = y;
            expect_conforms(op, MatMul::max_nmse);
        }
    }
}

TEST(ConformanceAttention, gqa_over_a_long_past) {
    for (const Gqa& shape : {Gqa{8, 2, 64, 64, 0, false}, {8, 2, 64, 64, 1000, true}}) {
        RandomWeights weights(41);
        OpGraph op{.graph = {}, .out = {}, .tokens = 1, .position = 9000};
        add_gqa(op, weights, shape, DType::f16);
        expect_conforms(op, AttentionGqa::max_nmse);
    }
}

/// A table that turns slowly and fast.
std::shared_ptr<const RopeTable> rope_table(size_t pairs) {
    auto table = std::make_shared<RopeTable>();
    for (size_t i = 0; i < pairs; ++i) table->frequencies.push_back(1.0f / static_cast<float>(1 + 10 * i));
    table->magnitude = 1.1f;
    return table;
}

enum class Norms { none, heads, whole };

TEST(ConformanceAttention, gqa_with_norms_rotations_and_appends) {
    for (const Norms norms : {Norms::none, Norms::heads, Norms::whole}) {
        for (const RopePairs pairs : {RopePairs::interleaved, RopePairs::halves}) {
            for (const Past& past : {Past{1, 0}, Past{1, 130}, Past{7, 61}}) {
                SCOPED_TRACE(::testing::Message() << "norms " << static_cast<int>(norms) << ", pairs " << static_cast<int>(pairs) << ", "
                                                  << past.tokens << " tokens at " << past.position);
                RandomWeights weights(43);
                OpGraph op{.graph = {}, .out = {}, .tokens = past.tokens, .position = past.position};
                Graph& g = op.graph;
                const size_t context = past.position + past.tokens + 5, head = 32, value = 24, k_columns = 2 * head, v_columns = 2 * value;
                const Tensor q = op.input(weights, 6 * head), k = op.input(weights, k_columns), v = op.input(weights, v_columns);
                op.out = g.activation("y", 6 * value);
                if (norms != Norms::none) {
                    const bool heads = norms == Norms::heads;
                    g.add(RmsNorm{.y = q, .x = q, .w = g.weight(weights.make(DType::f32, heads ? head : 6 * head)), .eps = 1e-5f});
                    g.add(RmsNorm{.y = k, .x = k, .w = g.weight(weights.make(DType::f32, heads ? head : k_columns)), .eps = 1e-5f});
                }
                const auto table = rope_table(12);  // not all of a head
                g.add(Rope{.x = q, .table = table, .pairs = pairs, .head_dim = head, .offset = 4});
                g.add(Rope{.x = k, .table = table, .pairs = pairs, .head_dim = head, .offset = 4});
                const Tensor keys = g.cache("k", DType::f16, context, k_columns, weights.cache(DType::f16, context * k_columns));
                const Tensor values = g.cache("v", DType::f16, context, v_columns, weights.cache(DType::f16, context * v_columns));
                g.add(AppendKv{.cache = keys, .x = k});
                g.add(AppendKv{.cache = values, .x = v});
                g.add(AttentionGqa{.y = op.out, .q = q, .k = keys, .v = values, .n_heads = 6, .n_kv_heads = 2, .scale = 0.2f});
                expect_conforms(op, AttentionGqa::max_nmse);
            }
        }
    }
}

TEST(ConformanceAttention, mla_with_norm_rotations_and_append) {
    for (const auto& [norm, type] : {std::pair{true, DType::f16}, {false, DType::f16}, {true, DType::q8_0}}) {
        for (const Past& past : {Past{1, 0}, Past{1, 600}, Past{7, 61}}) {
            SCOPED_TRACE(::testing::Message() << (norm ? "norm, " : "") << dtype_traits(type).name << ", " << past.tokens << " tokens at "
                                              << past.position);
            RandomWeights weights(47);
            OpGraph op{.graph = {}, .out = {}, .tokens = past.tokens, .position = past.position};
            Graph& g = op.graph;
            const uint32_t n_heads = 4;
            const size_t context = past.position + past.tokens + 5, latent = 64, nope = 32, rope = 32, value = 24, row = latent + rope;
            op.out = g.activation("y", n_heads * value);
            const Tensor q = op.input(weights, n_heads * (nope + rope), 0.3f), kv = op.input(weights, row);
            const Tensor kv_latent = g.view(kv, 0, latent), kv_rope = g.view(kv, latent, rope);
            if (norm) g.add(RmsNorm{.y = kv_latent, .x = kv_latent, .w = g.weight(weights.make(DType::f32, latent)), .eps = 1e-6f});
            const auto table = rope_table(rope / 2);
            g.add(Rope{.x = kv_rope, .table = table, .pairs = RopePairs::interleaved, .head_dim = rope, .offset = 0});
            g.add(Rope{.x = q, .table = table, .pairs = RopePairs::interleaved, .head_dim = nope + rope, .offset = nope});
            const Tensor cache = g.cache("kv", type, context, row, weights.cache(type, context * row));
            g.add(AppendKv{.cache = cache, .x = kv});
            g.add(AttentionMla{.y = op.out,
                               .q = q,
                               .cache = cache,
                               .k_b = g.weight(weights.make(DType::f32, nope, latent, n_heads)),
                               .v_b = g.weight(weights.make(DType::f32, latent, value, n_heads)),
                               .n_heads = n_heads,
                               .scale = 0.05f});
            expect_conforms(op, AttentionMla::max_nmse_float);
        }
    }
}

}  // namespace
}  // namespace soliloquy
