/// engine/backend/cpu/fast_matmul.cpp: y = W x (+ bias) (+ residual), and y = swiglu(W_gate x, W_up x); members split the rows of W.
#include "engine/backend/cpu/fast_gate_up.h"
#include "engine/backend/cpu/fast_ops.h"

namespace soliloquy::cpu {
namespace {

constexpr size_t kRowGrain = 16;  // a line of y, and the rows that a kernel unpacks together

class FastMatMul final : public CpuOp {
  public:
    FastMatMul(const CpuKernels& kernels, const MatMul& op, FastInput input, std::optional<Residual> residual, const Binding& binding)
        : kernels_(kernels),
          y_(binding.rows(op.y)),
          input_(std::move(input)),
          w_(binding.weight(op.w)),
          bias_(binding.vector(op.bias)),
          residual_(residual) {}

    [[nodiscard]] bool idle(const Step& step) const noexcept override { return input_.rows(step) == 0; }
    void run(const Step& step, const Worker& worker) const noexcept override {
        const auto [begin, end] = worker.share(w_.rows, kRowGrain);
        if (begin == end) return;
        MatMulTile tile = tile_of(w_, 0, begin, end, input_.rows(step));
        input_.ready(step, worker.scratch).give(tile);
        tile.y = y_.data;
        tile.y_stride = y_.stride;
        kernels_.matmul(tile);
        for (size_t t = 0; t < tile.tokens; ++t) {
            float* y = y_.row(t).data() + begin;
            if (bias_ != nullptr) kernels_.add_f32(y, bias_ + begin, y, end - begin);
            if (residual_) kernels_.add_f32(residual_->a.row(t).data() + begin, y, residual_->y.row(t).data() + begin, end - begin);
        }
    }
    [[nodiscard]] size_t scratch_floats() const noexcept override { return input_.scratch_floats(); }

  private:
    const CpuKernels& kernels_;
    Matrix<float> y_;
    FastInput input_;
    Weight w_;
    const float* bias_;
    std::optional<Residual> residual_;
};

class FastGateUp final : public CpuOp {
  public:
    FastGateUp(const CpuKernels& kernels, const MatMul& gate, const MatMul& up, const SwiGlu& activation, FastInput input,
               const Binding& binding)
        : y_(binding.rows(activation.y)),
          input_(std::move(input)),
          gate_(binding.weight(gate.w)),
          up_(binding.weight(up.w)),
          block_{kernels, gate_, up_, binding.vector(gate.bias), binding.vector(up.bias), activation.limit, activation.alpha} {}

    void run(const Step& step, const Worker& worker) const noexcept override {
        const auto [begin, end] = worker.share(gate_.rows, kRowGrain);
        if (begin == end) return;
        const auto ready = input_.ready(step, worker.scratch);
        block_.run(0, begin, end, ready, nullptr, input_.rows(step), y_.data, y_.stride, worker.scratch + input_.scratch_floats());
    }
    [[nodiscard]] size_t scratch_floats() const noexcept override { return input_.scratch_floats() + GateUp::kScratchFloats; }

  private:
    Matrix<float> y_;
    FastInput input_;
    Weight gate_, up_;
    GateUp block_;
};

}  // namespace

OpPointer make_fast_matmul(const CpuKernels& kernels, const MatMul& op, FastInput input, std::optional<Residual> residual,
                           const Binding& binding) {
    return std::make_unique<FastMatMul>(kernels, op, std::move(input), residual, binding);
}

OpPointer make_fast_gate_up(const CpuKernels& kernels, const MatMul& gate, const MatMul& up, const SwiGlu& activation, FastInput input,
                            const Binding& binding) {
    return std::make_unique<FastGateUp>(kernels, gate, up, activation, std::move(input), binding);
}

}  // namespace soliloquy::cpu
