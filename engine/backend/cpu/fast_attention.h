/// engine/backend/cpu/fast_attention.h: attention of many query rows against a run of cached positions, block by block, with the softmax
/// carried along (Milakov and Gimelshein 2018; Rabe and Staats 2021): no row of scores longer than a block is ever kept.
#pragma once

#include <cstdint>

#include "engine/backend/cpu/cpu_kernels.h"
#include "engine/backend/cpu/fast_input.h"

namespace soliloquy::cpu {

/// Keys and values of one KV head: rows of F16, the first of them those of first_position.
struct CachedHead {
    const uint16_t* keys;
    size_t key_stride, key_dim;
    const uint16_t* values;
    size_t value_stride, value_dim;
    size_t first_position = 0;

    [[nodiscard]] const uint16_t* key(size_t position) const noexcept { return keys + (position - first_position) * key_stride; }
    [[nodiscard]] const uint16_t* value(size_t position) const noexcept { return values + (position - first_position) * value_stride; }
};

/// Query rows [rows, key_dim], contiguous; row r belongs to the token at position + r / rows_per_token, which sees the positions
/// [p - window + 1, p], or [0, p] when window == 0.
struct QueryRows {
    const float* q;
    size_t rows;
    size_t rows_per_token;
    size_t position;
    uint32_t window;

    [[nodiscard]] size_t last_seen(size_t row) const noexcept { return position + row / rows_per_token; }
    [[nodiscard]] size_t first_seen(size_t row) const noexcept {
        const size_t last = last_seen(row);
        return window == 0 || last < window ? 0 : last - window + 1;
    }
};

/// The sums so far: sum = sum_p exp(score_p - greatest), out = sum_p exp(score_p - greatest) * value_p.
struct AttentionSums {
    float* greatest;  ///< [rows]
    float* sum;       ///< [rows]
    float* out;       ///< [rows, value_dim]

    void clear(size_t rows, size_t value_dim) const noexcept;
};

inline constexpr size_t kAttentionBlock = 128;  // positions whose scores are kept at once
inline constexpr size_t kAttentionChunk = 256;  // positions of one unit of work when one token's attention is split

/// Floats of scratch for attend().
[[nodiscard]] size_t attention_scratch(const CpuKernels& kernels, size_t rows, size_t key_dim, size_t value_dim) noexcept;

/// Adds positions [begin, end) to the sums.
void attend(const CpuKernels& kernels, const CachedHead& head, const QueryRows& queries, size_t begin, size_t end, float scale,
            const AttentionSums& sums, float* scratch) noexcept;

/// A block of up to kAttentionBlock positions as the matrix unit takes them.
struct PackedBlock {
    const uint16_t* keys;    ///< B[key_depth, positions]
    size_t key_depth;        ///< key_dim rounded up
    const uint16_t* values;  ///< B[positions, value_dim]
    size_t value_dim;        ///< a multiple of MatrixUnit::kSide
};

/// Adds n positions from `first` on to the sums, on the matrix unit. q: the queries as A, scale included; rows up to the next multiple of
/// MatrixUnit::kSide are zeros, and sums.out has as many. scores, weights: [those rows, kAttentionBlock]; weights of rows past the last
/// stay.
void attend_block(const CpuKernels& kernels, const PackedBlock& block, const QueryRows& queries, const uint16_t* q, size_t first, size_t n,
                  const AttentionSums& sums, float* scores, uint16_t* weights) noexcept;

/// y = out / sum for one row, with a sink's share in the sum when there is one.
void finish_attention(const CpuKernels& kernels, float greatest, float sum, float* out, size_t value_dim, const float* sink) noexcept;

/// Adds the sums of one row over other positions: (greatest, sum, out) += (other...).
void merge_sums(const CpuKernels& kernels, float& greatest, float& sum, float* out, float other_greatest, float other_sum,
                const float* other_out, size_t value_dim) noexcept;

}  // namespace soliloquy::cpu
