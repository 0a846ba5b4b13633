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
            Graph& g = op.graph;
            const size_t context = past.position + past.tokens + 5;
            const Tensor q = op.input(weights, shape.n_heads * shape.key_dim);
            const size_t k_columns = shape.n_kv_heads * shape.key_dim, v_columns = shape.n_kv_heads * shape.value_dim;
            const Tensor k = g.cache("k", DType::f16, context, k_columns, weights.cache(DType::f16, context * k_columns));
            const Tensor v = g.cache("v", DType::f16, context, v_columns, weights.cache(DType::f16, context * v_columns));
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

}  // namespace
}  // namespace soliloquy
