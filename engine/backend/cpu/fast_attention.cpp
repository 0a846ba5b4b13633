/// engine/backend/cpu/fast_attention.cpp: m' = max(m, max s),  sum' = sum e^(m - m') + sum_p e^(s_p - m'),  out likewise.
#include "engine/backend/cpu/fast_attention.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace soliloquy::cpu {
namespace {

constexpr float kNothing = -std::numeric_limits<float>::infinity();

/// Turns the scores of a block into weights relative to the new maximum of the row; positions that the row does not see get 0.
void weigh(const CpuKernels& kernels, float* scores, size_t block, size_t n, size_t first, size_t last, float& greatest, float& sum,
           float* out, size_t value_dim) noexcept {
    const size_t begin = std::max(first, block) - block;
    const size_t end = last + 1 > block ? std::min(last + 1 - block, n) : 0;
    if (begin >= end) {
        std::fill_n(scores, n, 0.0f);
        return;
    }
    const float peak = std::max(greatest, kernels.max_f32(scores + begin, end - begin));
    if (peak > greatest && sum > 0.0f) {
        const float shrink = std::exp(greatest - peak);
        sum *= shrink;
        kernels.scale_f32(shrink, out, value_dim);
    }
    greatest = peak;
    sum += kernels.exp_sum(scores + begin, end - begin, peak);
    std::fill(scores, scores + begin, 0.0f);
    std::fill(scores + end, scores + n, 0.0f);
}

}  // namespace

void AttentionSums::clear(size_t rows, size_t value_dim) const noexcept {
    std::fill_n(greatest, rows, kNothing);
    std::fill_n(sum, rows, 0.0f);
    std::fill_n(out, rows * value_dim, 0.0f);
}

void attend(const CpuKernels& kernels, const CachedHead& head, const QueryRows& queries, size_t begin, size_t end, float scale,
            const AttentionSums& sums, float* scratch) noexcept {
    for (size_t block = begin; block < end; block += kAttentionBlock) {
        const size_t n = std::min(kAttentionBlock, end - block);
        kernels.attention_scores(queries.q, head.key_dim, queries.rows, head.keys + block * head.key_stride, head.key_stride, n,
                                 head.key_dim, scale, scratch, kAttentionBlock);
        for (size_t r = 0; r < queries.rows; ++r) {
            weigh(kernels, scratch + r * kAttentionBlock, block, n, queries.first_seen(r), queries.last_seen(r), sums.greatest[r],
                  sums.sum[r], sums.out + r * head.value_dim, head.value_dim);
        }
        kernels.attention_values(scratch, kAttentionBlock, queries.rows, head.values + block * head.value_stride, head.value_stride, n,
                                 head.value_dim, sums.out, head.value_dim);
    }
}

void finish_attention(const CpuKernels& kernels, float greatest, float sum, float* out, size_t value_dim, const float* sink) noexcept {
    float shrink = 1.0f;
    if (sink != nullptr) {
        const float peak = std::max(greatest, *sink);
        shrink = std::exp(greatest - peak);
        sum = sum * shrink + std::exp(*sink - peak);
    }
    kernels.scale_f32(shrink / sum, out, value_dim);
}

void merge_sums(const CpuKernels& kernels, float& greatest, float& sum, float* out, float other_greatest, float other_sum,
                const float* other_out, size_t value_dim) noexcept {
    if (!(other_sum > 0.0f)) return;
    const float peak = std::max(greatest, other_greatest);
    const float keep = sum > 0.0f ? std::exp(greatest - peak) : 0.0f;
    const float add = std::exp(other_greatest - peak);
    sum = sum * keep + other_sum * add;
    kernels.scale_f32(keep, out, value_dim);
    kernels.axpy_f32(add, other_out, out, value_dim);
    greatest = peak;
}

}  // namespace soliloquy::cpu
