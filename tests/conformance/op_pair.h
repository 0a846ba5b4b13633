/// tests/conformance/op_pair.h: runs a graph on the oracle and on this machine's kernels, on one, two and three threads, with sentinels
/// around everything that is written.
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

inline Outcome run_graph(const OpGraph& op, bool exact, unsigned threads) {
    const PlanOptions options{.max_tokens = op.tokens + kSpareRows, .max_outputs = op.tokens + kSpareRows, .exact = exact};
    auto plan = compile_for_cpu(op.graph, std::make_shared<ThreadPool>(threads), options);
    EXPECT_TRUE(plan.ok()) << (plan.ok() ? "" : plan.error().message);
    if (!plan.ok()) return {};
    const Matrix<const float> out = (*plan)->rows(op.out);
    auto* memory = const_cast<float*>(out.data);
    std::fill_n(memory, out.rows * out.stride, std::bit_cast<float>(kSentinel));

    std::vector<uint32_t> ids(op.tokens);
    for (uint32_t t = 0; t < op.tokens; ++t) ids[t] = t;
    const Step step{.ids = ids, .position = op.position, .outputs = op.outputs};
    const Status ran = (*plan)->run(step);
    EXPECT_TRUE(ran.ok());

    Outcome outcome;
    const size_t rows = step.rows(op.graph[op.out].rows_of);
    for (size_t r = 0; r < out.rows; ++r) {
        for (size_t c = 0; c < out.stride; ++c) {
            const float number = memory[r * out.stride + c];
            if (r < rows && c < out.columns) {
                outcome.numbers.push_back(number);
            } else if (std::bit_cast<uint32_t>(number) != kSentinel) {
                outcome.sentinels_are_intact = false;
            }
        }
    }
    return outcome;
}

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

/// Holds when the kernels agree with the oracle within `tolerance` (NMSE), the number of threads changes no bit, and nothing but the rows
/// of the step was written.
inline void expect_conforms(const OpGraph& op, double tolerance, double power_of_terms = 0.0) {
    const Outcome oracle = run_graph(op, true, 2);
    ASSERT_FALSE(oracle.numbers.empty());
    EXPECT_TRUE(oracle.sentinels_are_intact) << "oracle";
    for (const float number : oracle.numbers) ASSERT_TRUE(std::isfinite(number)) << "the oracle's numbers must be comparable";
    const Outcome fast = run_graph(op, false, 1);
    EXPECT_TRUE(fast.sentinels_are_intact) << "kernels";
    EXPECT_LE(nmse(fast.numbers, oracle.numbers, power_of_terms), tolerance);
    for (const unsigned threads : {2u, 3u}) {
        const Outcome again = run_graph(op, false, threads);
        EXPECT_TRUE(again.sentinels_are_intact) << threads << " threads";
        EXPECT_EQ(std::memcmp(again.numbers.data(), fast.numbers.data(), fast.numbers.size() * sizeof(float)), 0) << threads << " threads";
    }
}

}  // namespace soliloquy
