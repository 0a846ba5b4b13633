/// engine/backend/cpu/cpu_op.h: one instruction of a CPU plan, and how it finds the memory of its operands.
#pragma once

#include <memory>
#include <vector>

#include "engine/backend/backend.h"
#include "engine/backend/cpu/shared_scratch.h"

namespace soliloquy::cpu {

/// One member of the team in one step.
struct Worker {
    unsigned thread = 0;
    unsigned threads = 1;
    ThreadPool* pool = nullptr;
    float* scratch = nullptr;  ///< of this member alone, 64-byte aligned; see CpuOp::scratch_floats

    [[nodiscard]] ThreadPool::Share share(size_t count, size_t grain = 1) const noexcept {
        return ThreadPool::share(count, thread, threads, grain);
    }
    void barrier() const noexcept {
        if (threads > 1) pool->barrier();
    }
};

/// Called by every member of the team at once. Work is split between members over rows, heads or experts, never inside a sum,
/// so that the result does not depend on how many there are. Allocates nothing.
class CpuOp {
  public:
    virtual ~CpuOp() = default;
    virtual void run(const Step& step, const Worker& worker) const noexcept = 0;
    /// True when the step has no work for this instruction; every member gives the same answer.
    [[nodiscard]] virtual bool idle(const Step& /*step*/) const noexcept { return false; }
    [[nodiscard]] virtual size_t scratch_floats() const noexcept { return 0; }
};

struct CacheRows {
    DType type = DType::f32;
    std::byte* data = nullptr;
    size_t rows = 0;
    size_t columns = 0;
    [[nodiscard]] std::byte* row(size_t r) const noexcept { return data + r * row_bytes(type, columns); }
};

/// Turns handles into addresses while a plan is compiled.
class Binding {
  public:
    Binding(const Graph& graph, const PlanOptions& options, std::vector<std::byte*> memory, std::shared_ptr<SharedScratch> scratch)
        : graph_(graph), options_(options), memory_(std::move(memory)), scratch_(std::move(scratch)) {}

    [[nodiscard]] const PlanOptions& options() const noexcept { return options_; }
    [[nodiscard]] const TensorInfo& info(Tensor t) const { return graph_[t]; }
    [[nodiscard]] size_t capacity(Tensor t) const {
        return graph_[t].rows_of == Rows::per_output ? options_.max_outputs : options_.max_tokens;
    }
    [[nodiscard]] Matrix<float> rows(Tensor t) const { return typed<float>(t); }
    [[nodiscard]] Matrix<int32_t> ids(Tensor t) const { return typed<int32_t>(t); }
    [[nodiscard]] Rows rows_of(Tensor t) const { return graph_[t].rows_of; }
    [[nodiscard]] const Weight& weight(Tensor t) const { return graph_[t].weight; }
    /// The numbers of an F32 weight; nullptr for no tensor.
    [[nodiscard]] const float* vector(Tensor t) const { return t ? reinterpret_cast<const float*>(graph_[t].weight.data) : nullptr; }
    [[nodiscard]] CacheRows cache(Tensor t) const {
        const TensorInfo& info = graph_[t];
        return {info.type, info.cache, static_cast<size_t>(info.rows), static_cast<size_t>(info.columns)};
    }
    /// Of all instructions of the plan.
    [[nodiscard]] const std::shared_ptr<SharedScratch>& scratch() const noexcept { return scratch_; }
    /// Elements from one row of an activation that owns its memory to the next.
    static size_t stride(const TensorInfo& info) noexcept { return (static_cast<size_t>(info.columns) + 15) / 16 * 16; }

  private:
    template <typename T>
    [[nodiscard]] Matrix<T> typed(Tensor t) const {
        const TensorInfo& info = graph_[t];
        const Tensor owner = graph_.owner(t);
        return {reinterpret_cast<T*>(memory_[owner.index]) + info.first_column, capacity(t), static_cast<size_t>(info.columns),
                stride(graph_[owner])};
    }

    const Graph& graph_;
    const PlanOptions& options_;
    std::vector<std::byte*> memory_;
    std::shared_ptr<SharedScratch> scratch_;
};

}  // namespace soliloquy::cpu
