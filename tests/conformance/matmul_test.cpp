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

/// What reads a norm: linear layers of several types, the norm's own answer, and an op behind something else.
TEST(ConformanceMatMul, norm_before_layers_of_several_types) {
    const DType types[] = {DType::q8_0, DType::f32, DType::q8_0, DType::q4_k, DType::q8_0, DType::q8_0};
    for (const uint32_t tokens : {1u, 7u}) {
        for (size_t wanted = 0; wanted <= std::size(types) + 1; ++wanted) {  // each layer's output, the norm, a late reader of the norm
            SCOPED_TRACE(::testing::Message() << tokens << " tokens, output " << wanted);
            RandomWeights weights(14);
            OpGraph op{.graph = {}, .out = {}, .tokens = tokens};
            Graph& g = op.graph;
            const Tensor x = op.input(weights, 256, 3.0f), h = g.activation("h", 256);
            g.add(RmsNorm{.y = h, .x = x, .w = g.weight(weights.make(DType::f32, 256))});
            std::vector<Tensor> outputs;
            size_t rows = 7;
            for (const DType type : types) {
                outputs.push_back(g.activation("y", rows));
                g.add(MatMul{.y = outputs.back(),
                             .x = h,
                             .w = g.weight(weights.make(type, 256, rows)),
                             .bias = type == DType::q8_0 ? g.weight(weights.make(DType::f32, rows)) : Tensor{}});
                rows += 60;
            }
            outputs.push_back(h);
            if (wanted == outputs.size()) {
                g.add(Add{.y = x, .a = x, .b = x});
                outputs.push_back(g.activation("late", 96));
                g.add(MatMul{.y = outputs.back(), .x = h, .w = g.weight(weights.make(DType::q8_0, 256, 96))});
            }
            op.out = outputs[wanted];
            expect_conforms(op, 2 * MatMul::max_nmse);
        }
    }
}

TEST(ConformanceMatMul, norm_in_place_before_a_layer) {
    for (const uint32_t tokens : {1u, 7u}) {
        for (const bool read_later : {false, true}) {
            RandomWeights weights(15);
            OpGraph op{.graph = {}, .out = {}, .tokens = tokens};
            const Tensor x = op.input(weights, 128, 2.0f), y = op.graph.activation("y", 96);
            op.graph.add(RmsNorm{.y = x, .x = x, .w = op.graph.weight(weights.make(DType::f32, 128))});
            op.graph.add(MatMul{.y = y, .x = x, .w = op.graph.weight(weights.make(DType::q8_0, 128, 96))});
            op.out = read_later ? x : y;
            expect_conforms(op, MatMul::max_nmse);
        }
    }
}

/// The sum may not go where other rows of the product still read from.
TEST(ConformanceMatMul, sum_onto_the_input) {
    for (const uint32_t tokens : {1u, 7u, 33u}) {
        for (const bool onto_input : {false, true}) {
            RandomWeights weights(16);
            OpGraph op{.graph = {}, .out = {}, .tokens = tokens};
            const Tensor x = op.input(weights, 256), product = op.graph.activation("product", 256);
            op.out = onto_input ? x : product;
            op.graph.add(MatMul{.y = product, .x = x, .w = op.graph.weight(weights.make(DType::q8_0, 256, 256))});
            op.graph.add(Add{.y = op.out, .a = x, .b = product});
            expect_conforms(op, MatMul::max_nmse);
        }
    }
}

TEST(ConformanceMatMul, norm_before_gate_up_and_sum_after_down) {
    for (const DType type : {DType::q8_0, DType::q4_k, DType::iq2_s}) {
        for (const uint32_t tokens : {1u, 7u}) {
            RandomWeights weights(17);
            OpGraph op{.graph = {}, .out = {}, .tokens = tokens};
            Graph& g = op.graph;
            const Tensor x = op.input(weights, 256, 0.5f);
            const Tensor h = g.activation("h", 256), gate = g.activation("gate", 512), up = g.activation("up", 512);
            const Tensor delta = g.activation("delta", 256);
            g.add(RmsNorm{.y = h, .x = x, .w = g.weight(weights.make(DType::f32, 256, 1, 1, 0.2f))});
            g.add(MatMul{.y = gate, .x = h, .w = g.weight(weights.make(type, 256, 512))});
            g.add(MatMul{.y = up, .x = h, .w = g.weight(weights.make(type, 256, 512))});
            g.add(SwiGlu{.y = gate, .gate = gate, .up = up});
            g.add(MatMul{.y = delta, .x = gate, .w = g.weight(weights.make(DType::q8_0, 512, 256))});
            g.add(Add{.y = x, .a = x, .b = delta});
            op.out = x;
            expect_conforms(op, 10 * MatMul::max_nmse);
        }
    }
}

/// More rows than a grid of workgroups has along one side on some devices.
TEST(ConformanceMatMul, rows_of_a_large_vocabulary) {
    for (const uint32_t tokens : {1u, 2u}) {
        RandomWeights weights(18);
        OpGraph op{.graph = {}, .out = {}, .tokens = tokens};
        const Tensor x = op.input(weights, 32);
        op.out = op.graph.activation("y", 140001);
        op.graph.add(MatMul{.y = op.out, .x = x, .w = op.graph.weight(weights.make(DType::q4_0, 32, 140001))});
        expect_conforms(op, MatMul::max_nmse);
    }
}

}  // namespace
}  // namespace soliloquy
