/// engine/backend/cpu/add.cpp: y = a + b.
#include "engine/backend/cpu/scalar_ops.h"

namespace soliloquy::cpu {
namespace {

class ScalarAdd final : public CpuOp {
  public:
    ScalarAdd(const Add& op, const Binding& binding)
        : y_(binding.rows(op.y)), a_(binding.rows(op.a)), b_(binding.rows(op.b)), rows_of_(binding.rows_of(op.y)) {}

    void run(const Step& step, const Worker& worker) const noexcept override {
        const auto [begin, end] = worker.share(y_.columns, 16);
        for (size_t t = 0; t < step.rows(rows_of_); ++t) {
            for (size_t i = begin; i < end; ++i) y_.at(t, i) = a_.at(t, i) + b_.at(t, i);
        }
    }

  private:
    Matrix<float> y_, a_, b_;
    Rows rows_of_;
};

}  // namespace

OpPointer make_scalar(const Add& op, const Binding& binding) { return std::make_unique<ScalarAdd>(op, binding); }

}  // namespace soliloquy::cpu
