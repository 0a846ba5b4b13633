/// engine/backend/cpu/rms_norm.cpp: y = w * x / sqrt(mean(x^2) + eps), the mean in double.
#include <cmath>

#include "engine/backend/cpu/scalar_ops.h"

namespace soliloquy::cpu {
namespace {

class ScalarRmsNorm final : public CpuOp {
  public:
    ScalarRmsNorm(const RmsNorm& op, const Binding& binding)
        : y_(binding.rows(op.y)),
          x_(binding.rows(op.x)),
          w_(binding.vector(op.w)),
          dim_(binding.weight(op.w).columns),
          eps_(op.eps),
          rows_of_(binding.rows_of(op.x)) {}

    void run(const Step& step, const Worker& worker) const noexcept override {
        const size_t vectors = x_.columns / dim_;
        const auto [begin, end] = worker.share(step.rows(rows_of_) * vectors);
        for (size_t i = begin; i < end; ++i) {
            const float* x = x_.row(i / vectors).data() + i % vectors * dim_;
            float* y = y_.row(i / vectors).data() + i % vectors * dim_;
            const double scale = 1.0 / std::sqrt(dot_double(x, x, dim_) / static_cast<double>(dim_) + static_cast<double>(eps_));
            for (size_t j = 0; j < dim_; ++j) y[j] = static_cast<float>(x[j] * scale) * w_[j];
        }
    }

  private:
    Matrix<float> y_, x_;
    const float* w_;
    size_t dim_;
    float eps_;
    Rows rows_of_;
};

}  // namespace

OpPointer make_scalar(const RmsNorm& op, const Binding& binding) { return std::make_unique<ScalarRmsNorm>(op, binding); }

}  // namespace soliloquy::cpu
