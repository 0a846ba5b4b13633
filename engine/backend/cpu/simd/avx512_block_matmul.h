/// engine/backend/cpu/simd/avx512_block_matmul.h: matmul of block types against 8-bit activations with AVX-512 VNNI.
///   y = sum over blocks b of  scale_w[b] scale_x[b] sum_k (q_w[k] - offset) q_x[k]  +  bias_w[b] sum_x[b]
/// One token: rows are streamed, four at a time, sums stay in registers. More tokens: sixteen rows are unpacked into a panel whose
/// lanes are rows, so that unpacking is shared by the tokens and nothing is summed across lanes.
#pragma once

#include "engine/backend/cpu/simd/avx512_grid_unpack.h"
#include "engine/backend/cpu/simd/block_chunks.h"
#include "engine/backend/cpu/simd/float_kernels.h"

namespace soliloquy {
namespace {

/// For every lane of q[z], the lane of Unpacked::scale that holds its scale.
template <class W>
struct ScaleLanes {
    alignas(64) int lane[4][16];
    constexpr ScaleLanes() : lane{} {
        for (int z = 0; z < 4; ++z) {
            for (int i = 0; i < 16; ++i) {
                const int four = natural_four(W::kOrder, z, i);
                lane[z][i] = W::kFine ? four / 4 : four / 8 * 2;
            }
        }
    }
};
template <class W>
inline constexpr ScaleLanes<W> kScaleLanes;

/// code_factor for every lane of Unpacked::scale; 1 for biases.
template <class W>
struct CodeFactors {
    alignas(64) float factor[16];
    constexpr CodeFactors() : factor{} {
        for (int i = 0; i < 16; ++i) {
            const bool bias = !W::kFine && i % 2 != 0;
            factor[i] = bias ? 1.0f : code_factor(W::kOrder, W::kFine ? 4 * i : i / 2 * 8);
        }
    }
};
template <class W>
inline constexpr CodeFactors<W> kCodeFactors;
inline constexpr bool scales_codes(Order order) noexcept { return order == Order::pairs || order == Order::quarters; }

/// 256 activations in the order of the weights.
template <Order kOrder>
inline void load_activations(const int8_t* quant, __m512i (&x)[4]) noexcept {
    __m512i z[4];
    for (int i = 0; i < 4; ++i) z[i] = _mm512_loadu_si512(quant + 64 * i);
    if constexpr (kOrder == Order::natural) {
        for (int i = 0; i < 4; ++i) x[i] = z[i];
    } else if constexpr (kOrder == Order::split) {
        for (int i = 0; i < 4; i += 2) {
            x[i] = _mm512_shuffle_i64x2(z[i], z[i + 1], 0x88);
            x[i + 1] = _mm512_shuffle_i64x2(z[i], z[i + 1], 0xdd);
        }
    } else {
        constexpr int kStep = kOrder == Order::pairs ? 1 : 2;  // to the vector that shares x[i] with z[i]
        for (int i = 0; i < 4; i += 2) {
            const int first = kOrder == Order::pairs ? i : i / 2;
            x[i] = _mm512_shuffle_i64x2(z[first], z[first + kStep], 0x44);
            x[i + 1] = _mm512_shuffle_i64x2(z[first], z[first + kStep], 0xee);
        }
    }
}

/// R rows, one token. `ahead`: R rows' worth of bytes to have in the cache soon.
template <class W, size_t R>
inline void dot_rows(const std::byte* w, size_t w_stride, const ActivationChunk* x, size_t blocks, const std::byte* ahead,
                     float* y) noexcept {
    constexpr int kStep = W::kOrder == Order::split ? 2 : 1;  // both vectors of a split pair have the same scales
    __m512 sums[R];
    for (size_t r = 0; r < R; ++r) sums[r] = _mm512_setzero_ps();
    alignas(64) std::byte padded[W::kBytes];
    const size_t chunks = (blocks + 7) / 8;
    for (size_t c = 0; c < chunks; ++c) {
        __m512i xq[4], start[4];
        load_activations<W::kOrder>(x[c].quant, xq);
        for (int z = 0; z < 4; z += kStep) {
            start[z] = _mm512_setzero_si512();
            if constexpr (W::kOffset != 0) {
                const __m512i offset = _mm512_set1_epi8(static_cast<char>(W::kOffset));
                for (int i = z; i < z + kStep; ++i) start[z] = _mm512_dpbusd_epi32(start[z], offset, xq[i]);
                start[z] = _mm512_sub_epi32(_mm512_setzero_si512(), start[z]);
            }
        }
        // Coarse: [scale0, sum0, scale1, ...]. Fine: every scale twice, and the sums apart.
        const __m512i spread = W::kFine ? _mm512_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7)
                                        : _mm512_setr_epi32(0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15);
        __m512 x_scale = _mm512_permutexvar_ps(spread, _mm512_loadu_ps(x[c].scale));
        if constexpr (scales_codes(W::kOrder)) x_scale = _mm512_mul_ps(x_scale, _mm512_load_ps(kCodeFactors<W>.factor));
        for (size_t line = 0; line < R * file_bytes<W>(); line += 64) {
            _mm_prefetch(reinterpret_cast<const char*>(ahead + line), _MM_HINT_T0);
        }
        ahead += R * file_bytes<W>();
        for (size_t r = 0; r < R; ++r) {
            const std::byte* row = w + r * w_stride;
            Unpacked u;
            W::unpack(chunk_at<W>(row, c, blocks, padded), u);
            const __m512 scale = _mm512_mul_ps(u.scale, x_scale);
            for (int z = 0; z < 4; z += kStep) {
                __m512i dots = start[z];
                for (int i = z; i < z + kStep; ++i) dots = _mm512_dpbusd_epi32(dots, u.q[i], xq[i]);
                const __m512 factor = _mm512_permutexvar_ps(_mm512_load_si512(kScaleLanes<W>.lane[z]), scale);
                sums[r] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(dots), factor, sums[r]);
            }
            if constexpr (W::kBias && W::kFine) sums[r] = _mm512_fmadd_ps(u.bias, _mm512_loadu_ps(x[c].half_sum), sums[r]);
            if constexpr (W::kBias && !W::kFine) sums[r] = _mm512_mask_add_ps(sums[r], 0xaaaa, sums[r], scale);
        }
    }
    for (size_t r = 0; r < R; ++r) y[r] = _mm512_reduce_add_ps(sums[r]);
}

/// 256 columns of sixteen rows: lane r of every vector is row r.
struct alignas(64) Panel {
    __m512i q[64];     ///< four weights of a row per lane
    __m512 scale[16];  ///< coarse: 8 of them
    __m512 bias[16];   ///< what sum_x multiplies, the offset's share included
};

/// Lane i of v[j] <-> lane j of v[i].
inline void transpose(__m512i (&v)[16]) noexcept {
    __m512i t[16];
    for (int i = 0; i < 16; i += 2) {
        t[i] = _mm512_unpacklo_epi32(v[i], v[i + 1]);
        t[i + 1] = _mm512_unpackhi_epi32(v[i], v[i + 1]);
    }
    for (int i = 0; i < 16; i += 4) {
        v[i] = _mm512_unpacklo_epi64(t[i], t[i + 2]);
        v[i + 1] = _mm512_unpackhi_epi64(t[i], t[i + 2]);
        v[i + 2] = _mm512_unpacklo_epi64(t[i + 1], t[i + 3]);
        v[i + 3] = _mm512_unpackhi_epi64(t[i + 1], t[i + 3]);
    }
    for (int i = 0; i < 4; ++i) {
        t[i] = _mm512_shuffle_i32x4(v[i], v[i + 4], 0x88);
        t[i + 4] = _mm512_shuffle_i32x4(v[i], v[i + 4], 0xdd);
        t[i + 8] = _mm512_shuffle_i32x4(v[i + 8], v[i + 12], 0x88);
        t[i + 12] = _mm512_shuffle_i32x4(v[i + 8], v[i + 12], 0xdd);
    }
    for (int i = 0; i < 8; ++i) {
        v[i] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0x88);
        v[i + 8] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0xdd);
    }
}

inline void transpose(const __m512 (&rows)[16], __m512 (&columns)[16]) noexcept {
    __m512i v[16];
    for (int i = 0; i < 16; ++i) v[i] = _mm512_castps_si512(rows[i]);
    transpose(v);
    for (int i = 0; i < 16; ++i) columns[i] = _mm512_castsi512_ps(v[i]);
}

/// Chunk c of `count` <= 16 rows; lanes of rows that are not there are zeros.
template <class W>
inline void fill_panel(const std::byte* w, size_t w_stride, size_t count, size_t c, size_t blocks, Panel& panel) noexcept {
    alignas(64) __m512i quants[4][16];
    __m512 scales[16], biases[16];
    alignas(64) std::byte padded[W::kBytes];
    for (size_t r = 0; r < 16; ++r) {
        Unpacked u{};
        if (r < count) W::unpack(chunk_at<W>(w + r * w_stride, c, blocks, padded), u);
        for (int z = 0; z < 4; ++z) quants[z][r] = u.q[z];
        scales[r] = u.scale;
        biases[r] = u.bias;
    }
    for (int z = 0; z < 4; ++z) {
        transpose(quants[z]);
        for (int i = 0; i < 16; ++i) panel.q[natural_four(W::kOrder, z, i)] = quants[z][i];
    }
    __m512 columns[16];
    transpose(scales, columns);
    if constexpr (W::kBias && W::kFine) transpose(biases, panel.bias);
    for (int b = 0; b < (W::kFine ? 16 : 8); ++b) {
        const __m512 scale = columns[W::kFine ? b : 2 * b];
        panel.scale[b] = scale;
        if constexpr (scales_codes(W::kOrder)) {
            panel.scale[b] = _mm512_mul_ps(scale, _mm512_set1_ps(kCodeFactors<W>.factor[W::kFine ? b : 2 * b]));
        }
        if constexpr (!W::kBias) panel.bias[b] = _mm512_mul_ps(scale, _mm512_set1_ps(static_cast<float>(-W::kOffset)));
        if constexpr (W::kBias && !W::kFine) panel.bias[b] = columns[2 * b + 1];
    }
}

/// T tokens times the 16 rows of `chunks` panels; `rows` is the mask of the rows that are there.
template <bool Fine, size_t T>
inline void multiply_panels(const Panel* panels, size_t chunks, const ActivationChunk* const* x, float* y, size_t y_stride, __mmask16 rows,
                            bool add) noexcept {
    constexpr int kBlocks = Fine ? 16 : 8;
    constexpr int kDwords = 64 / kBlocks;
    __m512 sums[T];
    for (size_t t = 0; t < T; ++t) sums[t] = add ? _mm512_maskz_loadu_ps(rows, y + t * y_stride) : _mm512_setzero_ps();
    for (size_t c = 0; c < chunks; ++c) {
        const Panel& panel = panels[c];
        for (int b = 0; b < kBlocks; ++b) {
            __m512i dots[T];
            for (size_t t = 0; t < T; ++t) dots[t] = _mm512_setzero_si512();
            for (int i = 0; i < kDwords; ++i) {
                const __m512i q = panel.q[b * kDwords + i];
                for (size_t t = 0; t < T; ++t) {
                    int four;
                    __builtin_memcpy(&four, x[t][c].quant + 4 * (b * kDwords + i), 4);
                    dots[t] = _mm512_dpbusd_epi32(dots[t], q, _mm512_set1_epi32(four));
                }
            }
            const __m512 scale = panel.scale[b], bias = panel.bias[b];
            for (size_t t = 0; t < T; ++t) {
                const __m512 factor = _mm512_mul_ps(scale, _mm512_set1_ps(x[t][c].scale[Fine ? b / 2 : b]));
                sums[t] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(dots[t]), factor, sums[t]);
                sums[t] = _mm512_fmadd_ps(bias, _mm512_set1_ps(Fine ? x[t][c].half_sum[b] : x[t][c].sum[b]), sums[t]);
            }
        }
    }
    for (size_t t = 0; t < T; ++t) _mm512_mask_storeu_ps(y + t * y_stride, rows, sums[t]);
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

/// All tokens of a tile times panels that begin at chunk c and row r.
template <class W>
inline void multiply_tokens(const Panel* panels, size_t chunks, const MatMulTile& tile, size_t c, size_t r, __mmask16 rows) noexcept {
    const ActivationChunk* x[8];
    size_t t = 0;
    // A value's sums are the same in a tile of any width.
    const auto tiles_of = [&]<size_t T>() {
        for (; t + T <= tile.tokens; t += T) {
            for (size_t i = 0; i < T; ++i) x[i] = reinterpret_cast<const ActivationChunk*>(token_of(tile, t + i)) + c;
            multiply_panels<W::kFine, T>(panels, chunks, x, tile.y + t * tile.y_stride + r, tile.y_stride, rows, c > 0);
        }
    };
    tiles_of.template operator()<8>();
    tiles_of.template operator()<4>();
    tiles_of.template operator()<2>();
    tiles_of.template operator()<1>();
}

template <class W>
inline void matmul_block_panels(const MatMulTile& tile) noexcept {
    constexpr size_t kPanels = 4;
    Panel panels[kPanels];
    const size_t blocks = tile.k / 32, chunks = (blocks + 7) / 8;
    for (size_t r = tile.row_begin; r < tile.row_end; r += 16) {
        const size_t count = smaller(16, tile.row_end - r);
        for (size_t c = 0; c < chunks; c += kPanels) {
            const size_t n = smaller(kPanels, chunks - c);
            for (size_t i = 0; i < n; ++i) fill_panel<W>(tile.w + r * tile.w_stride, tile.w_stride, count, c + i, blocks, panels[i]);
            multiply_tokens<W>(panels, n, tile, c, r, static_cast<__mmask16>((1u << count) - 1u));
        }
    }
}

}  // namespace
}  // namespace soliloquy
