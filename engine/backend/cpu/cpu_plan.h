/// engine/backend/cpu/cpu_plan.h: a graph as a list of instructions that a team of threads walks together.
#pragma once

#include <memory>
#include <vector>

#include "engine/backend/cpu/cpu_op.h"
#include "engine/backend/memory.h"

namespace soliloquy::cpu {

/// Names of memory that instructions read and write: the index of a tensor that owns its memory, or a number behind the last of them
/// for what a backend keeps beside the graph.
using Resource = uint32_t;

struct Use {
    Resource resource;
    bool by_rows;  ///< member i touches only rows that Worker::share(rows) gives to member i
};

struct Instruction {
    std::unique_ptr<CpuOp> op;
    std::vector<Use> reads, writes;
    bool barrier_before = false;  ///< some member may still be writing what this one reads or writes, or reading what it writes
};

/// One instruction for each op of the graph, of the oracle.
std::vector<Instruction> lower_exact(const Graph& graph, const Binding& binding);
/// Fused instructions on this machine's kernels.
Result<std::vector<Instruction>> lower_fast(const Graph& graph, const Binding& binding);

/// The operands of ops [first, first + count), as resources.
void collect_resources(const Graph& graph, size_t first, size_t count, Instruction& instruction, bool by_rows = false);
/// Marks the fewest barriers that keep every read behind its writes, and every write behind earlier reads and writes. Between two uses
/// by rows none is needed: the same member does both.
void place_barriers(std::vector<Instruction>& instructions);

class CpuPlan final : public Plan {
  public:
    static Result<std::unique_ptr<Plan>> compile(const Graph& graph, std::shared_ptr<ThreadPool> threads, const PlanOptions& options);

    void run(const Step& step) noexcept override;
    [[nodiscard]] Matrix<const float> rows(Tensor activation) const noexcept override;

  private:
    CpuPlan(std::shared_ptr<ThreadPool> threads, const PlanOptions& options) : threads_(std::move(threads)), options_(options) {}
    Result<std::vector<std::byte*>> allocate_activations(const Graph& graph);

    std::shared_ptr<ThreadPool> threads_;
    PlanOptions options_;
    Memory activations_, scratch_;
    size_t scratch_stride_ = 0;              // floats
    std::vector<Matrix<const float>> rows_;  // by tensor
    std::vector<Instruction> instructions_;
};

}  // namespace soliloquy::cpu
