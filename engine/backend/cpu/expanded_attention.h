/// engine/backend/cpu/expanded_attention.h: latent attention of many tokens, keys and values expanded:
///   key[p, h] = (k_b[h]^T c[p], r[p])    value[p, h] = v_b[h] c[p]
/// A score then costs nope + rope products where the absorbed form takes latent + rope, but every position is expanded anew for every step.
#pragma once

#include <optional>

#include "engine/backend/cpu/cpu_op.h"
#include "engine/backend/cpu/fast_attention.h"
#include "engine/backend/cpu/fast_ops.h"

namespace soliloquy::cpu {

/// The queries of latent attention; rotated on their way when a Rope was fused into it.
struct LatentQueries {
    Matrix<float> q;  ///< [tokens, n_heads * (nope + rope)]
    size_t nope = 0, rope_dim = 0;
    std::optional<Rope> rope;
    std::shared_ptr<const RopeAngles> angles;

    [[nodiscard]] size_t key_dim() const noexcept { return nope + rope_dim; }
    [[nodiscard]] const float* head(size_t t, size_t h) const noexcept { return q.row(t).data() + h * key_dim(); }
    /// out[rope] = the rotated part of token t's head.
    void rotated(const CpuKernels& kernels, size_t t, size_t h, float* out) const noexcept;
};

class ExpandedAttention {
  public:
    ExpandedAttention(const CpuKernels& kernels, const AttentionMla& op, LatentQueries queries, const Binding& binding);

    /// By the number of multiply-adds; a property of the step alone, not of the team.
    [[nodiscard]] bool pays(const Step& step) const noexcept;
    /// Called by every member, with scratch_floats() floats; y is whole after the next barrier.
    void run(const Step& step, const Worker& worker) const noexcept;
    /// 0 where it never pays.
    [[nodiscard]] size_t scratch_floats() const noexcept { return possible_ ? layout_.end : 0; }

  private:
    // With a matrix unit: matrices, latents and queries in BF16, keys and values packed for it. Without: matrices as rows of F32, [nope,
    // latent] and [value, latent], latents and queries in F32, keys and values as rows of F16, as in the cache of other attention.
    /// Offsets in the scratch, in floats.
    struct Layout {
        size_t queries = 0, latents, keys, values, k_b, v_b, weights, scores, wide, out, greatest, sum, end;
    };
    [[nodiscard]] Layout layout(size_t tokens) const noexcept;
    [[nodiscard]] size_t latent() const noexcept { return k_b_.rows; }
    [[nodiscard]] size_t value_dim() const noexcept { return v_b_.rows; }
    [[nodiscard]] size_t key_depth() const noexcept;
    void run_head(const Step& step, size_t head, size_t first, size_t end, float* scratch) const noexcept;
    void pack_matrices(size_t head, float* scratch) const noexcept;
    void pack_queries(size_t head, size_t first, size_t end, float* scratch) const noexcept;
    void expand(size_t position, size_t n, float* scratch) const noexcept;
    void attend_to(size_t position, size_t n, size_t token, const QueryRows& rows, float* scratch) const noexcept;
    void pack_matrices_f32(size_t head, float* scratch) const noexcept;
    void expand_f32(size_t position, size_t n, float* scratch) const noexcept;
    void multiply_f32(const float* w, size_t rows, const float* latents, size_t n, float* y, size_t y_stride) const noexcept;

    const CpuKernels& kernels_;
    LatentQueries queries_;
    Matrix<float> y_;
    CacheRows cache_;
    Weight k_b_, v_b_;
    size_t n_heads_;
    float scale_;
    const MatrixUnit* unit_;  // may be null
    bool possible_;
    Layout layout_;
};

}  // namespace soliloquy::cpu
