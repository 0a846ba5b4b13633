/// tests/conformance/op_pair.h: runs a graph on the oracle and on a backend, with sentinels around everything that is written. The backend
/// is this machine's kernels on one, two and three threads or, with SOLILOQUY_CONFORMANCE_VULKAN, a Vulkan device.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <functional>
#include <memory>
#include <random>
#include <vector>

#include "engine/backend/backend.h"
#include "tests/unit/cpu_kernels/kernel_inputs.h"
#ifdef SOLILOQUY_CONFORMANCE_VULKAN
#include "tests/conformance/vulkan_device.h"
#endif

namespace soliloquy {

/// Weights of random bits, alive as long as this.
class RandomWeights {
  public:
    explicit RandomWeights(uint32_t seed) : random_(seed) {}

    Weight make(DType type, size_t columns, size_t rows = 1, size_t slices = 1, float scale = 0.0f) {
        auto& bytes = blocks_.emplace_back(row_bytes(type, columns) * rows * slices);
        if (type == DType::f32) {
            const auto values = random_floats(random_, columns * rows * slices, scale > 0.0f ? scale : 1.0f);
            std::memcpy(bytes.data(), values.data(), bytes.size());
        } else {
            random_weights(type, random_, bytes.data(), columns * rows * slices);
        }
        return {.name = "w",
                .type = type,
                .columns = columns,
                .rows = rows,
                .slices = slices,
                .row_bytes = row_bytes(type, columns),
                .slice_bytes = row_bytes(type, columns) * rows,
                .data = bytes.data()};
    }
    /// `bytes` of random F16 or F32 numbers, for caches.
    std::byte* cache(DType type, size_t numbers) {
        auto& bytes = blocks_.emplace_back(row_bytes(type, numbers));
        random_weights(type, random_, bytes.data(), numbers);
        return bytes.data();
    }

  private:
    Random random_;
    std::vector<std::vector<std::byte>> blocks_;
};

/// A graph of one op, or of a few that a backend may fuse, with the numbers that go in and the tensor that comes out.
struct OpGraph {
    Graph graph;
    Tensor out;
    uint32_t tokens = 1;
    uint32_t position = 0;
    uint32_t outputs = 0;

    /// An activation that holds random numbers: rows of an F32 table, looked up.
    Tensor input(RandomWeights& weights, size_t columns, float scale = 1.0f) {
        const Tensor x = graph.activation("x", columns);
        graph.add(Embed{.y = x, .table = graph.weight(weights.make(DType::f32, columns, tokens, 1, scale))});
        return x;
    }
};

constexpr uint32_t kSentinel = 0x7fc0beefu;  // a NaN that no op makes
constexpr uint32_t kSpareRows = 3;           // rows of capacity that the step does not use

struct Outcome {
    std::vector<float> numbers;  ///< [rows, columns]
    bool sentinels_are_intact = true;
};

/// The numbers that a step left in `out`; the rest of its memory must hold the sentinel.
inline Outcome outcome_of(const OpGraph& op, const Matrix<const float>& out) {
    Outcome outcome;
    const size_t rows = op.graph[op.out].rows_of == Rows::per_output ? op.outputs : op.tokens;
    for (size_t r = 0; r < out.rows; ++r) {
        for (size_t c = 0; c < out.stride; ++c) {
            const float number = out.data[r * out.stride + c];
            if (r < rows && c < out.columns) {
                outcome.numbers.push_back(number);
            } else if (std::bit_cast<uint32_t>(number) != kSentinel) {
                outcome.sentinels_are_intact = false;
            }
        }
    }
    return outcome;
}

inline void fill_with_sentinels(float* memory, const Matrix<const float>& matrix) {
    std::fill_n(memory, matrix.rows * matrix.stride, std::bit_cast<float>(kSentinel));
}

inline std::vector<uint32_t> ids_of(const OpGraph& op) {
    std::vector<uint32_t> ids(op.tokens);
    for (uint32_t t = 0; t < op.tokens; ++t) ids[t] = t;
    return ids;
}

inline Outcome run_on_cpu(const OpGraph& op, bool exact, unsigned threads) {
    const PlanOptions options{.max_tokens = op.tokens + kSpareRows, .max_outputs = op.tokens + kSpareRows, .exact = exact};
    auto plan = compile_for_cpu(op.graph, std::make_shared<ThreadPool>(threads), options);
    EXPECT_TRUE(plan.ok()) << (plan.ok() ? "" : plan.error().message);
    if (!plan.ok()) return {};
    const Matrix<const float> out = (*plan)->rows(op.out);
    fill_with_sentinels(const_cast<float*>(out.data), out);
    const auto ids = ids_of(op);
    const Status ran = (*plan)->run({.ids = ids, .position = op.position, .outputs = op.outputs});
    EXPECT_TRUE(ran.ok());
    return outcome_of(op, out);
}

#ifdef SOLILOQUY_CONFORMANCE_VULKAN

/// Inputs are handed in, each with sentinels behind its rows and columns, unless looking up is all that the graph does. Runs the plan
/// twice: both must give the same bits.
inline Outcome run_on_vulkan(const OpGraph& op) {
    Accelerator& device = **vulkan_test_device();
    const Graph& g = op.graph;
    Segment segment{.first = 0, .end = g.ops().size(), .inputs = {op.out}, .results = {op.out}};
    const auto handed_in = [&](size_t i) {
        const auto* embed = std::get_if<Embed>(&g.ops()[i]);
        return embed != nullptr && g[embed->table].type == DType::f32 && i + 1 < g.ops().size();
    };
    std::vector<Embed> inputs;
    for (; handed_in(segment.first); ++segment.first) {
        inputs.push_back(std::get<Embed>(g.ops()[segment.first]));
        if (inputs.back().y != op.out) segment.inputs.push_back(inputs.back().y);
    }
    std::vector<Weight> weights;
    for (const TensorInfo& each : g.tensors()) {
        if (each.role == TensorRole::weight) weights.push_back(each.weight);
    }
    auto uploaded = device.upload(weights, nullptr);
    EXPECT_TRUE(uploaded.ok()) << (uploaded.ok() ? "" : uploaded.error().message);
    if (!uploaded.ok()) return {};
    const PlanOptions options{
        .max_tokens = op.tokens + kSpareRows, .max_outputs = op.tokens + kSpareRows, .segments = {segment}, .whole_memory = true};
    auto plan = device.compile(g, *uploaded, options);
    EXPECT_TRUE(plan.ok()) << (plan.ok() ? "" : plan.error().message);
    if (!plan.ok()) return {};
    for (const Tensor t : segment.inputs) {
        const Matrix<float> memory = (*plan)->input(t);
        fill_with_sentinels(memory.data, {memory.data, memory.rows, memory.columns, memory.stride});
    }
    for (const Embed& each : inputs) {
        for (uint32_t t = 0; t < op.tokens; ++t)
            std::memcpy((*plan)->input(each.y).row(t).data(), g[each.table].weight.row(t), g[each.y].columns * sizeof(float));
    }
    const auto ids = ids_of(op);
    const Step step{.ids = ids, .position = op.position, .outputs = op.outputs};
    Outcome outcome;
    for (const bool again : {false, true}) {
        const Status ran = (*plan)->run(step);
        EXPECT_TRUE(ran.ok()) << (ran.ok() ? "" : ran.error().message);
        Outcome next = outcome_of(op, (*plan)->rows(op.out));
        EXPECT_TRUE(next.sentinels_are_intact) << "device";
        if (again) {
            EXPECT_EQ(std::memcmp(next.numbers.data(), outcome.numbers.data(), next.numbers.size() * sizeof(float)), 0) << "second run";
        }
        outcome = std::move(next);
    }
    return outcome;
}

/// On the oracle, or on the device.
inline Outcome run_graph(const OpGraph& op, bool exact, unsigned threads) {
    return exact ? run_on_cpu(op, true, threads) : run_on_vulkan(op);
}

#else

inline Outcome run_graph(const OpGraph& op, bool exact, unsigned threads) { return run_on_cpu(op, exact, threads); }

#endif

/// `power_of_terms`, when it is not 0, takes the place of the expected numbers' own: for sums whose terms may cancel.
inline double nmse(const std::vector<float>& found, const std::vector<float>& expected, double power_of_terms = 0.0) {
    double error = 0.0, power = 0.0;
    for (size_t i = 0; i < expected.size(); ++i) {
        const double difference = static_cast<double>(found[i]) - static_cast<double>(expected[i]);
        error += difference * difference;
        power += static_cast<double>(expected[i]) * static_cast<double>(expected[i]);
    }
    if (power_of_terms > 0.0) power = power_of_terms;
    return power > 0.0 ? error / power : error;
}

/// Holds when the backend agrees with the oracle within `tolerance` (NMSE), the number of threads or another run changes no bit, and
/// nothing but the rows of the step was written.
inline void expect_conforms(const OpGraph& op, double tolerance, double power_of_terms = 0.0) {
    const Outcome oracle = run_graph(op, true, 2);
    ASSERT_FALSE(oracle.numbers.empty());
    EXPECT_TRUE(oracle.sentinels_are_intact) << "oracle";
    for (const float number : oracle.numbers) ASSERT_TRUE(std::isfinite(number)) << "the oracle's numbers must be comparable";
    const Outcome found = run_graph(op, false, 1);
    ASSERT_EQ(found.numbers.size(), oracle.numbers.size());
    EXPECT_TRUE(found.sentinels_are_intact) << "backend";
    EXPECT_LE(nmse(found.numbers, oracle.numbers, power_of_terms), tolerance);
#ifndef SOLILOQUY_CONFORMANCE_VULKAN
    for (const unsigned threads : {2u, 3u}) {
        const Outcome again = run_graph(op, false, threads);
        EXPECT_TRUE(again.sentinels_are_intact) << threads << " threads";
        EXPECT_EQ(std::memcmp(again.numbers.data(), found.numbers.data(), found.numbers.size() * sizeof(float)), 0)
            << threads << " threads";
    }
#endif
}

}  // namespace soliloquy
