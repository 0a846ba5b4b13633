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

constexpr size_t round_up(size_t n, size_t to) noexcept { return (n + to - 1) / to * to; }
constexpr size_t floats_of_halves(size_t n) noexcept { return round_up((n + 1) / 2, kFloatsInLine); }

constexpr size_t kFewestRows = 4;  // below, packing keys and values for the matrix unit costs more than it saves
bool uses_unit(const CpuKernels& kernels, size_t rows, size_t value_dim) noexcept {
    return kernels.matrix_unit != nullptr && rows >= kFewestRows && value_dim % MatrixUnit::kSide == 0;
}

/// Where attend_packed() keeps its operands, in numbers of 4 bytes from the start of the scratch.
struct PackedScratch {
    size_t rows, key_depth;  ///< rounded up for the unit
    size_t scores = 0, weights, queries, keys, values, out, end;

    PackedScratch(size_t n_rows, size_t key_dim, size_t value_dim) noexcept
        : rows(round_up(n_rows, MatrixUnit::kSide)),
          key_depth(round_up(key_dim, MatrixUnit::kDepth)),
          weights(rows * kAttentionBlock),
          queries(weights + floats_of_halves(rows * kAttentionBlock)),
          keys(queries + floats_of_halves(rows * key_depth)),
          values(keys + floats_of_halves(kAttentionBlock * key_depth)),
          out(values + floats_of_halves(kAttentionBlock * value_dim)),
          end(out + rows * value_dim) {}
};

/// attend() on the matrix unit.
void attend_packed(const CpuKernels& kernels, const CachedHead& head, const QueryRows& queries, size_t begin, size_t end, float scale,
                   const AttentionSums& sums, float* scratch) noexcept {
    const MatrixUnit& unit = *kernels.matrix_unit;
    const PackedScratch at(queries.rows, head.key_dim, head.value_dim);
    const auto halves = [scratch](size_t offset) { return reinterpret_cast<uint16_t*>(scratch + offset); };
    std::fill_n(halves(at.queries), at.rows * at.key_depth, uint16_t{0});
    unit.rows_of_f32(queries.q, head.key_dim, queries.rows, head.key_dim, scale, halves(at.queries), at.key_depth);
    std::fill_n(halves(at.weights), at.rows * kAttentionBlock, uint16_t{0});
    const size_t out_size = queries.rows * head.value_dim;
    float* out = at.rows == queries.rows ? sums.out : scratch + at.out;
    if (out != sums.out) std::fill(std::copy_n(sums.out, out_size, out), out + at.rows * head.value_dim, 0.0f);
    const PackedBlock block{halves(at.keys), at.key_depth, halves(at.values), head.value_dim};
    for (size_t first = begin; first < end; first += kAttentionBlock) {
        const size_t n = std::min(kAttentionBlock, end - first);
        unit.panels_of_transposed_f16(head.key(first), head.key_stride, n, head.key_dim, halves(at.keys));
        unit.panels_of_f16(head.value(first), head.value_stride, n, head.value_dim, halves(at.values));
        attend_block(kernels, block, queries, halves(at.queries), first, n, {sums.greatest, sums.sum, out}, scratch, halves(at.weights));
    }
    if (out != sums.out) std::copy_n(out, out_size, sums.out);
}

}  // namespace

void attend_block(const CpuKernels& kernels, const PackedBlock& block, const QueryRows& queries, const uint16_t* q, size_t first, size_t n,
                  const AttentionSums& sums, float* scores, uint16_t* weights) noexcept {
    const MatrixUnit& unit = *kernels.matrix_unit;
    const size_t rows = round_up(queries.rows, MatrixUnit::kSide), deep = round_up(n, MatrixUnit::kDepth);
    unit.multiply(q, block.key_depth, block.keys, rows, round_up(n, MatrixUnit::kSide), block.key_depth, scores, kAttentionBlock, false);
    for (size_t r = 0; r < queries.rows; ++r) {
        weigh(kernels, scores + r * kAttentionBlock, first, n, queries.first_seen(r), queries.last_seen(r), sums.greatest[r], sums.sum[r],
              sums.out + r * block.value_dim, block.value_dim);
    }
    unit.rows_of_f32(scores, kAttentionBlock, queries.rows, n, 1.0f, weights, kAttentionBlock);
    unit.multiply(weights, kAttentionBlock, block.values, rows, block.value_dim, deep, sums.out, block.value_dim, true);
}

size_t attention_scratch(const CpuKernels& kernels, size_t rows, size_t key_dim, size_t value_dim) noexcept {
    if (!uses_unit(kernels, rows, value_dim)) return rows * kAttentionBlock;
    return PackedScratch(rows, key_dim, value_dim).end;
}

void AttentionSums::clear(size_t rows, size_t value_dim) const noexcept {
    std::fill_n(greatest, rows, kNothing);
    std::fill_n(sum, rows, 0.0f);
    std::fill_n(out, rows * value_dim, 0.0f);
}

void attend(const CpuKernels& kernels, const CachedHead& head, const QueryRows& queries, size_t begin, size_t end, float scale,
            const AttentionSums& sums, float* scratch) noexcept {
    if (uses_unit(kernels, queries.rows, head.value_dim)) {
        return attend_packed(kernels, head, queries, begin, end, scale, sums, scratch);
    }
    for (size_t block = begin; block < end; block += kAttentionBlock) {
        const size_t n = std::min(kAttentionBlock, end - block);
        kernels.attention_scores(queries.q, head.key_dim, queries.rows, head.key(block), head.key_stride, n, head.key_dim, scale, scratch,
                                 kAttentionBlock);
        for (size_t r = 0; r < queries.rows; ++r) {
            weigh(kernels, scratch + r * kAttentionBlock, block, n, queries.first_seen(r), queries.last_seen(r), sums.greatest[r],
                  sums.sum[r], sums.out + r * head.value_dim, head.value_dim);
        }
        kernels.attention_values(scratch, kAttentionBlock, queries.rows, head.value(block), head.value_stride, n, head.value_dim, sums.out,
                                 head.value_dim);
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
