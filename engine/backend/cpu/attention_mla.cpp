/// engine/backend/cpu/attention_mla.cpp: q' = (k_b q_nope, q_rope),  c = sum_p softmax_p(scale q' . row[p]) latent[p],  y = v_b c; head by
/// head.
#include <cstring>

#include "engine/backend/cpu/scalar_attention.h"
#include "engine/backend/cpu/scalar_ops.h"
#include "engine/quant/dequantize.h"

namespace soliloquy::cpu {
namespace {

class ScalarAttentionMla final : public CpuOp {
  public:
    ScalarAttentionMla(const AttentionMla& op, const Binding& binding)
        : op_(op),
          y_(binding.rows(op.y)),
          q_(binding.rows(op.q)),
          cache_(binding.cache(op.cache)),
          k_b_(binding.weight(op.k_b)),
          v_b_(binding.weight(op.v_b)),
          latent_(k_b_.rows),
          nope_(k_b_.columns),
          rope_(cache_.columns - latent_),
          absorbed_(binding.options().max_tokens * op.n_heads * cache_.columns) {}

    void run(const Step& step, const Worker& worker) const noexcept override {
        const auto [begin, end] = worker.share(op_.n_heads);
        for (size_t h = begin; h < end; ++h) {
            absorb(step, h, worker.scratch);
            const ScalarAttention attention{cache_, 0, cache_.columns, cache_, 0, latent_};
            for (size_t t = 0; t < step.tokens(); ++t) {
                float* answer = worker.scratch + cache_.rows;
                attention.run(absorbed(t, h), answer, 0, step.position + t + 1, op_.scale, nullptr, worker.scratch);
                std::memcpy(absorbed(t, h), answer, latent_ * sizeof(float));
            }
            expand(step, h, worker.scratch);
        }
    }
    [[nodiscard]] size_t scratch_floats() const noexcept override { return cache_.rows + latent_ + nope_; }

  private:
    [[nodiscard]] float* absorbed(size_t t, size_t h) const noexcept { return absorbed_.data() + (t * op_.n_heads + h) * cache_.columns; }

    /// absorbed[t, h] = (k_b[h] q_nope[t, h], q_rope[t, h])
    void absorb(const Step& step, size_t h, float* row) const noexcept {
        for (size_t l = 0; l < latent_; ++l) {
            dequantize_row(k_b_.type, k_b_.row(l, h), row, nope_);
            for (size_t t = 0; t < step.tokens(); ++t) {
                absorbed(t, h)[l] = static_cast<float>(dot_double(row, q_.row(t).data() + h * (nope_ + rope_), nope_));
            }
        }
        for (size_t t = 0; t < step.tokens(); ++t) {
            std::memcpy(absorbed(t, h) + latent_, q_.row(t).data() + h * (nope_ + rope_) + nope_, rope_ * sizeof(float));
        }
    }

    /// y[t, h] = v_b[h] absorbed[t, h]
    void expand(const Step& step, size_t h, float* row) const noexcept {
        for (size_t o = 0; o < v_b_.rows; ++o) {
            dequantize_row(v_b_.type, v_b_.row(o, h), row, latent_);
            for (size_t t = 0; t < step.tokens(); ++t)
                y_.at(t, h * v_b_.rows + o) = static_cast<float>(dot_double(row, absorbed(t, h), latent_));
        }
    }

    AttentionMla op_;
    Matrix<float> y_, q_;
    CacheRows cache_;
    Weight k_b_, v_b_;
    size_t latent_, nope_, rope_;
    mutable std::vector<float> absorbed_;  // [tokens, n_heads, latent + rope]: the query, later the answer in latent space
};

}  // namespace

OpPointer make_scalar(const AttentionMla& op, const Binding& binding) { return std::make_unique<ScalarAttentionMla>(op, binding); }

}  // namespace soliloquy::cpu
