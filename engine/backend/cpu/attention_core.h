/// engine/backend/cpu/attention_core.h: the part that attention over shared heads and over latents have in common: queries against F16
/// caches, split over members by tokens and heads, or, for one token, by heads and positions.
#pragma once

#include "engine/backend/cpu/cpu_op.h"
#include "engine/backend/cpu/fast_attention.h"

namespace soliloquy::cpu {

struct AttentionShape {
    size_t n_heads = 0;
    size_t heads_per_group = 0;  ///< query heads that are worked on together; they share a KV head
    size_t n_kv_heads = 1;       ///< 1, or one for each group
    size_t key_dim = 0, value_dim = 0;
    uint32_t window = 0;
    float scale = 1.0f;
    const float* sinks = nullptr;  ///< [n_heads]
};

class AttentionCore {
  public:
    /// keys, values : F16; values may be columns of keys
    AttentionCore(const CpuKernels& kernels, const AttentionShape& shape, const CacheRows& keys, const CacheRows& values)
        : kernels_(&kernels), shape_(shape), keys_(keys), values_(values), chunks_((keys.rows + kAttentionChunk - 1) / kAttentionChunk) {}

    /// What a step reads, writes and works in.
    struct Operands {
        Matrix<float> q;    ///< [tokens, n_heads * key_dim]
        Matrix<float> out;  ///< [tokens, n_heads * value_dim]
        float* split;       ///< split_floats() of memory that all members share
    };
    /// Called by every member; `out` is whole after the next barrier.
    void run(const Step& step, const Worker& worker, const Operands& operands) const noexcept;
    /// Sums of [chunks, n_heads], for one token.
    [[nodiscard]] size_t split_floats() const noexcept { return chunks_ * shape_.n_heads * (shape_.value_dim + 2); }
    [[nodiscard]] size_t scratch_floats() const noexcept;

  private:
    [[nodiscard]] size_t groups() const noexcept { return (shape_.n_heads + shape_.heads_per_group - 1) / shape_.heads_per_group; }
    [[nodiscard]] size_t heads_in(size_t group) const noexcept;
    [[nodiscard]] size_t query_rows() const noexcept;
    [[nodiscard]] size_t tokens_per_block() const noexcept;
    [[nodiscard]] CachedHead head_of(size_t group) const noexcept;
    [[nodiscard]] AttentionSums split_sums(float* split, size_t chunk, size_t head) const noexcept;
    [[nodiscard]] const float* sink(size_t head) const noexcept { return shape_.sinks != nullptr ? shape_.sinks + head : nullptr; }
    void run_split(const Step& step, const Worker& worker, const Operands& operands) const noexcept;
    void run_block(const Step& step, const Operands& operands, size_t first_token, size_t group, float* scratch) const noexcept;

    const CpuKernels* kernels_;
    AttentionShape shape_;
    CacheRows keys_, values_;
    size_t chunks_;
};

}  // namespace soliloquy::cpu
