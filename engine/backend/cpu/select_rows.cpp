/// engine/backend/cpu/select_rows.cpp: y[o] = x[tokens - outputs + o].
#include <cstring>

#include "engine/backend/cpu/scalar_ops.h"

namespace soliloquy::cpu {
namespace {

class ScalarSelectRows final : public CpuOp {
  public:
    ScalarSelectRows(const SelectRows& op, const Binding& binding) : y_(binding.rows(op.y)), x_(binding.rows(op.x)) {}

    void run(const Step& step, const Worker& worker) const noexcept override {
        const auto [begin, end] = worker.share(step.outputs);
        for (size_t o = begin; o < end; ++o) {
            std::memcpy(y_.row(o).data(), x_.row(step.tokens() - step.outputs + o).data(), y_.columns * sizeof(float));
        }
    }

  private:
    Matrix<float> y_, x_;
};

}  // namespace

OpPointer make_scalar(const SelectRows& op, const Binding& binding) { return std::make_unique<ScalarSelectRows>(op, binding); }

}  // namespace soliloquy::cpu
