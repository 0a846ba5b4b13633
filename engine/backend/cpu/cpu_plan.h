/// engine/backend/cpu/cpu_plan.h: a graph as a list of instructions that a team of threads walks together.
#pragma once

#include <memory>
#include <span>
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

/// What a segment runs.
using Program = std::vector<Instruction>;

/// One instruction for each op of the segments, of the oracle.
std::vector<Program> lower_exact(const Graph& graph, const Binding& binding, std::span<const Segment> segments);
/// Fused instructions on this machine's kernels. Nothing is fused across the border of a segment, and its results are all written.
Result<std::vector<Program>> lower_fast(const Graph& graph, const Binding& binding, std::span<const Segment> segments);

/// The operands of ops [first, first + count), as resources.
void collect_resources(const Graph& graph, size_t first, size_t count, Instruction& instruction, bool by_rows = false);
/// Marks the fewest barriers that keep every read behind its writes, and every write behind earlier reads and writes. Between two uses
/// by rows none is needed: the same member does both.
void place_barriers(std::vector<Instruction>& instructions);

/// Decides between the whole team and the calling thread alone for steps of one token, by the time that both took lately. A member that
/// lost its core to another program holds up the whole team at every barrier, dozens of times a step: then one thread is faster, by far
/// on small models. Both give the same bits. The other way is tried every kProbe steps.
class TeamOrAlone {
  public:
    [[nodiscard]] bool choose() noexcept {
        const bool alone = seconds_alone_ < seconds_team_;
        return ++steps_ % kProbe == 0 ? !alone : alone;
    }
    void learn(bool alone, float seconds) noexcept {
        float& mean = alone ? seconds_alone_ : seconds_team_;
        const bool first = mean == 0.0f || mean == kUntried;
        mean = first ? seconds : mean + (seconds < mean ? 0.5f : 0.125f) * (seconds - mean);  // one bad moment is soon forgiven
    }

  private:
    static constexpr uint32_t kProbe = 64;
    static constexpr float kUntried = 1e9f;
    uint32_t steps_ = kProbe - 8;  // the first try comes early
    float seconds_team_ = 0.0f;    // 0 = not yet run: the team comes first
    float seconds_alone_ = kUntried;
};

class CpuPlan final : public Plan {
  public:
    static Result<std::unique_ptr<Plan>> compile(const Graph& graph, std::shared_ptr<ThreadPool> threads, const PlanOptions& options);

    Status run_segment(const Step& step, size_t segment) noexcept override;
    [[nodiscard]] Matrix<const float> rows(Tensor activation) const noexcept override;
    [[nodiscard]] Matrix<float> input(Tensor activation) noexcept override { return rows_[activation.index]; }

  private:
    CpuPlan(std::shared_ptr<ThreadPool> threads, const PlanOptions& options) : threads_(std::move(threads)), options_(options) {}
    void run_with(const Step& step, size_t segment, bool alone) noexcept;
    void run_member(const Step& step, size_t segment, unsigned thread, unsigned threads) noexcept;
    Result<std::vector<std::byte*>> allocate_activations(const Graph& graph);

    std::shared_ptr<ThreadPool> threads_;
    PlanOptions options_;
    Memory activations_, scratch_;
    size_t scratch_stride_ = 0;               // floats
    std::vector<Matrix<float>> rows_;         // by tensor
    std::vector<Program> programs_;           // by segment
    std::vector<TeamOrAlone> team_or_alone_;  // by segment
};

}  // namespace soliloquy::cpu
