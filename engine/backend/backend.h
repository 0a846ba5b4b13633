/// engine/backend/backend.h: what a device does with a graph: compile it once into a plan, replay the plan every step.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

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

/// A compiled graph with the memory of its activations. Not for two threads at once.
class Plan {
  public:
    virtual ~Plan() = default;
    /// Allocates nothing. The step must fit what the plan was compiled for.
    virtual void run(const Step& step) noexcept = 0;
    /// The rows that the last step left in an activation that owns its memory.
    [[nodiscard]] virtual Matrix<const float> rows(Tensor activation) const noexcept = 0;
};

struct PlanOptions {
    uint32_t max_tokens = 512;
    uint32_t max_outputs = 512;
    bool exact = false;  ///< the oracle: F32 activations, weights dequantised, plain loops
};

/// Checks the graph, lays out its activations and chooses the code for every op on this machine's CPU.
Result<std::unique_ptr<Plan>> compile_for_cpu(const Graph& graph, std::shared_ptr<ThreadPool> threads, const PlanOptions& options);

}  // namespace soliloquy
