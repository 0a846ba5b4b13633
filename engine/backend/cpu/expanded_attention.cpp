/// engine/backend/cpu/expanded_attention.cpp: a unit of work is a head, or a head's share of the tokens where there are more members than
/// heads; it expands a block of positions and all of its tokens attend to it while it lies in the cache.
#include "engine/backend/cpu/expanded_attention.h"

#include <algorithm>
#include <cstring>

#include "engine/quant/dequantize.h"

namespace soliloquy::cpu {
namespace {

constexpr size_t kTokensTogether = 64;  // whose scores against a block are kept at once
constexpr size_t kFewestTokens = 32;    // of a share of a head

constexpr size_t round_up(size_t n, size_t to) noexcept { return (n + to - 1) / to * to; }

uint16_t* halves(float* p) noexcept { return reinterpret_cast<uint16_t*>(p); }

}  // namespace

void LatentQueries::rotated(const CpuKernels& kernels, size_t t, size_t h, float* out) const noexcept {
    std::memcpy(out, head(t, h) + nope, rope_dim * sizeof(float));
    if (!rope) return;
    const auto turn = rope->pairs == RopePairs::halves ? kernels.rope_halves : kernels.rope_interleaved;
    turn(out, angles->cosines(t), angles->sines(t), angles->pairs);
}

ExpandedAttention::ExpandedAttention(const CpuKernels& kernels, const AttentionMla& op, LatentQueries queries, const Binding& binding)
    : kernels_(kernels),
      queries_(std::move(queries)),
      y_(binding.rows(op.y)),
      cache_(binding.cache(op.cache)),
      k_b_(binding.weight(op.k_b)),
      v_b_(binding.weight(op.v_b)),
      n_heads_(op.n_heads),
      scale_(op.scale),
      possible_(kernels.matrix_unit != nullptr && latent() % MatrixUnit::kDepth == 0 && queries_.nope % MatrixUnit::kSide == 0 &&
                value_dim() % MatrixUnit::kSide == 0),
      layout_(layout(binding.options().max_tokens)) {}

size_t ExpandedAttention::key_depth() const noexcept { return round_up(queries_.key_dim(), MatrixUnit::kDepth); }

ExpandedAttention::Layout ExpandedAttention::layout(size_t tokens) const noexcept {
    const size_t rows = round_up(tokens, kTokensTogether), widest = std::max(queries_.key_dim() + value_dim(), latent());
    Layout at{};
    size_t end = 0;
    const auto floats = [&end](size_t& offset, size_t n) {
        offset = end;
        end += round_up(n, kFloatsInLine);
    };
    const auto numbers_of_16_bits = [&floats](size_t& offset, size_t n) { floats(offset, (n + 1) / 2); };
    numbers_of_16_bits(at.queries, rows * key_depth());
    numbers_of_16_bits(at.latents, kAttentionBlock * latent());
    numbers_of_16_bits(at.keys, kAttentionBlock * key_depth());
    numbers_of_16_bits(at.values, kAttentionBlock * value_dim());
    numbers_of_16_bits(at.k_b, latent() * queries_.nope);
    numbers_of_16_bits(at.v_b, latent() * value_dim());
    numbers_of_16_bits(at.weights, kTokensTogether * kAttentionBlock);
    floats(at.scores, kTokensTogether * kAttentionBlock);
    floats(at.wide, std::max({kAttentionBlock * widest, latent() * queries_.nope, value_dim() * latent()}));
    floats(at.out, rows * value_dim());
    floats(at.greatest, rows);
    floats(at.sum, rows);
    at.end = end;
    return at;
}

bool ExpandedAttention::pays(const Step& step) const noexcept {
    if (!possible_ || step.tokens() < MatrixUnit::kSide) return false;
    const uint64_t tokens = step.tokens(), positions = step.position + tokens;
    const uint64_t pairs = tokens * step.position + tokens * (tokens + 1) / 2;  // of a token and a position that it sees
    const uint64_t matrices = latent() * (queries_.nope + value_dim());
    const uint64_t absorbed = tokens * matrices + pairs * (2 * latent() + queries_.rope_dim);
    return positions * matrices + pairs * (queries_.key_dim() + value_dim()) < absorbed;
}

void ExpandedAttention::run(const Step& step, const Worker& worker) const noexcept {
    const size_t most = std::max<size_t>(1, step.tokens() / kFewestTokens);
    const size_t shares = std::min(most, (2 * size_t{worker.threads} + n_heads_ - 1) / n_heads_);
    for (size_t unit = worker.thread; unit < n_heads_ * shares; unit += worker.threads) {
        const auto [first, end] = ThreadPool::share(step.tokens(), static_cast<unsigned>(unit / n_heads_), static_cast<unsigned>(shares));
        if (first < end) run_head(step, unit % n_heads_, first, end, worker.scratch);
    }
}

/// k_b as B[latent, nope], v_b transposed as B[latent, value].
void ExpandedAttention::pack_matrices(size_t head, float* scratch) const noexcept {
    float* numbers = scratch + layout_.wide;
    for (size_t l = 0; l < latent(); ++l) dequantize_row(k_b_.type, k_b_.row(l, head), numbers + l * queries_.nope, queries_.nope);
    kernels_.matrix_unit->panels_of_f32(numbers, queries_.nope, latent(), queries_.nope, halves(scratch + layout_.k_b));
    for (size_t d = 0; d < value_dim(); ++d) dequantize_row(v_b_.type, v_b_.row(d, head), numbers + d * latent(), latent());
    kernels_.matrix_unit->panels_of_transposed_f32(numbers, latent(), value_dim(), latent(), halves(scratch + layout_.v_b));
}

void ExpandedAttention::pack_queries(size_t head, size_t first, size_t end, float* scratch) const noexcept {
    const size_t rows = round_up(end - first, MatrixUnit::kSide);
    float* row = scratch + layout_.wide;
    for (size_t i = 0; i < rows; ++i) {
        uint16_t* out = halves(scratch + layout_.queries) + i * key_depth();
        if (first + i < end) {
            std::memcpy(row, queries_.head(first + i, head), queries_.nope * sizeof(float));
            queries_.rotated(kernels_, first + i, head, row + queries_.nope);
            kernels_.matrix_unit->rows_of_f32(row, queries_.key_dim(), 1, queries_.key_dim(), scale_, out, key_depth());
        } else {
            std::fill_n(out, key_depth(), uint16_t{0});
        }
    }
}

/// Keys and values of positions [position, position + n).
PackedBlock ExpandedAttention::expand(size_t position, size_t n, float* scratch) const noexcept {
    const MatrixUnit& unit = *kernels_.matrix_unit;
    const size_t rows = round_up(n, MatrixUnit::kSide), key_dim = queries_.key_dim();
    const auto* cached = reinterpret_cast<const uint16_t*>(cache_.row(position));
    uint16_t* latents = halves(scratch + layout_.latents);
    unit.rows_of_f16(cached, cache_.columns, n, latent(), latents, latent());
    std::fill(latents + n * latent(), latents + rows * latent(), uint16_t{0});
    float *keys = scratch + layout_.wide, *values = keys + kAttentionBlock * key_dim;
    unit.multiply(latents, latent(), halves(scratch + layout_.k_b), rows, queries_.nope, latent(), keys, key_dim, false);
    for (size_t i = 0; i < n; ++i) {
        kernels_.f16_to_f32(cached + i * cache_.columns + latent(), keys + i * key_dim + queries_.nope, queries_.rope_dim);
    }
    unit.panels_of_transposed_f32(keys, key_dim, n, key_dim, halves(scratch + layout_.keys));
    unit.multiply(latents, latent(), halves(scratch + layout_.v_b), rows, value_dim(), latent(), values, value_dim(), false);
    unit.panels_of_f32(values, value_dim(), n, value_dim(), halves(scratch + layout_.values));
    return {halves(scratch + layout_.keys), key_depth(), halves(scratch + layout_.values), value_dim()};
}

void ExpandedAttention::run_head(const Step& step, size_t head, size_t first, size_t end, float* scratch) const noexcept {
    const size_t tokens = end - first;
    const AttentionSums sums{scratch + layout_.greatest, scratch + layout_.sum, scratch + layout_.out};
    pack_matrices(head, scratch);
    pack_queries(head, first, end, scratch);
    sums.clear(round_up(tokens, MatrixUnit::kSide), value_dim());
    std::fill_n(halves(scratch + layout_.weights), kTokensTogether * kAttentionBlock, uint16_t{0});
    const size_t positions = step.position + end;
    for (size_t p = 0; p < positions; p += kAttentionBlock) {
        const size_t n = std::min(kAttentionBlock, positions - p);
        const PackedBlock block = expand(p, n, scratch);
        for (size_t t = 0; t < tokens; t += kTokensTogether) {
            const QueryRows rows{nullptr, std::min(kTokensTogether, tokens - t), 1, step.position + first + t, 0};
            if (rows.last_seen(rows.rows - 1) < p) continue;
            attend_block(kernels_, block, rows, halves(scratch + layout_.queries) + t * key_depth(), p, n,
                         {sums.greatest + t, sums.sum + t, sums.out + t * value_dim()}, scratch + layout_.scores,
                         halves(scratch + layout_.weights));
        }
    }
    for (size_t t = 0; t < tokens; ++t) {
        float* out = sums.out + t * value_dim();
        finish_attention(kernels_, sums.greatest[t], sums.sum[t], out, value_dim(), nullptr);
        std::memcpy(y_.row(first + t).data() + head * value_dim(), out, value_dim() * sizeof(float));
    }
}

}  // namespace soliloquy::cpu
