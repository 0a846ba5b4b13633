/// engine/backend/cpu/rope.cpp: (a, b) -> (a cos - b sin, a sin + b cos) * magnitude, angles in double.
#include <cmath>

#include "engine/backend/cpu/scalar_ops.h"

namespace soliloquy::cpu {
namespace {

class ScalarRope final : public CpuOp {
  public:
    ScalarRope(const Rope& op, const Binding& binding) : op_(op), x_(binding.rows(op.x)) {}

    void run(const Step& step, const Worker& worker) const noexcept override {
        const size_t pairs = op_.table->frequencies.size();
        const size_t between = op_.pairs == RopePairs::halves ? pairs : 1;
        const size_t step_of_pair = op_.pairs == RopePairs::halves ? 1 : 2;
        const auto [begin, end] = worker.share(step.tokens());
        for (size_t t = begin; t < end; ++t) {
            for (size_t i = 0; i < pairs; ++i) {
                const double angle = static_cast<double>(step.position + t) * static_cast<double>(op_.table->frequencies[i]);
                const double cosine = std::cos(angle) * static_cast<double>(op_.table->magnitude);
                const double sine = std::sin(angle) * static_cast<double>(op_.table->magnitude);
                for (size_t head = 0; head < x_.columns; head += op_.head_dim) {
                    float* a = x_.row(t).data() + head + op_.offset + i * step_of_pair;
                    const double first = static_cast<double>(a[0]), second = static_cast<double>(a[between]);
                    a[0] = static_cast<float>(first * cosine - second * sine);
                    a[between] = static_cast<float>(first * sine + second * cosine);
                }
            }
        }
    }

  private:
    Rope op_;
    Matrix<float> x_;
};

}  // namespace

OpPointer make_scalar(const Rope& op, const Binding& binding) { return std::make_unique<ScalarRope>(op, binding); }

}  // namespace soliloquy::cpu
