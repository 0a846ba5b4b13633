/// engine/backend/cpu/attention_core.cpp: units of work are (token block, head group), or for one token (chunk of positions, head group),
/// whose sums are merged in the order of the chunks: the number of members never changes a bit.
#include "engine/backend/cpu/attention_core.h"

#include <algorithm>
#include <cstring>

namespace soliloquy::cpu {
namespace {

// Query rows of a unit of work: enough that a cached row is read, or packed for the matrix unit, once for many of them.
constexpr size_t kQueryRows = 32, kPackedQueryRows = 256;
constexpr size_t kWideKey = 256;  // from here on, half as many, so that they stay in the second-level cache

}  // namespace

size_t AttentionCore::heads_in(size_t group) const noexcept {
    return std::min(shape_.heads_per_group, shape_.n_heads - group * shape_.heads_per_group);
}

size_t AttentionCore::query_rows() const noexcept {
    if (kernels_->matrix_unit == nullptr) return kQueryRows;
    return shape_.key_dim <= kWideKey ? kPackedQueryRows : kPackedQueryRows / 2;
}

size_t AttentionCore::tokens_per_block() const noexcept { return std::max<size_t>(1, query_rows() / shape_.heads_per_group); }

CachedHead AttentionCore::head_of(size_t group) const noexcept {
    const size_t kv_head = shape_.n_kv_heads == 1 ? 0 : group;
    return {reinterpret_cast<const uint16_t*>(keys_.data) + kv_head * shape_.key_dim,     keys_.columns,   shape_.key_dim,
            reinterpret_cast<const uint16_t*>(values_.data) + kv_head * shape_.value_dim, values_.columns, shape_.value_dim};
}

AttentionSums AttentionCore::split_sums(float* split, size_t chunk, size_t head) const noexcept {
    const size_t all = chunks_ * shape_.n_heads, at = chunk * shape_.n_heads + head;
    return {split + at, split + all + at, split + 2 * all + at * shape_.value_dim};
}

size_t AttentionCore::scratch_floats() const noexcept {
    const size_t rows = std::max(query_rows(), shape_.heads_per_group);
    return attention_scratch(*kernels_, rows, shape_.key_dim, shape_.value_dim) + rows * (shape_.key_dim + shape_.value_dim + 2);
}

void AttentionCore::run(const Step& step, const Worker& worker, const Operands& operands) const noexcept {
    if (step.tokens() == 1) return run_split(step, worker, operands);
    const size_t blocks = (step.tokens() + tokens_per_block() - 1) / tokens_per_block();
    // Later blocks see more positions: dealt out like cards, members get equal work.
    for (size_t unit = worker.thread; unit < blocks * groups(); unit += worker.threads) {
        run_block(step, operands, unit / groups() * tokens_per_block(), unit % groups(), worker.scratch);
    }
}

void AttentionCore::run_split(const Step& step, const Worker& worker, const Operands& operands) const noexcept {
    const size_t end = size_t{step.position} + 1;
    const size_t begin = shape_.window == 0 || end <= shape_.window ? 0 : end - shape_.window;
    const size_t first_chunk = begin / kAttentionChunk, end_chunk = (end + kAttentionChunk - 1) / kAttentionChunk;
    for (size_t unit = worker.thread; unit < (end_chunk - first_chunk) * groups(); unit += worker.threads) {
        const size_t chunk = first_chunk + unit / groups(), group = unit % groups(), head = group * shape_.heads_per_group;
        const size_t rows = heads_in(group);
        const AttentionSums sums = split_sums(operands.split, chunk, head);
        sums.clear(rows, shape_.value_dim);
        const QueryRows queries{operands.q.data + head * shape_.key_dim, rows, rows, step.position, shape_.window};
        attend(*kernels_, head_of(group), queries, std::max(begin, chunk * kAttentionChunk), std::min(end, (chunk + 1) * kAttentionChunk),
               shape_.scale, sums, worker.scratch);
    }
    worker.barrier();
    const auto [first_head, end_head] = worker.share(shape_.n_heads);
    for (size_t head = first_head; head < end_head; ++head) {
        const AttentionSums sums = split_sums(operands.split, first_chunk, head);
        for (size_t chunk = first_chunk + 1; chunk < end_chunk; ++chunk) {
            const AttentionSums more = split_sums(operands.split, chunk, head);
            merge_sums(*kernels_, *sums.greatest, *sums.sum, sums.out, *more.greatest, *more.sum, more.out, shape_.value_dim);
        }
        finish_attention(*kernels_, *sums.greatest, *sums.sum, sums.out, shape_.value_dim, sink(head));
        std::memcpy(operands.out.data + head * shape_.value_dim, sums.out, shape_.value_dim * sizeof(float));
    }
}

void AttentionCore::run_block(const Step& step, const Operands& operands, size_t first_token, size_t group, float* scratch) const noexcept {
    const size_t heads = heads_in(group), first_head = group * shape_.heads_per_group;
    const size_t tokens = std::min(tokens_per_block(), step.tokens() - first_token), rows = tokens * heads;
    float* q = scratch + attention_scratch(*kernels_, rows, shape_.key_dim, shape_.value_dim);
    const AttentionSums sums{q + rows * shape_.key_dim, q + rows * (shape_.key_dim + 1), q + rows * (shape_.key_dim + 2)};
    for (size_t t = 0; t < tokens; ++t) {
        std::memcpy(q + t * heads * shape_.key_dim, operands.q.row(first_token + t).data() + first_head * shape_.key_dim,
                    heads * shape_.key_dim * sizeof(float));
    }
    sums.clear(rows, shape_.value_dim);
    const QueryRows queries{q, rows, heads, step.position + first_token, shape_.window};
    attend(*kernels_, head_of(group), queries, queries.first_seen(0), queries.last_seen(rows - 1) + 1, shape_.scale, sums, scratch);
    for (size_t r = 0; r < rows; ++r) {
        const size_t head = first_head + r % heads;
        float* row = sums.out + r * shape_.value_dim;
        finish_attention(*kernels_, sums.greatest[r], sums.sum[r], row, shape_.value_dim, sink(head));
        std::memcpy(operands.out.row(first_token + r / heads).data() + head * shape_.value_dim, row, shape_.value_dim * sizeof(float));
    }
}

}  // namespace soliloquy::cpu
