/// engine/backend/cpu/cpu_plan.cpp: lays out the memory of a plan and walks its instructions.
#include "engine/backend/cpu/cpu_plan.h"

#include <algorithm>
#include <chrono>
#include <new>

#include "engine/backend/cpu/scalar_ops.h"

namespace soliloquy {

Result<std::unique_ptr<Plan>> compile_for_cpu(const Graph& graph, std::shared_ptr<ThreadPool> threads, const PlanOptions& options) {
    try {
        return cpu::CpuPlan::compile(graph, std::move(threads), options);
    } catch (const std::bad_alloc&) {
        return Error{ErrorCode::out_of_memory, "compiling the plan: out of memory; close other programs, or choose a shorter context"};
    }
}

}  // namespace soliloquy

namespace soliloquy::cpu {
namespace {

constexpr size_t kFloatsInLine = 16;

bool conflict(const std::vector<Use>& a, const std::vector<Use>& b) {
    return std::any_of(a.begin(), a.end(), [&b](const Use& x) {
        return std::any_of(b.begin(), b.end(), [&x](const Use& y) { return x.resource == y.resource && !(x.by_rows && y.by_rows); });
    });
}

Status check_segments(const Graph& graph, std::span<const Segment> segments) {
    size_t at = 0;
    for (const Segment& each : segments) {
        if (each.first < at || each.end < each.first || each.end > graph.ops().size()) {
            return Error{ErrorCode::internal, "segments of a plan: expected ops in order below " + std::to_string(graph.ops().size()) +
                                                  ", found [" + std::to_string(each.first) + ", " + std::to_string(each.end) + ")"};
        }
        at = each.end;
    }
    return Status::success();
}

void append(std::vector<Use>& all, const std::vector<Use>& more) { all.insert(all.end(), more.begin(), more.end()); }

}  // namespace

std::vector<Program> lower_exact(const Graph& graph, const Binding& binding, std::span<const Segment> segments) {
    std::vector<Program> programs;
    for (const Segment& segment : segments) {
        Program& program = programs.emplace_back();
        for (size_t i = segment.first; i < segment.end; ++i) {
            Instruction& instruction = program.emplace_back();
            instruction.op = std::visit([&](const auto& op) { return make_scalar(op, binding); }, graph.ops()[i]);
            collect_resources(graph, i, 1, instruction);
        }
    }
    return programs;
}

void collect_resources(const Graph& graph, size_t first, size_t count, Instruction& instruction, bool by_rows) {
    for (size_t i = first; i < first + count; ++i) {
        for_each_operand(graph.ops()[i], [&](Tensor t, Access access) {
            if (graph[t].role == TensorRole::weight) return;
            (access == Access::write ? instruction.writes : instruction.reads).push_back({graph.owner(t).index, by_rows});
        });
    }
}

void place_barriers(std::vector<Instruction>& instructions) {
    std::vector<Use> reads, writes;  // since the last barrier
    for (Instruction& each : instructions) {
        each.barrier_before = conflict(each.reads, writes) || conflict(each.writes, writes) || conflict(each.writes, reads);
        if (each.barrier_before) {
            reads.clear();
            writes.clear();
        }
        append(reads, each.reads);
        append(writes, each.writes);
    }
}

Result<std::vector<std::byte*>> CpuPlan::allocate_activations(const Graph& graph) {
    std::vector<uint64_t> offsets(graph.tensors().size());
    uint64_t total = 0;
    for (size_t i = 1; i < graph.tensors().size(); ++i) {
        const TensorInfo& info = graph.tensors()[i];
        if (info.role != TensorRole::activation || info.base) continue;
        offsets[i] = total;
        const uint64_t rows = info.rows_of == Rows::per_output ? options_.max_outputs : options_.max_tokens;
        total += Binding::stride(info) * sizeof(float) * rows;
    }
    ASSIGN_OR_RETURN(activations_, Memory::allocate(total, "activations of a batch of " + std::to_string(options_.max_tokens) + " tokens"));
    std::vector<std::byte*> memory(graph.tensors().size());
    for (size_t i = 1; i < memory.size(); ++i) {
        const TensorInfo& info = graph.tensors()[i];
        if (info.role == TensorRole::activation && !info.base) memory[i] = activations_.data() + offsets[i];
    }
    return memory;
}

Result<std::unique_ptr<Plan>> CpuPlan::compile(const Graph& graph, std::shared_ptr<ThreadPool> threads, const PlanOptions& options) {
    RETURN_IF_ERROR(validate(graph));
    std::unique_ptr<CpuPlan> plan(new CpuPlan(std::move(threads), options));
    ASSIGN_OR_RETURN(auto memory, plan->allocate_activations(graph));
    const auto shared = std::make_shared<SharedScratch>();
    const Binding binding(graph, plan->options_, std::move(memory), shared);
    plan->rows_.resize(graph.tensors().size());
    for (uint32_t i = 1; i < plan->rows_.size(); ++i) {
        if (graph.tensors()[i].role != TensorRole::activation) continue;
        plan->rows_[i] = binding.rows({i});
    }
    const std::vector<Segment> whole = {{.first = 0, .end = graph.ops().size()}};
    const std::span<const Segment> segments = options.segments.empty() ? whole : options.segments;
    RETURN_IF_ERROR(check_segments(graph, segments));
    if (options.exact) {
        plan->programs_ = lower_exact(graph, binding, segments);
    } else {
        ASSIGN_OR_RETURN(plan->programs_, lower_fast(graph, binding, segments));
    }
    RETURN_IF_ERROR(shared->allocate());
    plan->team_or_alone_.resize(segments.size());
    for (Program& program : plan->programs_) {
        place_barriers(program);
        for (const Instruction& each : program) plan->scratch_stride_ = std::max(plan->scratch_stride_, each.op->scratch_floats());
    }
    // A line more than needed between members, so that no two write to one line.
    plan->scratch_stride_ = (plan->scratch_stride_ + 2 * kFloatsInLine - 1) / kFloatsInLine * kFloatsInLine;
    ASSIGN_OR_RETURN(plan->scratch_,
                     Memory::allocate(plan->scratch_stride_ * sizeof(float) * plan->threads_->size(), "scratch of the threads"));
    return std::unique_ptr<Plan>(std::move(plan));
}

void CpuPlan::run_member(const Step& step, size_t segment, unsigned thread, unsigned threads) noexcept {
    const Worker worker{thread, threads, threads_.get(), reinterpret_cast<float*>(scratch_.data()) + thread * scratch_stride_};
    for (const Instruction& each : programs_[segment]) {
        if (each.op->idle(step)) continue;
        if (each.barrier_before) worker.barrier();
        each.op->run(step, worker);
    }
}

void CpuPlan::run_with(const Step& step, size_t segment, bool alone) noexcept {
    if (alone) {
        run_member(step, segment, 0, 1);
    } else {
        threads_->run([&](unsigned thread, unsigned threads) { run_member(step, segment, thread, threads); });
    }
}

Status CpuPlan::run_segment(const Step& step, size_t segment) noexcept {
    if (step.ids.size() != 1 || threads_->size() == 1) {
        run_with(step, segment, false);
        return Status::success();
    }
    TeamOrAlone& team_or_alone = team_or_alone_[segment];
    const bool alone = team_or_alone.choose();
    const auto start = std::chrono::steady_clock::now();
    run_with(step, segment, alone);
    team_or_alone.learn(alone, std::chrono::duration<float>(std::chrono::steady_clock::now() - start).count());
    return Status::success();
}

Matrix<const float> CpuPlan::rows(Tensor activation) const noexcept {
    const Matrix<float>& rows = rows_[activation.index];
    return {rows.data, rows.rows, rows.columns, rows.stride};
}

}  // namespace soliloquy::cpu
