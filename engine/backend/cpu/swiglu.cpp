/// engine/backend/cpu/swiglu.cpp: y = silu(gate) * up, or gpt-oss's clamped form.
#include <algorithm>
#include <cmath>

#include "engine/backend/cpu/scalar_ops.h"

namespace soliloquy::cpu {
namespace {

class ScalarSwiGlu final : public CpuOp {
  public:
    ScalarSwiGlu(const SwiGlu& op, const Binding& binding)
        : op_(op), y_(binding.rows(op.y)), gate_(binding.rows(op.gate)), up_(binding.rows(op.up)), rows_of_(binding.rows_of(op.gate)) {}

    void run(const Step& step, const Worker& worker) const noexcept override {
        const auto [begin, end] = worker.share(y_.columns);
        for (size_t t = 0; t < step.rows(rows_of_); ++t) {
            for (size_t i = begin; i < end; ++i) y_.at(t, i) = activate(gate_.at(t, i), up_.at(t, i));
        }
    }

  private:
    [[nodiscard]] float activate(float gate, float up) const noexcept {
        if (op_.limit <= 0.0f) return gate / (1.0f + std::exp(-gate)) * up;
        const float g = std::min(gate, op_.limit);
        const float u = std::clamp(up, -op_.limit, op_.limit);
        return g / (1.0f + std::exp(-op_.alpha * g)) * (u + 1.0f);
    }

    SwiGlu op_;
    Matrix<float> y_, gate_, up_;
    Rows rows_of_;
};

}  // namespace

OpPointer make_scalar(const SwiGlu& op, const Binding& binding) { return std::make_unique<ScalarSwiGlu>(op, binding); }

}  // namespace soliloquy::cpu
