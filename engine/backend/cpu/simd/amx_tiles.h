/// engine/backend/cpu/simd/amx_tiles.h: products of BF16 matrices in the tile registers of AMX, summed in F32.
/// A row of A is BF16 numbers. B stands in panels of 16 columns: for every pair of k a line of 64 bytes, (B[k, c], B[k + 1, c]) in lane c.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

namespace soliloquy {
namespace {

constexpr size_t kTileSide = 16;          // rows of A, columns of a panel of B, rows and columns of C
constexpr size_t kTileDepth = 32;         // k of one instruction
constexpr size_t kPanelStep = 1024;       // bytes of a panel for kTileDepth
constexpr size_t kGroup = 2 * kTileSide;  // rows of A, and columns of B, that are multiplied together

struct alignas(64) TileConfiguration {
    uint8_t palette = 1, start_row = 0;
    uint8_t reserved[14] = {};
    uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
    uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};
static_assert(sizeof(TileConfiguration) == 64);
// Static, because GCC 12 believes that only 8 of the 64 bytes are read and drops stores to a local one.
constexpr TileConfiguration kFullTiles;

/// Tiles are configured while one of these lives. Releasing them keeps their 8 KB out of every switch between threads.
class Tiles {
  public:
    Tiles() noexcept { _tile_loadconfig(&kFullTiles); }
    ~Tiles() { _tile_release(); }
    Tiles(const Tiles&) = delete;
    Tiles& operator=(const Tiles&) = delete;
};

/// C[16 A, 16 B] = (add ? C : 0) + A B over `steps` times kTileDepth. Strides in bytes; panels of B follow one another at b_stride.
template <int A, int B>
inline void multiply_tiles(const std::byte* a, size_t a_stride, const std::byte* b, size_t b_stride, size_t steps, float* c,
                           size_t c_stride, bool add) noexcept {
    static_assert(A <= 2 && B <= 2);
    float* low = c + kTileSide * c_stride / sizeof(float);
    if (add) {
        _tile_loadd(0, c, c_stride);
        if constexpr (B == 2) _tile_loadd(1, c + kTileSide, c_stride);
        if constexpr (A == 2) _tile_loadd(2, low, c_stride);
        if constexpr (A == 2 && B == 2) _tile_loadd(3, low + kTileSide, c_stride);
    } else {
        _tile_zero(0);
        if constexpr (B == 2) _tile_zero(1);
        if constexpr (A == 2) _tile_zero(2);
        if constexpr (A == 2 && B == 2) _tile_zero(3);
    }
    for (size_t s = 0; s < steps; ++s) {
        _tile_loadd(4, a + 64 * s, a_stride);
        _tile_loadd(6, b + kPanelStep * s, 64);
        _tile_dpbf16ps(0, 4, 6);
        if constexpr (B == 2) {
            _tile_loadd(7, b + b_stride + kPanelStep * s, 64);
            _tile_dpbf16ps(1, 4, 7);
        }
        if constexpr (A == 2) {
            _tile_loadd(5, a + kTileSide * a_stride + 64 * s, a_stride);
            _tile_dpbf16ps(2, 5, 6);
            if constexpr (B == 2) _tile_dpbf16ps(3, 5, 7);
        }
    }
    _tile_stored(0, c, c_stride);
    if constexpr (B == 2) _tile_stored(1, c + kTileSide, c_stride);
    if constexpr (A == 2) _tile_stored(2, low, c_stride);
    if constexpr (A == 2 && B == 2) _tile_stored(3, low + kTileSide, c_stride);
}

/// The same, A and B known at run time: 1 or 2.
inline void multiply_group(size_t a_tiles, size_t b_tiles, const std::byte* a, size_t a_stride, const std::byte* b, size_t b_stride,
                           size_t steps, float* c, size_t c_stride, bool add) noexcept {
    if (a_tiles == 2 && b_tiles == 2) return multiply_tiles<2, 2>(a, a_stride, b, b_stride, steps, c, c_stride, add);
    if (a_tiles == 2) return multiply_tiles<2, 1>(a, a_stride, b, b_stride, steps, c, c_stride, add);
    if (b_tiles == 2) return multiply_tiles<1, 2>(a, a_stride, b, b_stride, steps, c, c_stride, add);
    multiply_tiles<1, 1>(a, a_stride, b, b_stride, steps, c, c_stride, add);
}

/// Sixteen numbers each of `even` and `odd`, rounded to BF16, in turn: a line of B.
inline __m512i pair_lanes(__m512 even, __m512 odd) noexcept {
    const __m512i both = __builtin_bit_cast(__m512i, _mm512_cvtne2ps_pbh(odd, even));
    alignas(64) static constexpr uint16_t kInTurn[32] = {0, 16, 1, 17, 2,  18, 3,  19, 4,  20, 5,  21, 6,  22, 7,  23,
                                                         8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
    return _mm512_permutexvar_epi16(_mm512_load_si512(kInTurn), both);
}

}  // namespace
}  // namespace soliloquy
