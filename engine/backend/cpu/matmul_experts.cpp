/// engine/backend/cpu/matmul_experts.cpp: y[t, j, o] = sum_i w[ids[t, j], o, i] x[t, j or 0, i] (+ bias), expert by expert.
#include "engine/backend/cpu/scalar_ops.h"
#include "engine/quant/dequantize.h"

namespace soliloquy::cpu {
namespace {

class ScalarMatMulExperts final : public CpuOp {
  public:
    ScalarMatMulExperts(const MatMulExperts& op, const Binding& binding)
        : y_(binding.rows(op.y)),
          x_(binding.rows(op.x)),
          ids_(binding.ids(op.ids)),
          w_(binding.weight(op.w)),
          bias_(binding.vector(op.bias)),
          input_step_(x_.columns == w_.columns ? 0 : w_.columns) {}

    void run(const Step& step, const Worker& worker) const noexcept override {
        const auto [begin, end] = worker.share(w_.rows);
        for (size_t e = 0; e < w_.slices; ++e) {
            if (!is_used(step, e)) continue;
            for (size_t o = begin; o < end; ++o) {
                dequantize_row(w_.type, w_.row(o, e), worker.scratch, w_.columns);
                const double bias = bias_ != nullptr ? static_cast<double>(bias_[e * w_.rows + o]) : 0.0;
                for (size_t t = 0; t < step.tokens(); ++t) {
                    for (size_t j = 0; j < ids_.columns; ++j) {
                        if (static_cast<size_t>(ids_.at(t, j)) != e) continue;
                        const float* x = x_.row(t).data() + j * input_step_;
                        y_.at(t, j * w_.rows + o) = static_cast<float>(dot_double(worker.scratch, x, w_.columns) + bias);
                    }
                }
            }
        }
    }
    [[nodiscard]] size_t scratch_floats() const noexcept override { return w_.columns; }

  private:
    [[nodiscard]] bool is_used(const Step& step, size_t e) const noexcept {
        for (size_t t = 0; t < step.tokens(); ++t) {
            for (const int32_t id : ids_.row(t)) {
                if (static_cast<size_t>(id) == e) return true;
            }
        }
        return false;
    }

    Matrix<float> y_, x_;
    Matrix<int32_t> ids_;
    Weight w_;
    const float* bias_;
    size_t input_step_;  // from the input of one expert of a token to the next
};

}  // namespace

OpPointer make_scalar(const MatMulExperts& op, const Binding& binding) { return std::make_unique<ScalarMatMulExperts>(op, binding); }

}  // namespace soliloquy::cpu
