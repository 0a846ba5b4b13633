/// engine/backend/cpu/attention_gqa.cpp: y[t, h] = sum_p softmax_p(scale q . k[p, g]) v[p, g], one (token, head) at a time.
#include <algorithm>
#include <cmath>

#include "engine/backend/cpu/scalar_attention.h"
#include "engine/backend/cpu/scalar_ops.h"

namespace soliloquy::cpu {
namespace {

class ScalarAttentionGqa final : public CpuOp {
  public:
    ScalarAttentionGqa(const AttentionGqa& op, const Binding& binding)
        : op_(op),
          y_(binding.rows(op.y)),
          q_(binding.rows(op.q)),
          k_(binding.cache(op.k)),
          v_(binding.cache(op.v)),
          sinks_(binding.vector(op.sinks)),
          key_dim_(k_.columns / op.n_kv_heads),
          value_dim_(v_.columns / op.n_kv_heads) {}

    void run(const Step& step, const Worker& worker) const noexcept override {
        const auto [begin, end] = worker.share(size_t{step.tokens()} * op_.n_heads);
        for (size_t i = begin; i < end; ++i) {
            const size_t t = i / op_.n_heads, h = i % op_.n_heads, g = h / (op_.n_heads / op_.n_kv_heads);
            const size_t last = step.position + t;
            const size_t first = op_.window == 0 || last < op_.window ? 0 : last - op_.window + 1;
            const float* q = q_.row(t).data() + h * key_dim_;
            float* y = y_.row(t).data() + h * value_dim_;
            const ScalarAttention attention{k_, g * key_dim_, key_dim_, v_, g * value_dim_, value_dim_};
            attention.run(q, y, first, last + 1, op_.scale, sinks_ != nullptr ? sinks_ + h : nullptr, worker.scratch);
        }
    }
    [[nodiscard]] size_t scratch_floats() const noexcept override { return k_.rows; }

  private:
    AttentionGqa op_;
    Matrix<float> y_, q_;
    CacheRows k_, v_;
    const float* sinks_;
    size_t key_dim_, value_dim_;
};

}  // namespace

OpPointer make_scalar(const AttentionGqa& op, const Binding& binding) { return std::make_unique<ScalarAttentionGqa>(op, binding); }

}  // namespace soliloquy::cpu
