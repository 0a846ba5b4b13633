/// engine/backend/cpu/scatter_add.cpp: y[t] += sum_j weights[t, j] x[t, j].
#include "engine/backend/cpu/scalar_ops.h"

namespace soliloquy::cpu {
namespace {

class ScalarScatterAdd final : public CpuOp {
  public:
    ScalarScatterAdd(const ScatterAdd& op, const Binding& binding)
        : y_(binding.rows(op.y)), x_(binding.rows(op.x)), weights_(binding.rows(op.weights)) {}

    void run(const Step& step, const Worker& worker) const noexcept override {
        const auto [begin, end] = worker.share(y_.columns, 16);
        for (size_t t = 0; t < step.tokens(); ++t) {
            for (size_t i = begin; i < end; ++i) {
                double sum = static_cast<double>(y_.at(t, i));
                for (size_t j = 0; j < weights_.columns; ++j) {
                    sum += static_cast<double>(weights_.at(t, j)) * static_cast<double>(x_.at(t, j * y_.columns + i));
                }
                y_.at(t, i) = static_cast<float>(sum);
            }
        }
    }

  private:
    Matrix<float> y_, x_, weights_;
};

}  // namespace

OpPointer make_scalar(const ScatterAdd& op, const Binding& binding) { return std::make_unique<ScalarScatterAdd>(op, binding); }

}  // namespace soliloquy::cpu
