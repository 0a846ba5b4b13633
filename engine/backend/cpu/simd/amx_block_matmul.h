/// engine/backend/cpu/simd/amx_block_matmul.h: matmul of block types with many tokens: weights become BF16 panels, once for all tokens of
/// a tile, and meet BF16 activations in tile registers. Two roundings to 8 significant bits, where the other kernels round activations to
/// 8 bits in blocks.
#pragma once

#include "engine/backend/cpu/simd/amx_tiles.h"
#include "engine/backend/cpu/simd/avx512_block_matmul.h"

namespace soliloquy {
namespace {

constexpr size_t kPanelsDeep = 4;                                // 256 columns each, that are unpacked together
constexpr size_t kDeep = kPanelsDeep * kActivationChunk;         // columns
constexpr size_t kRowPanels = 4;                                 // of 16 rows
constexpr size_t kPanelBytes = kDeep / kTileDepth * kPanelStep;  // 16 rows, kDeep columns
constexpr size_t kFewestTokens = 26;                             // below, unpacking costs more than tiles save

/// BF16 behind the chunks of a row of activations.
[[nodiscard]] inline const std::byte* bf16_of(const MatMulTile& tile, size_t t) noexcept {
    return token_of(tile, t) + (tile.k + kActivationChunk - 1) / kActivationChunk * sizeof(ActivationChunk);
}

/// scale[b] * q + bias[b] for 256 columns of sixteen rows, as lines of B.
template <bool Fine>
inline void put_panel(const Panel& panel, std::byte* out) noexcept {
    const __m512i byte = _mm512_set1_epi32(255);
    for (int b = 0; b < (Fine ? 16 : 8); ++b) {
        const __m512 scale = panel.scale[b], bias = panel.bias[b];
        const auto weights = [&](__m512i codes) { return _mm512_fmadd_ps(_mm512_cvtepi32_ps(codes), scale, bias); };
        for (int i = b * (Fine ? 4 : 8); i < (b + 1) * (Fine ? 4 : 8); ++i) {
            const __m512i q = panel.q[i];
            const __m512 first = weights(_mm512_and_si512(q, byte)), second = weights(_mm512_and_si512(_mm512_srli_epi32(q, 8), byte));
            const __m512 third = weights(_mm512_and_si512(_mm512_srli_epi32(q, 16), byte)), fourth = weights(_mm512_srli_epi32(q, 24));
            _mm512_store_si512(out + 128 * i, pair_lanes(first, second));
            _mm512_store_si512(out + 128 * i + 64, pair_lanes(third, fourth));
        }
    }
}

/// `columns` BF16 numbers of `count` tokens from column `first` on, as rows of A; rows up to `rows` are zeros.
inline void gather_rows(const MatMulTile& tile, size_t token, size_t count, size_t rows, size_t first, size_t columns,
                        std::byte* out) noexcept {
    for (size_t i = 0; i < rows; ++i) {
        if (i < count) {
            __builtin_memcpy(out + i * kDeep * 2, bf16_of(tile, token + i) + first * 2, columns * 2);
        } else {
            __builtin_memset(out + i * kDeep * 2, 0, columns * 2);
        }
    }
}

/// Copies a corner of [rows, columns] numbers.
inline void copy_corner(const float* from, size_t from_stride, float* to, size_t to_stride, size_t rows, size_t columns) noexcept {
    for (size_t i = 0; i < rows; ++i) __builtin_memcpy(to + i * to_stride, from + i * from_stride, columns * sizeof(float));
}

struct TileBuffers {
    alignas(64) std::byte panels[kRowPanels * kPanelBytes];
    alignas(64) std::byte tokens[kGroup * kDeep * 2];
    alignas(64) float edge[kGroup * kGroup];
};

/// Tokens [token, token + count) times the panels of rows [r, r + rows): count <= kGroup, rows <= 64.
inline void multiply_token_group(const MatMulTile& tile, size_t token, size_t count, size_t r, size_t rows, size_t first, size_t columns,
                                 TileBuffers& buffers) noexcept {
    const size_t a_tiles = count > kTileSide ? 2 : 1;
    const std::byte* a = bf16_of(tile, token) + first * 2;
    size_t a_stride = tile.x_stride;
    if (tile.x_rows != nullptr || count != a_tiles * kTileSide) {
        gather_rows(tile, token, count, a_tiles * kTileSide, first, columns, buffers.tokens);
        a = buffers.tokens;
        a_stride = kDeep * 2;
    }
    const size_t steps = columns / kTileDepth;
    for (size_t p = 0; p < rows; p += kGroup) {
        const size_t here = smaller(kGroup, rows - p), b_tiles = here > kTileSide ? 2 : 1;
        const std::byte* b = buffers.panels + p / kTileSide * kPanelBytes;
        float* y = tile.y + token * tile.y_stride + r + p;
        if (here == b_tiles * kTileSide && count == a_tiles * kTileSide) {
            multiply_group(a_tiles, b_tiles, a, a_stride, b, kPanelBytes, steps, y, tile.y_stride * sizeof(float), first > 0);
            continue;
        }
        if (first > 0) copy_corner(y, tile.y_stride, buffers.edge, kGroup, count, here);
        multiply_group(a_tiles, b_tiles, a, a_stride, b, kPanelBytes, steps, buffers.edge, kGroup * sizeof(float), first > 0);
        copy_corner(buffers.edge, kGroup, y, tile.y_stride, count, here);
    }
}

template <class W>
inline void matmul_block_tiles(const MatMulTile& tile) noexcept {
    const Tiles tiles;
    TileBuffers buffers;
    Panel panel;
    const size_t blocks = tile.k / 32, chunks = (blocks + 7) / 8;
    for (size_t r = tile.row_begin; r < tile.row_end; r += kRowPanels * kTileSide) {
        const size_t rows = smaller(kRowPanels * kTileSide, tile.row_end - r);
        for (size_t c = 0; c < chunks; c += kPanelsDeep) {
            const size_t deep = smaller(kPanelsDeep, chunks - c);
            for (size_t p = 0; p < rows; p += kTileSide) {
                for (size_t i = 0; i < deep; ++i) {
                    fill_panel<W>(tile.w + (r + p) * tile.w_stride, tile.w_stride, smaller(kTileSide, rows - p), c + i, blocks, panel);
                    put_panel<W::kFine>(panel, buffers.panels + p / kTileSide * kPanelBytes + i * (kPanelBytes / kPanelsDeep));
                }
            }
            for (size_t t = 0; t < tile.tokens; t += kGroup) {
                multiply_token_group(tile, t, smaller(kGroup, tile.tokens - t), r, rows, c * kActivationChunk, deep * kActivationChunk,
                                     buffers);
            }
        }
    }
}

}  // namespace
}  // namespace soliloquy
