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
      unit_(kernels.matrix_unit),
      possible_(unit_ == nullptr ||
                (latent() % MatrixUnit::kDepth == 0 && queries_.nope % MatrixUnit::kSide == 0 && value_dim() % MatrixUnit::kSide == 0)),
      layout_(layout(binding.options().max_tokens)) {}

size_t ExpandedAttention::key_depth() const noexcept {
    return unit_ != nullptr ? round_up(queries_.key_dim(), MatrixUnit::kDepth) : queries_.key_dim();
}

ExpandedAttention::Layout ExpandedAttention::layout(size_t tokens) const noexcept {
    const size_t rows = round_up(tokens, kTokensTogether), widest = std::max(queries_.key_dim() + value_dim(), latent());
    Layout at{};
    size_t end = 0;
    const auto floats = [&end](size_t& offset, size_t n) {
        offset = end;
        end += round_up(n, kFloatsInLine);
    };
    const auto of_16_bits = [&floats](size_t& offset, size_t n) { floats(offset, (n + 1) / 2); };
    const auto operands = [&](size_t& offset, size_t n) { unit_ != nullptr ? of_16_bits(offset, n) : floats(offset, n); };
    operands(at.queries, rows * key_depth());
    operands(at.latents, kAttentionBlock * latent());
    operands(at.k_b, latent() * queries_.nope);
    operands(at.v_b, latent() * value_dim());
    of_16_bits(at.keys, kAttentionBlock * key_depth());
    of_16_bits(at.values, kAttentionBlock * value_dim());
    of_16_bits(at.weights, unit_ != nullptr ? kTokensTogether * kAttentionBlock : 0);
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
    if (unit_ == nullptr) return pack_matrices_f32(head, scratch);
    float* numbers = scratch + layout_.wide;
    for (size_t l = 0; l < latent(); ++l) dequantize_row(k_b_.type, k_b_.row(l, head), numbers + l * queries_.nope, queries_.nope);
    unit_->panels_of_f32(numbers, queries_.nope, latent(), queries_.nope, halves(scratch + layout_.k_b));
    for (size_t d = 0; d < value_dim(); ++d) dequantize_row(v_b_.type, v_b_.row(d, head), numbers + d * latent(), latent());
    unit_->panels_of_transposed_f32(numbers, latent(), value_dim(), latent(), halves(scratch + layout_.v_b));
}

void ExpandedAttention::pack_queries(size_t head, size_t first, size_t end, float* scratch) const noexcept {
    float* row = scratch + layout_.wide;
    for (size_t t = first; unit_ == nullptr && t < end; ++t) {
        float* out = scratch + layout_.queries + (t - first) * queries_.key_dim();
        std::memcpy(out, queries_.head(t, head), queries_.nope * sizeof(float));
        queries_.rotated(kernels_, t, head, out + queries_.nope);
    }
    const size_t rows = unit_ != nullptr ? round_up(end - first, MatrixUnit::kSide) : 0;
    for (size_t i = 0; i < rows; ++i) {
        uint16_t* out = halves(scratch + layout_.queries) + i * key_depth();
        if (first + i < end) {
            std::memcpy(row, queries_.head(first + i, head), queries_.nope * sizeof(float));
            queries_.rotated(kernels_, first + i, head, row + queries_.nope);
            unit_->rows_of_f32(row, queries_.key_dim(), 1, queries_.key_dim(), scale_, out, key_depth());
        } else {
            std::fill_n(out, key_depth(), uint16_t{0});
        }
    }
}

/// Keys and values of positions [position, position + n).
void ExpandedAttention::expand(size_t position, size_t n, float* scratch) const noexcept {
    if (unit_ == nullptr) return expand_f32(position, n, scratch);
    const MatrixUnit& unit = *unit_;
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
}

void ExpandedAttention::pack_matrices_f32(size_t head, float* scratch) const noexcept {
    float *numbers = scratch + layout_.wide, *transposed = scratch + layout_.k_b;
    for (size_t l = 0; l < latent(); ++l) {
        dequantize_row(k_b_.type, k_b_.row(l, head), numbers, queries_.nope);
        for (size_t i = 0; i < queries_.nope; ++i) transposed[i * latent() + l] = numbers[i];
    }
    for (size_t d = 0; d < value_dim(); ++d) dequantize_row(v_b_.type, v_b_.row(d, head), scratch + layout_.v_b + d * latent(), latent());
}

/// y[i, r] = w[r] . latents[i]
void ExpandedAttention::multiply_f32(const float* w, size_t rows, const float* latents, size_t n, float* y,
                                     size_t y_stride) const noexcept {
    MatMulTile tile;
    tile.w = reinterpret_cast<const std::byte*>(w);
    tile.w_stride = tile.x_stride = latent() * sizeof(float);
    tile.k = latent();
    tile.row_end = rows;
    tile.x = reinterpret_cast<const std::byte*>(latents);
    tile.tokens = n;
    tile.y = y;
    tile.y_stride = y_stride;
    kernels_.matmul(tile);
}

void ExpandedAttention::expand_f32(size_t position, size_t n, float* scratch) const noexcept {
    float *latents = scratch + layout_.latents, *numbers = scratch + layout_.wide;
    const size_t key_dim = queries_.key_dim();
    const auto* cached = reinterpret_cast<const uint16_t*>(cache_.row(position));
    for (size_t i = 0; i < n; ++i) kernels_.f16_to_f32(cached + i * cache_.columns, latents + i * latent(), latent());
    multiply_f32(scratch + layout_.k_b, queries_.nope, latents, n, numbers, queries_.nope);
    uint16_t* keys = halves(scratch + layout_.keys);
    for (size_t i = 0; i < n; ++i) {
        kernels_.f32_to_f16(numbers + i * queries_.nope, keys + i * key_dim, queries_.nope);
        std::memcpy(keys + i * key_dim + queries_.nope, cached + i * cache_.columns + latent(), queries_.rope_dim * sizeof(uint16_t));
    }
    multiply_f32(scratch + layout_.v_b, value_dim(), latents, n, numbers, value_dim());
    kernels_.f32_to_f16(numbers, halves(scratch + layout_.values), n * value_dim());
}

/// Tokens of a share, `token` the first of them, attend to the block that was expanded.
void ExpandedAttention::attend_to(size_t position, size_t n, size_t token, const QueryRows& rows, float* scratch) const noexcept {
    const AttentionSums sums{scratch + layout_.greatest + token, scratch + layout_.sum + token,
                             scratch + layout_.out + token * value_dim()};
    const uint16_t *keys = halves(scratch + layout_.keys), *values = halves(scratch + layout_.values);
    float* scores = scratch + layout_.scores;
    if (unit_ == nullptr) {
        const CachedHead head{keys, key_depth(), key_depth(), values, value_dim(), value_dim(), position};
        return attend(kernels_, head, rows, position, position + n, scale_, sums, scores);
    }
    attend_block(kernels_, {keys, key_depth(), values, value_dim()}, rows, halves(scratch + layout_.queries) + token * key_depth(),
                 position, n, sums, scores, halves(scratch + layout_.weights));
}

void ExpandedAttention::run_head(const Step& step, size_t head, size_t first, size_t end, float* scratch) const noexcept {
    const size_t tokens = end - first;
    const AttentionSums sums{scratch + layout_.greatest, scratch + layout_.sum, scratch + layout_.out};
    pack_matrices(head, scratch);
    pack_queries(head, first, end, scratch);
    sums.clear(round_up(tokens, MatrixUnit::kSide), value_dim());
    if (unit_ != nullptr) std::fill_n(halves(scratch + layout_.weights), kTokensTogether * kAttentionBlock, uint16_t{0});
    const size_t positions = step.position + end;
    for (size_t p = 0; p < positions; p += kAttentionBlock) {
        const size_t n = std::min(kAttentionBlock, positions - p);
        expand(p, n, scratch);
        for (size_t t = 0; t < tokens; t += kTokensTogether) {
            const float* q = unit_ == nullptr ? scratch + layout_.queries + t * queries_.key_dim() : nullptr;
            const QueryRows rows{q, std::min(kTokensTogether, tokens - t), 1, step.position + first + t, 0};
            if (rows.last_seen(rows.rows - 1) < p) continue;
            attend_to(p, n, t, rows, scratch);
        }
    }
    for (size_t t = 0; t < tokens; ++t) {
        float* out = sums.out + t * value_dim();
        finish_attention(kernels_, sums.greatest[t], sums.sum[t], out, value_dim(), nullptr);
        std::memcpy(y_.row(first + t).data() + head * value_dim(), out, value_dim() * sizeof(float));
    }
}

}  // namespace soliloquy::cpu
