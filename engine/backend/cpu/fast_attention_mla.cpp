/// engine/backend/cpu/fast_attention_mla.cpp: many tokens expand keys and values where that costs less. Else absorb: q' = (k_b q_nope,
/// rope(q_rope));  attend to the latent rows;  expand: y = v_b c.
#include <algorithm>

#include "engine/backend/cpu/attention_core.h"
#include "engine/backend/cpu/expanded_attention.h"
#include "engine/backend/cpu/fast_ops.h"

namespace soliloquy::cpu {
namespace {

constexpr size_t kRowGrain = 16;
constexpr size_t kHeadsTogether = 16;

class FastAttentionMla final : public CpuOp {
  public:
    FastAttentionMla(const CpuKernels& kernels, const AttentionMla& op, const LatentQueries& queries, const Binding& binding,
                     const AttentionCore& core)
        : kernels_(kernels),
          y_(binding.rows(op.y)),
          queries_(queries),
          expanded_(kernels, op, queries, binding),
          k_b_(binding.weight(op.k_b)),
          v_b_(binding.weight(op.v_b)),
          n_heads_(op.n_heads),
          row_(binding.cache(op.cache).columns),
          tokens_(binding.options().max_tokens),
          shared_(binding.scratch()),
          core_(core) {
        binding.scratch()->need((split_at() + core_.split_floats()) * sizeof(float));
    }

    void run(const Step& step, const Worker& worker) const noexcept override {
        if (expanded_.pays(step)) return expanded_.run(step, worker);
        absorb(step, worker);
        worker.barrier();
        core_.run(step, worker, {absorbed(), latents(), shared_->floats(split_at())});
        worker.barrier();
        expand(step, worker);
    }
    [[nodiscard]] size_t scratch_floats() const noexcept override {
        const size_t widest = std::max(k_b_.columns, v_b_.columns);
        return std::max({core_.scratch_floats(), expanded_.scratch_floats(),
                         queries_.q.rows * padded_floats(activation_row_bytes(kernels_.quantized_format(), widest))});
    }

  private:
    [[nodiscard]] size_t latent() const noexcept { return k_b_.rows; }
    // In the shared scratch, one behind the other.
    /// [tokens, n_heads * (latent + rope)]
    [[nodiscard]] Matrix<float> absorbed() const noexcept { return {shared_->floats(0), tokens_, n_heads_ * row_, n_heads_ * row_}; }
    /// [tokens, n_heads * latent]
    [[nodiscard]] Matrix<float> latents() const noexcept {
        return {shared_->floats(tokens_ * n_heads_ * row_), tokens_, n_heads_ * latent(), n_heads_ * latent()};
    }
    [[nodiscard]] size_t split_at() const noexcept { return tokens_ * n_heads_ * (row_ + latent()); }

    /// Rows [begin, end) of the head's matrix w times x[t] for all tokens: y[t, row]. x and y are of the head.
    void multiply(const Weight& w, size_t head, size_t begin, size_t end, const Step& step, const float* x, size_t x_stride, float* y,
                  size_t y_stride, float* scratch) const noexcept {
        MatMulTile tile = tile_of(w, head, begin, end, step.tokens());
        if (kernels_.activation_format(w.type) != ActivationFormat::f32) {
            tile.x_stride = activation_row_bytes(kernels_.quantized_format(), w.columns);
            tile.x = reinterpret_cast<const std::byte*>(scratch);
            for (size_t t = 0; t < step.tokens(); ++t) {
                auto* out = reinterpret_cast<std::byte*>(scratch) + t * tile.x_stride;
                kernels_.quantize_q8(x + t * x_stride, w.columns, reinterpret_cast<ActivationChunk*>(out));
            }
        } else {
            tile.x = reinterpret_cast<const std::byte*>(x);
            tile.x_stride = x_stride * sizeof(float);
        }
        tile.y = y;
        tile.y_stride = y_stride;
        kernels_.matmul(tile);
    }

    /// Members split the n_heads * latent rows of k_b.
    void absorb(const Step& step, const Worker& worker) const noexcept {
        const Matrix<float> absorbed = this->absorbed();
        const auto [begin, end] = worker.share(n_heads_ * latent(), kRowGrain);
        for (size_t at = begin; at < end;) {
            const size_t head = at / latent(), row = at % latent(), last = std::min(latent(), row + end - at);
            float* out = absorbed.data + head * row_;
            multiply(k_b_, head, row, last, step, queries_.head(0, head), queries_.q.stride, out, absorbed.stride, worker.scratch);
            for (size_t t = 0; row == 0 && t < step.tokens(); ++t) {
                queries_.rotated(kernels_, t, head, out + latent() + t * absorbed.stride);
            }
            at += last - row;
        }
    }

    /// Members split the n_heads * value rows of v_b.
    void expand(const Step& step, const Worker& worker) const noexcept {
        const Matrix<float> latents = this->latents();
        const auto [begin, end] = worker.share(n_heads_ * v_b_.rows, kRowGrain);
        for (size_t at = begin; at < end;) {
            const size_t head = at / v_b_.rows, row = at % v_b_.rows, last = std::min(v_b_.rows, row + end - at);
            multiply(v_b_, head, row, last, step, latents.data + head * latent(), latents.stride, y_.data + head * v_b_.rows, y_.stride,
                     worker.scratch);
            at += last - row;
        }
    }

    const CpuKernels& kernels_;
    Matrix<float> y_;
    LatentQueries queries_;
    ExpandedAttention expanded_;
    Weight k_b_, v_b_;
    size_t n_heads_, row_, tokens_;  // row_: latent + rope
    std::shared_ptr<const SharedScratch> shared_;
    AttentionCore core_;
};

}  // namespace

OpPointer make_fast_attention_mla(const CpuKernels& kernels, const AttentionMla& op, const std::optional<Rope>& rope,
                                  std::shared_ptr<const RopeAngles> angles, const Binding& binding) {
    const CacheRows cache = binding.cache(op.cache);
    const size_t latent = binding.weight(op.k_b).rows;
    const AttentionShape shape{.n_heads = op.n_heads,
                               .heads_per_group = std::min<size_t>(op.n_heads, kHeadsTogether),
                               .n_kv_heads = 1,
                               .key_dim = cache.columns,
                               .value_dim = latent,
                               .window = 0,
                               .scale = op.scale,
                               .sinks = nullptr};
    const LatentQueries queries{binding.rows(op.q), binding.weight(op.k_b).columns, cache.columns - latent, rope, std::move(angles)};
    return std::make_unique<FastAttentionMla>(kernels, op, queries, binding, AttentionCore(kernels, shape, cache, cache));
}

}  // namespace soliloquy::cpu
