/// tests/unit/ops/validate_test.cpp: a graph with a wrong shape or type is refused with the op, the operand and both sizes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "engine/ops/graph.h"

namespace soliloquy {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class ValidateTest : public ::testing::Test {
  protected:
    Tensor weight(DType type, uint64_t columns, uint64_t rows = 1, uint64_t slices = 1) {
        const uint64_t row = row_bytes(type, columns);
        return graph.weight({.name = "w",
                             .type = type,
                             .columns = columns,
                             .rows = rows,
                             .slices = slices,
                             .row_bytes = row,
                             .slice_bytes = row * rows,
                             .data = memory.data()});
    }
    Tensor cache(uint64_t columns, DType type = DType::f16) { return graph.cache("kv", type, 16, columns, memory.data()); }
    std::string error() const {
        const Status status = validate(graph);
        return status.ok() ? "" : status.error().message;
    }

    Graph graph;
    std::vector<std::byte> memory{64};
};

TEST_F(ValidateTest, right_shapes_pass) {
    const Tensor x = graph.activation("x", 64), y = graph.activation("y", 32);
    graph.add(Embed{.y = x, .table = weight(DType::q8_0, 64, 100)});
    graph.add(RmsNorm{.y = x, .x = x, .w = weight(DType::f32, 16)});
    graph.add(MatMul{.y = y, .x = x, .w = weight(DType::q4_0, 64, 32), .bias = weight(DType::f32, 32)});
    graph.add(AppendKv{.cache = cache(32), .x = y});
    EXPECT_EQ(error(), "");
}

TEST_F(ValidateTest, matmul_of_wrong_width) {
    graph.add(MatMul{.y = graph.activation("y", 32), .x = graph.activation("x", 63), .w = weight(DType::q8_0, 64, 32)});
    EXPECT_THAT(error(), AllOf(HasSubstr("matmul"), HasSubstr("columns of x"), HasSubstr("expected 64"), HasSubstr("found 63")));
}

TEST_F(ValidateTest, matmul_with_a_bias_that_is_not_f32) {
    graph.add(MatMul{
        .y = graph.activation("y", 32), .x = graph.activation("x", 64), .w = weight(DType::q8_0, 64, 32), .bias = weight(DType::f16, 32)});
    EXPECT_THAT(error(), AllOf(HasSubstr("bias"), HasSubstr("F32"), HasSubstr("F16")));
}

TEST_F(ValidateTest, matmul_onto_its_own_input) {
    const Tensor x = graph.activation("x", 64);
    graph.add(MatMul{.y = x, .x = x, .w = weight(DType::q8_0, 64, 64)});
    EXPECT_THAT(error(), HasSubstr("y is not x"));
}

TEST_F(ValidateTest, an_operand_that_is_missing) {
    graph.add(Add{.y = graph.activation("y", 4), .a = graph.activation("a", 4), .b = {}});
    EXPECT_THAT(error(), AllOf(HasSubstr("add: b"), HasSubstr("nothing")));
}

TEST_F(ValidateTest, rows_of_outputs_and_of_tokens_do_not_mix) {
    graph.add(Add{.y = graph.activation("y", 4), .a = graph.activation("a", 4), .b = graph.activation("b", 4, Rows::per_output)});
    EXPECT_THAT(error(), HasSubstr("as many rows"));
}

TEST_F(ValidateTest, norm_of_no_whole_number_of_vectors) {
    const Tensor x = graph.activation("x", 65);
    graph.add(RmsNorm{.y = x, .x = x, .w = weight(DType::f32, 16)});
    EXPECT_THAT(error(), AllOf(HasSubstr("a multiple of 16"), HasSubstr("found 65")));
}

TEST_F(ValidateTest, latent_attention_whose_query_does_not_fit_its_cache) {
    graph.add(AttentionMla{.y = graph.activation("y", 2 * 8),
                           .q = graph.activation("q", 2 * 40),
                           .cache = cache(64 + 16),
                           .k_b = weight(DType::f32, 32, 64, 2),
                           .v_b = weight(DType::f32, 64, 8, 2),
                           .n_heads = 2});
    EXPECT_THAT(error(), AllOf(HasSubstr("attention_mla"), HasSubstr("columns of q"), HasSubstr("expected 96"), HasSubstr("found 80")));
}

TEST_F(ValidateTest, shared_heads_that_do_not_divide) {
    graph.add(AttentionGqa{.y = graph.activation("y", 3 * 8),
                           .q = graph.activation("q", 3 * 8),
                           .k = cache(16),
                           .v = cache(16),
                           .n_heads = 3,
                           .n_kv_heads = 2});
    EXPECT_THAT(error(), AllOf(HasSubstr("n_heads"), HasSubstr("a multiple of 2"), HasSubstr("found 3")));
}

TEST_F(ValidateTest, router_that_wants_more_experts_than_its_groups_have) {
    graph.add(RouteExperts{.ids = graph.activation("ids", 5, Rows::per_token, DType::i32),
                           .weights = graph.activation("w", 5),
                           .logits = graph.activation("l", 16),
                           .n_groups = 8,
                           .n_groups_used = 2});
    EXPECT_THAT(error(), HasSubstr("n_used within the groups used"));
}

TEST_F(ValidateTest, the_message_names_the_step) {
    const Tensor x = graph.activation("x", 64);
    graph.add(Embed{.y = x, .table = weight(DType::q8_0, 64, 100)});
    graph.add(Embed{.y = x, .table = weight(DType::q8_0, 32, 100)});
    EXPECT_THAT(error(), HasSubstr("step 1"));
}

TEST(GraphTest, a_view_of_a_view_is_a_view_of_the_owner) {
    Graph graph;
    const Tensor x = graph.activation("x", 100), middle = graph.view(x, 20, 60), part = graph.view(middle, 5, 10);
    EXPECT_EQ(graph.owner(part), x);
    EXPECT_EQ(graph[part].first_column, 25u);
    EXPECT_EQ(graph[part].columns, 10u);
}

}  // namespace
}  // namespace soliloquy
