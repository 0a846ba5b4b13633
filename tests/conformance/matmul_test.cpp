/// tests/conformance/matmul_test.cpp: matrix products, alone and with what a backend fuses to them.
#include "engine/quant/dequantize.h"
#include "tests/conformance/op_pair.h"

namespace soliloquy {
namespace {

double tolerance(DType type) { return dtype_traits(type).quantized ? MatMul::max_nmse : MatMul::max_nmse_float; }

/// sum over outputs of sum_i (w[o, i] x[t, i])^2: what the square of a sum of terms of random sign is on average. A single sum may come out
/// near zero, and its error is no smaller for that.
double power_of_terms(const OpGraph& op, const Weight& w) {
    const Weight& x = op.graph[std::get<Embed>(op.graph.ops().front()).table].weight;
    std::vector<float> row(w.columns);
    double power = 0.0;
    for (size_t o = 0; o < w.rows; ++o) {
        dequantize_row(w.type, w.row(o), row.data(), w.columns);
        for (size_t t = 0; t < op.tokens; ++t) {
            const auto* numbers = reinterpret_cast<const float*>(x.row(t));
            for (size_t i = 0; i < w.columns; ++i) power += std::pow(static_cast<double>(row[i]) * static_cast<double>(numbers[i]), 2.0);
        }
    }
    return power;
}

TEST(ConformanceMatMul, every_type_at_awkward_sizes) {
    size_t cases = 0;
    for (const DType type : kAllWeightTypes) {
        const size_t block = dtype_traits(type).block_elements;
        for (const uint32_t tokens : {1u, 2u, 7u, 33u}) {
            for (const size_t columns : {size_t{1}, size_t{7}, size_t{127}, size_t{32}, size_t{256}, size_t{7168}}) {
                if (columns % block != 0) continue;
                for (const size_t rows : {size_t{1}, size_t{7}, size_t{127}}) {
                    SCOPED_TRACE(::testing::Message() << dtype_traits(type).name << " " << tokens << " x " << columns << " -> " << rows);
                    RandomWeights weights(static_cast<uint32_t>(columns + rows));
                    OpGraph op{.graph = {}, .out = {}, .tokens = tokens};
                    const Tensor x = op.input(weights, columns);
                    op.out = op.graph.activation("y", rows);
                    const Weight w = weights.make(type, columns, rows);
                    op.graph.add(MatMul{.y = op.out, .x = x, .w = op.graph.weight(w)});
                    expect_conforms(op, tolerance(type), power_of_terms(op, w));
                    ++cases;
                }
            }
        }
    }
    std::printf("matmul: %zu cases\n", cases);
}

TEST(ConformanceMatMul, wide_output_with_bias_and_residual) {
    for (const DType type : {DType::f32, DType::q8_0, DType::q4_k}) {
        for (const uint32_t tokens : {1u, 7u}) {
            RandomWeights weights(11);
            OpGraph op{.graph = {}, .out = {}, .tokens = tokens};
            const Tensor x = op.input(weights, 256), residual = op.input(weights, 7168);
            const Tensor product = op.graph.activation("product", 7168);
            op.graph.add(MatMul{.y = product,
                                .x = x,
                                .w = op.graph.weight(weights.make(type, 256, 7168)),
                                .bias = op.graph.weight(weights.make(DType::f32, 7168))});
            op.out = op.graph.activation("y", 7168);
            op.graph.add(Add{.y = op.out, .a = residual, .b = product});
            expect_conforms(op, tolerance(type));
        }
    }
}

TEST(ConformanceMatMul, two_inputs_of_one_tensor_before_and_after_it_changes) {
    for (const uint32_t tokens : {1u, 7u}) {
        RandomWeights weights(12);
        OpGraph op{.graph = {}, .out = {}, .tokens = tokens};
        const Tensor x = op.input(weights, 256), first = op.graph.activation("first", 256);
        op.graph.add(MatMul{.y = first, .x = x, .w = op.graph.weight(weights.make(DType::q8_0, 256, 256))});
        op.graph.add(RmsNorm{.y = x, .x = first, .w = op.graph.weight(weights.make(DType::f32, 256))});
        op.out = op.graph.activation("y", 96);
        op.graph.add(MatMul{.y = op.out, .x = x, .w = op.graph.weight(weights.make(DType::q8_0, 256, 96))});
        expect_conforms(op, 2 * MatMul::max_nmse);
    }
}

TEST(ConformanceMatMul, gate_up_swiglu) {
    for (const auto& [gate_type, up_type] : {std::pair{DType::q8_0, DType::q8_0}, {DType::q4_k, DType::f16}, {DType::f32, DType::f32}}) {
        for (const uint32_t tokens : {1u, 7u, 130u}) {
            for (const size_t ff : {size_t{7}, size_t{96}, size_t{200}}) {
                SCOPED_TRACE(::testing::Message() << tokens << " tokens, " << ff);
                RandomWeights weights(13);
                OpGraph op{.graph = {}, .out = {}, .tokens = tokens};
                const Tensor x = op.input(weights, 256, 0.3f);
                const Tensor up = op.graph.activation("up", ff);
                op.out = op.graph.activation("gate", ff);
                op.graph.add(MatMul{.y = op.out, .x = x, .w = op.graph.weight(weights.make(gate_type, 256, ff))});
                op.graph.add(MatMul{.y = up, .x = x, .w = op.graph.weight(weights.make(up_type, 256, ff))});
                op.graph.add(SwiGlu{.y = op.out, .gate = op.out, .up = up});
                expect_conforms(op, gate_type == DType::f32 ? 1e-8 : 5 * MatMul::max_nmse);
            }
        }
    }
}

}  // namespace
}  // namespace soliloquy
