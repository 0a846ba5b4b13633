/// engine/backend/cpu/simd/avx2_block_matmul.h: matmul of block types against 8-bit activations with AVX2, or AVX-VNNI where the
/// including file is compiled for it.
///   y = sum over blocks b of  scale_w[b] scale_x[b] sum_k (q_w[k] - offset) q_x[k]  +  bias_w[b] sum_x[b]
/// One token: rows are streamed, several at a time, sums stay in registers. More tokens: eight rows are unpacked into a panel whose
/// lanes are rows, so that unpacking is shared by the tokens and nothing is summed across lanes.
#pragma once

#include "engine/backend/cpu/simd/avx2_unpack.h"
#include "engine/backend/cpu/simd/avx2_vectors.h"
#include "engine/backend/cpu/simd/block_chunks.h"
#include "engine/backend/cpu/simd/float_kernels.h"

namespace soliloquy {
namespace {

/// Eight sums of four products. Codes up to 127 are signed: |w| times x with the sign of w.
template <int MaxCode>
[[nodiscard]] inline __m256i dot_fours(__m256i w, __m256i x) noexcept {
    if constexpr (MaxCode == 127) {
        x = _mm256_sign_epi8(x, w);
        w = _mm256_abs_epi8(w);
    }
#if defined(__AVXVNNI__)
    return _mm256_dpbusd_avx_epi32(_mm256_setzero_si256(), w, x);
#else
    return _mm256_madd_epi16(_mm256_maddubs_epi16(w, x), _mm256_set1_epi16(1));
#endif
}

/// What sum_x multiplies: the bias, or the offset's share of the scale.
template <class W>
[[nodiscard]] inline __m256 bias_of(__m256 scale, __m256 bias) noexcept {
    if constexpr (W::kBias) return bias;
    return _mm256_mul_ps(scale, _mm256_set1_ps(static_cast<float>(-W::kOffset)));
}
template <class W>
inline constexpr bool kNeedsSums = W::kBias || W::kOffset != 0;

/// R rows, one token. `ahead`: R rows' worth of bytes to have in the cache soon.
template <class W, size_t R>
inline void dot_rows(const std::byte* w, size_t w_stride, const ActivationChunk* x, size_t blocks, const std::byte* ahead,
                     float* y) noexcept {
    __m256 sums[R];
    for (size_t r = 0; r < R; ++r) sums[r] = _mm256_setzero_ps();
    alignas(64) std::byte padded[R][W::kBytes];
    const size_t chunks = (blocks + 7) / 8;
    for (size_t c = 0; c < chunks; ++c) {
        alignas(32) float factors[R][16];
        const std::byte* chunk[R];
        for (size_t line = 0; line < R * file_bytes<W>(); line += 64) {
            _mm_prefetch(reinterpret_cast<const char*>(ahead + line), _MM_HINT_T0);
        }
        ahead += R * file_bytes<W>();
        for (size_t r = 0; r < R; ++r) {
            chunk[r] = chunk_at<W>(w + r * w_stride, c, blocks, padded[r]);
            Scales scales;
            W::scales(chunk[r], scales);
            const __m256 x_scale = _mm256_loadu_ps(x[c].scale);
            if constexpr (W::kFine) {
                _mm256_store_ps(factors[r],
                                _mm256_mul_ps(scales.low, _mm256_permutevar8x32_ps(x_scale, _mm256_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3))));
                _mm256_store_ps(factors[r] + 8,
                                _mm256_mul_ps(scales.high, _mm256_permutevar8x32_ps(x_scale, _mm256_setr_epi32(4, 4, 5, 5, 6, 6, 7, 7))));
                if constexpr (kNeedsSums<W>) {
                    const __m256 low = bias_of<W>(scales.low, scales.bias_low), high = bias_of<W>(scales.high, scales.bias_high);
                    sums[r] = _mm256_fmadd_ps(low, _mm256_loadu_ps(x[c].half_sum), sums[r]);
                    sums[r] = _mm256_fmadd_ps(high, _mm256_loadu_ps(x[c].half_sum + 8), sums[r]);
                }
            } else {
                _mm256_store_ps(factors[r], _mm256_mul_ps(scales.low, x_scale));
                if constexpr (kNeedsSums<W>) {
                    sums[r] = _mm256_fmadd_ps(bias_of<W>(scales.low, scales.bias_low), _mm256_loadu_ps(x[c].sum), sums[r]);
                }
            }
        }
#pragma GCC unroll 8
        for (int s = 0; s < 8; ++s) {
            const __m256i xq = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(x[c].quant + 32 * s));
            for (size_t r = 0; r < R; ++r) {
                const __m256 dots = _mm256_cvtepi32_ps(dot_fours<W::kMaxCode>(W::quant(chunk[r], s), xq));
                __m256 factor;
                if constexpr (W::kFine) {
                    factor = _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_broadcast_ss(&factors[r][2 * s])),
                                                  _mm_broadcast_ss(&factors[r][2 * s + 1]), 1);
                } else {
                    factor = _mm256_broadcast_ss(&factors[r][s]);
                }
                sums[r] = _mm256_fmadd_ps(dots, factor, sums[r]);
            }
        }
    }
    for (size_t r = 0; r < R; ++r) y[r] = Avx2::sum(sums[r]);
}

/// 256 columns of eight rows: lane r of every vector is row r.
struct alignas(32) Panel {
    __m256i q[64];       ///< four weights of a row per lane
    float scale[16][8];  ///< coarse: 8 of them
    float bias[16][8];
};

/// Lane i of v[j] <-> lane j of v[i].
inline void transpose(__m256i (&v)[8]) noexcept {
    __m256i t[8];
    for (int i = 0; i < 8; i += 2) {
        t[i] = _mm256_unpacklo_epi32(v[i], v[i + 1]);
        t[i + 1] = _mm256_unpackhi_epi32(v[i], v[i + 1]);
    }
    for (int i = 0; i < 8; i += 4) {
        v[i] = _mm256_unpacklo_epi64(t[i], t[i + 2]);
        v[i + 1] = _mm256_unpackhi_epi64(t[i], t[i + 2]);
        v[i + 2] = _mm256_unpacklo_epi64(t[i + 1], t[i + 3]);
        v[i + 3] = _mm256_unpackhi_epi64(t[i + 1], t[i + 3]);
    }
    for (int i = 0; i < 4; ++i) {
        t[i] = _mm256_permute2x128_si256(v[i], v[i + 4], 0x20);
        t[i + 4] = _mm256_permute2x128_si256(v[i], v[i + 4], 0x31);
    }
    for (int i = 0; i < 8; ++i) v[i] = t[i];
}

inline void scatter_lane(__m256 v, float (*out)[8], size_t lane) noexcept {
    alignas(32) float values[8];
    _mm256_store_ps(values, v);
    for (size_t i = 0; i < 8; ++i) out[i][lane] = values[i];
}

/// Chunk c of `count` <= 8 rows; lanes of rows that are not there repeat the last row.
template <class W>
inline void fill_panel(const std::byte* w, size_t w_stride, size_t count, size_t c, size_t blocks, Panel& panel) noexcept {
    alignas(64) std::byte padded[8][W::kBytes];
    const std::byte* chunk[8];
    for (size_t r = 0; r < 8; ++r) {
        chunk[r] = chunk_at<W>(w + smaller(r, count - 1) * w_stride, c, blocks, padded[r]);
        Scales scales;
        W::scales(chunk[r], scales);
        scatter_lane(scales.low, panel.scale, r);
        if constexpr (W::kFine) scatter_lane(scales.high, panel.scale + 8, r);
        if constexpr (kNeedsSums<W>) {
            scatter_lane(bias_of<W>(scales.low, scales.bias_low), panel.bias, r);
            if constexpr (W::kFine) scatter_lane(bias_of<W>(scales.high, scales.bias_high), panel.bias + 8, r);
        }
    }
#pragma GCC unroll 8
    for (int s = 0; s < 8; ++s) {
        __m256i rows[8];
        for (size_t r = 0; r < 8; ++r) rows[r] = W::quant(chunk[r], s);
        transpose(rows);
        for (int i = 0; i < 8; ++i) panel.q[8 * s + i] = rows[i];
    }
}

[[nodiscard]] inline __m256i broadcast_four(const int8_t* p) noexcept {
    int four;
    __builtin_memcpy(&four, p, 4);
    return _mm256_set1_epi32(four);
}

/// dots[t] = sums over 4 N columns, for T tokens: 16-bit sums as long as they cannot overflow, then 32 bits.
template <int MaxCode, int N, size_t T>
inline void dot_columns(const __m256i* q, const int8_t* const* x, __m256i (&dots)[T]) noexcept {
    for (size_t t = 0; t < T; ++t) dots[t] = _mm256_setzero_si256();
#if defined(__AVXVNNI__)
    for (int i = 0; i < N; ++i) {
        const __m256i magnitude = MaxCode == 127 ? _mm256_abs_epi8(q[i]) : q[i];
        for (size_t t = 0; t < T; ++t) {
            __m256i four = broadcast_four(x[t] + 4 * i);
            if constexpr (MaxCode == 127) four = _mm256_sign_epi8(four, q[i]);
            dots[t] = _mm256_dpbusd_avx_epi32(dots[t], magnitude, four);
        }
    }
#else
    constexpr int kFit = 32767 / (2 * MaxCode * 127);
    constexpr int kRun = kFit < N ? kFit : N;
    for (int i = 0; i < N; i += kRun) {
        __m256i run[T];
        for (int j = i; j < i + kRun && j < N; ++j) {
            const __m256i magnitude = MaxCode == 127 ? _mm256_abs_epi8(q[j]) : q[j];
            for (size_t t = 0; t < T; ++t) {
                __m256i four = broadcast_four(x[t] + 4 * j);
                if constexpr (MaxCode == 127) four = _mm256_sign_epi8(four, q[j]);
                const __m256i pairs = _mm256_maddubs_epi16(magnitude, four);
                run[t] = j == i ? pairs : _mm256_add_epi16(run[t], pairs);
            }
        }
        for (size_t t = 0; t < T; ++t) dots[t] = _mm256_add_epi32(dots[t], _mm256_madd_epi16(run[t], _mm256_set1_epi16(1)));
    }
#endif
}

/// T tokens times the eight rows of `chunks` panels; `rows` of them are there.
template <class W, size_t T>
inline void multiply_panels(const Panel* panels, size_t chunks, const ActivationChunk* const* x, float* y, size_t y_stride, size_t rows,
                            bool add) noexcept {
    constexpr int kBlocks = W::kFine ? 16 : 8;
    constexpr int kFours = 64 / kBlocks;
    const auto part = rows == 8 ? size_t{0} : rows;
    __m256 sums[T];
    for (size_t t = 0; t < T; ++t) sums[t] = add ? FloatKernels<Avx2>::load(y + t * y_stride, part) : _mm256_setzero_ps();
    for (size_t c = 0; c < chunks; ++c) {
        const Panel& panel = panels[c];
        for (int b = 0; b < kBlocks; ++b) {
            const int8_t* quants[T];
            for (size_t t = 0; t < T; ++t) quants[t] = x[t][c].quant + 4 * kFours * b;
            __m256i dots[T];
            dot_columns<W::kMaxCode, kFours, T>(panel.q + kFours * b, quants, dots);
            const __m256 scale = _mm256_load_ps(panel.scale[b]);
            for (size_t t = 0; t < T; ++t) {
                const __m256 factor = _mm256_mul_ps(scale, _mm256_broadcast_ss(&x[t][c].scale[W::kFine ? b / 2 : b]));
                sums[t] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(dots[t]), factor, sums[t]);
                if constexpr (kNeedsSums<W>) {
                    const float* sum = W::kFine ? &x[t][c].half_sum[b] : &x[t][c].sum[b];
                    sums[t] = _mm256_fmadd_ps(_mm256_load_ps(panel.bias[b]), _mm256_broadcast_ss(sum), sums[t]);
                }
            }
        }
    }
    for (size_t t = 0; t < T; ++t) FloatKernels<Avx2>::store(y + t * y_stride, sums[t], part);
}

template <class W>
inline void matmul_block_rows(const MatMulTile& tile) noexcept {
    const auto* x = reinterpret_cast<const ActivationChunk*>(token_of(tile, 0));
    const size_t blocks = tile.k / 32;
    size_t r = tile.row_begin;
    const auto dot = [&]<size_t R>() {
        for (; r + R <= tile.row_end; r += R) {
            dot_rows<W, R>(tile.w + r * tile.w_stride, tile.w_stride, x, blocks, read_ahead(tile, r, R), tile.y + r);
        }
    };
    dot.template operator()<4>();
    dot.template operator()<1>();
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
