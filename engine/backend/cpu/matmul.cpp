/// engine/backend/cpu/matmul.cpp: y[t, o] = sum_i w[o, i] x[t, i] (+ bias[o]), each row of w dequantised once per step.
#include "engine/backend/cpu/scalar_ops.h"
#include "engine/quant/dequantize.h"

namespace soliloquy::cpu {

double dot_double(const float* a, const float* b, size_t n) noexcept {
    double lanes[8] = {};
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        for (size_t lane = 0; lane < 8; ++lane) lanes[lane] += static_cast<double>(a[i + lane]) * static_cast<double>(b[i + lane]);
    }
    double sum = ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
    for (; i < n; ++i) sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
    return sum;
}

namespace {

class ScalarMatMul final : public CpuOp {
  public:
    ScalarMatMul(const MatMul& op, const Binding& binding)
        : y_(binding.rows(op.y)),
          x_(binding.rows(op.x)),
          w_(binding.weight(op.w)),
          bias_(binding.vector(op.bias)),
          rows_of_(binding.rows_of(op.x)) {}

    void run(const Step& step, const Worker& worker) const noexcept override {
        const size_t rows = step.rows(rows_of_);
        if (rows == 0) return;
        const auto [begin, end] = worker.share(w_.rows);
        for (size_t o = begin; o < end; ++o) {
            dequantize_row(w_.type, w_.row(o), worker.scratch, w_.columns);
            const double bias = bias_ != nullptr ? static_cast<double>(bias_[o]) : 0.0;
            for (size_t t = 0; t < rows; ++t) {
                y_.at(t, o) = static_cast<float>(dot_double(worker.scratch, x_.row(t).data(), w_.columns) + bias);
            }
        }
    }
    [[nodiscard]] size_t scratch_floats() const noexcept override { return w_.columns; }

  private:
    Matrix<float> y_, x_;
    Weight w_;
    const float* bias_;
    Rows rows_of_;
};

}  // namespace

OpPointer make_scalar(const MatMul& op, const Binding& binding) { return std::make_unique<ScalarMatMul>(op, binding); }

}  // namespace soliloquy::cpu
