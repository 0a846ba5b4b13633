/// engine/backend/backend.h: what a device does with a graph: compile it once into a plan, replay the plan every step.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/core/matrix.h"
#include "engine/core/result.h"
#include "engine/core/thread_pool.h"
#include "engine/ops/graph.h"

namespace soliloquy {

/// All that changes from one step to the next.
struct Step {
    std::span<const uint32_t> ids;  ///< 1..max_tokens; each below the rows of the embedding table
    uint32_t position = 0;          ///< of ids[0]; the caches hold rows [0, position)
    uint32_t outputs = 0;           ///< how many of the last tokens get logits

    [[nodiscard]] uint32_t tokens() const noexcept { return static_cast<uint32_t>(ids.size()); }
    [[nodiscard]] size_t rows(Rows of) const noexcept { return of == Rows::per_output ? outputs : ids.size(); }
};

/// Ops [first, end) of a graph that run without a break on one device, and what crosses its borders: activations that own their memory.
struct Segment {
    size_t first = 0, end = 0;
    std::vector<Tensor> inputs = {};   ///< rows that come from the caller before the segment runs
    std::vector<Tensor> results = {};  ///< rows that the caller wants after it
};

struct PlanOptions {
    uint32_t max_tokens = 512;
    uint32_t max_outputs = 512;
    bool exact = false;  ///< the oracle: F32 activations, weights dequantised, plain loops
    /// In the order of the graph; ops in none of them are another device's. Empty: all ops, one segment without inputs; on the CPU every
    /// activation is a result, on a device none is. All segments of a plan share its activations and caches.
    std::vector<Segment> segments = {};
    /// For tests: inputs and results travel with all rows that fit, padding included, and caches are copied from the host's memory
    /// (TensorInfo::cache) before every run and back after it.
    bool whole_memory = false;
};

/// A compiled graph with the memory of its activations. Not for two threads at once.
class Plan {
  public:
    virtual ~Plan() = default;
    /// Runs a segment. Allocates nothing when it succeeds. The step must fit what the plan was compiled for. A device may be lost or out of
    /// memory; the CPU does not fail.
    virtual Status run_segment(const Step& step, size_t segment) noexcept = 0;
    Status run(const Step& step) noexcept { return run_segment(step, 0); }
    /// The rows that the last step left in a result, in the host's memory.
    [[nodiscard]] virtual Matrix<const float> rows(Tensor result) const noexcept = 0;
    /// Where the caller puts the rows of an input before its segment runs.
    [[nodiscard]] virtual Matrix<float> input(Tensor activation) noexcept = 0;
};

/// Checks the graph, lays out its activations and chooses the code for every op on this machine's CPU.
Result<std::unique_ptr<Plan>> compile_for_cpu(const Graph& graph, std::shared_ptr<ThreadPool> threads, const PlanOptions& options);

}  // namespace soliloquy
