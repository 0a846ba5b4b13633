/// engine/backend/cpu/simd/neon_block_matmul.h: matmul of block types against 8-bit activations with the Arm dot product extension.
///   y = sum over blocks b of  scale_w[b] scale_x[b] sum_k (q_w[k] - offset) q_x[k]  +  bias_w[b] sum_x[b]
/// One token: rows are streamed, several at a time. More tokens: eight rows are unpacked into a panel whose lanes are rows.
#pragma once

#include "engine/backend/cpu/simd/block_chunks.h"
#include "engine/backend/cpu/simd/float_kernels.h"
#include "engine/backend/cpu/simd/neon_unpack.h"
#include "engine/backend/cpu/simd/neon_vectors.h"

namespace soliloquy {
namespace {

/// Scales of a chunk with the offset's share in the biases, so that bias * sum_x is all that is left to add.
template <class W>
inline void complete_scales(const std::byte* chunk, Scales& out) noexcept {
    W::scales(chunk, out);
    if constexpr (!W::kBias) {
        for (int i = 0; i < (W::kFine ? 16 : 8); ++i) out.bias[i] = out.scale[i] * static_cast<float>(-W::kOffset);
    }
}
template <class W>
inline constexpr bool kNeedsSums = W::kBias || W::kOffset != 0;

/// R rows, one token.
template <class W, size_t R>
inline void dot_rows(const std::byte* w, size_t w_stride, const ActivationChunk* x, size_t blocks, float* y) noexcept {
    float32x4_t sums[R];
    for (size_t r = 0; r < R; ++r) sums[r] = vdupq_n_f32(0.0f);
    alignas(64) std::byte padded[R][W::kBytes];
    const size_t chunks = (blocks + 7) / 8;
    for (size_t c = 0; c < chunks; ++c) {
        Scales scales[R];
        const std::byte* chunk[R];
        for (size_t r = 0; r < R; ++r) {
            chunk[r] = chunk_at<W>(w + r * w_stride, c, blocks, padded[r]);
            complete_scales<W>(chunk[r], scales[r]);
            if constexpr (kNeedsSums<W>) {
                const float* sum = W::kFine ? x[c].half_sum : x[c].sum;
                for (int i = 0; i < (W::kFine ? 16 : 8); i += 4) {
                    sums[r] = vfmaq_f32(sums[r], vld1q_f32(scales[r].bias + i), vld1q_f32(sum + i));
                }
            }
        }
#pragma GCC unroll 8
        for (int s = 0; s < 8; ++s) {
            const int8x16_t x_low = vld1q_s8(x[c].quant + 32 * s), x_high = vld1q_s8(x[c].quant + 32 * s + 16);
            const float x_scale = x[c].scale[s];
            for (size_t r = 0; r < R; ++r) {
                const Codes q = W::quant(chunk[r], s);
                const int32x4_t low = vdotq_s32(vdupq_n_s32(0), q.low, x_low);
                if constexpr (W::kFine) {
                    const int32x4_t high = vdotq_s32(vdupq_n_s32(0), q.high, x_high);
                    sums[r] = vfmaq_n_f32(sums[r], vcvtq_f32_s32(low), scales[r].scale[2 * s] * x_scale);
                    sums[r] = vfmaq_n_f32(sums[r], vcvtq_f32_s32(high), scales[r].scale[2 * s + 1] * x_scale);
                } else {
                    sums[r] = vfmaq_n_f32(sums[r], vcvtq_f32_s32(vdotq_s32(low, q.high, x_high)), scales[r].scale[s] * x_scale);
                }
            }
        }
    }
    for (size_t r = 0; r < R; ++r) y[r] = vaddvq_f32(sums[r]);
}

/// 256 columns of eight rows.
struct alignas(16) Panel {
    int8_t q[64][8][4];  ///< four weights of every row
    float scale[16][8];  ///< coarse: 8 of them
    float bias[16][8];
};

/// Chunk c of `count` <= 8 rows; rows that are not there repeat the last one.
template <class W>
inline void fill_panel(const std::byte* w, size_t w_stride, size_t count, size_t c, size_t blocks, Panel& panel) noexcept {
    alignas(64) std::byte padded[W::kBytes];
    for (size_t r = 0; r < 8; ++r) {
        const std::byte* chunk = chunk_at<W>(w + smaller(r, count - 1) * w_stride, c, blocks, padded);
        Scales scales;
        complete_scales<W>(chunk, scales);
        for (int b = 0; b < (W::kFine ? 16 : 8); ++b) {
            panel.scale[b][r] = scales.scale[b];
            panel.bias[b][r] = scales.bias[b];
        }
#pragma GCC unroll 8
        for (int s = 0; s < 8; ++s) {
            int8_t bytes[32];
            const Codes q = W::quant(chunk, s);
            vst1q_s8(bytes, q.low);
            vst1q_s8(bytes + 16, q.high);
            for (int i = 0; i < 8; ++i) __builtin_memcpy(panel.q[8 * s + i][r], bytes + 4 * i, 4);
        }
    }
}

/// T tokens times the eight rows of `chunks` panels; `rows` of them are there.
template <class W, size_t T>
inline void multiply_panels(const Panel* panels, size_t chunks, const ActivationChunk* const* x, float* y, size_t y_stride, size_t rows,
                            bool add) noexcept {
    float32x4_t sums[T][2];
    for (size_t t = 0; t < T; ++t) {
        float start[8] = {};
        if (add) __builtin_memcpy(start, y + t * y_stride, rows * sizeof(float));
        for (int h = 0; h < 2; ++h) sums[t][h] = vld1q_f32(start + 4 * h);
    }
    // A step is 16 columns: one fine block, or half of a coarse one.
    for (size_t step = 0; step < chunks * 16; ++step) {
        const size_t c = step / 16, g = step % 16, b = W::kFine ? g : g / 2;
        const Panel& panel = panels[c];
        int32x4_t dots[T][2];
        for (size_t t = 0; t < T; ++t) dots[t][0] = dots[t][1] = vdupq_n_s32(0);
        int8x16_t fours[T];
        for (size_t t = 0; t < T; ++t) fours[t] = vld1q_s8(x[t][c].quant + 16 * g);
        for (int h = 0; h < 2; ++h) {
            const int8_t* q = &panel.q[4 * g][4 * h][0];
            for (size_t t = 0; t < T; ++t) {
                dots[t][h] = vdotq_laneq_s32(dots[t][h], vld1q_s8(q), fours[t], 0);
                dots[t][h] = vdotq_laneq_s32(dots[t][h], vld1q_s8(q + 32), fours[t], 1);
                dots[t][h] = vdotq_laneq_s32(dots[t][h], vld1q_s8(q + 64), fours[t], 2);
                dots[t][h] = vdotq_laneq_s32(dots[t][h], vld1q_s8(q + 96), fours[t], 3);
                const float32x4_t factor = vmulq_n_f32(vld1q_f32(panel.scale[b] + 4 * h), x[t][c].scale[g / 2]);
                sums[t][h] = vfmaq_f32(sums[t][h], vcvtq_f32_s32(dots[t][h]), factor);
                if constexpr (kNeedsSums<W>) {
                    sums[t][h] = vfmaq_n_f32(sums[t][h], vld1q_f32(panel.bias[b] + 4 * h), x[t][c].half_sum[g]);
                }
            }
        }
    }
    for (size_t t = 0; t < T; ++t) {
        float all[8];
        for (int h = 0; h < 2; ++h) vst1q_f32(all + 4 * h, sums[t][h]);
        __builtin_memcpy(y + t * y_stride, all, rows * sizeof(float));
    }
}

template <class W>
inline void matmul_block_rows(const MatMulTile& tile) noexcept {
    const auto* x = reinterpret_cast<const ActivationChunk*>(token_of(tile, 0));
    const size_t blocks = tile.k / 32;
    size_t r = tile.row_begin;
    for (; r + 4 <= tile.row_end; r += 4) dot_rows<W, 4>(tile.w + r * tile.w_stride, tile.w_stride, x, blocks, tile.y + r);
    for (; r < tile.row_end; ++r) dot_rows<W, 1>(tile.w + r * tile.w_stride, tile.w_stride, x, blocks, tile.y + r);
}

template <class W>
inline void matmul_block_panels(const MatMulTile& tile) noexcept {
    constexpr size_t kPanels = 4, kTokens = 4;
    Panel panels[kPanels];
    const size_t blocks = tile.k / 32, chunks = (blocks + 7) / 8;
    for (size_t r = tile.row_begin; r < tile.row_end; r += 8) {
        const size_t count = smaller(8, tile.row_end - r);
        const std::byte* w = tile.w + r * tile.w_stride;
        for (size_t c = 0; c < chunks; c += kPanels) {
            const size_t n = smaller(kPanels, chunks - c);
            for (size_t i = 0; i < n; ++i) fill_panel<W>(w, tile.w_stride, count, c + i, blocks, panels[i]);
            const ActivationChunk* x[kTokens];
            size_t t = 0;
            // A value's sums are the same in a tile of any width.
            const auto tiles_of = [&]<size_t T>() {
                for (; t + T <= tile.tokens; t += T) {
                    for (size_t i = 0; i < T; ++i) x[i] = reinterpret_cast<const ActivationChunk*>(token_of(tile, t + i)) + c;
                    multiply_panels<W, T>(panels, n, x, tile.y + t * tile.y_stride + r, tile.y_stride, count, c > 0);
                }
            };
            tiles_of.template operator()<4>();
            tiles_of.template operator()<2>();
            tiles_of.template operator()<1>();
        }
    }
}

template <class W>
inline void matmul_blocks(const MatMulTile& tile) noexcept {
    if (tile.tokens == 1) return matmul_block_rows<W>(tile);
    matmul_block_panels<W>(tile);
}

}  // namespace
}  // namespace soliloquy
