/// engine/backend/cpu/simd/amx_matrix_unit.h: MatrixUnit on AMX: packing with AVX-512, products in tiles of 32 by 32.
#pragma once

#include "engine/backend/cpu/simd/amx_tiles.h"
#include "engine/backend/cpu/simd/avx512_block_matmul.h"
#include "engine/backend/cpu/simd/avx512_vectors.h"

namespace soliloquy {
namespace {

inline __m512 load_numbers(const float* p, size_t n) noexcept { return n >= 16 ? Avx512::load(p) : Avx512::load_part(p, n); }
inline __m512 load_numbers(const uint16_t* p, size_t n) noexcept { return n >= 16 ? Avx512::load_f16(p) : Avx512::load_f16_part(p, n); }

/// 32 numbers, of which `n` are there, as BF16.
template <class T>
inline __m512i round_32(const T* p, size_t n, __m512 factor) noexcept {
    const __m512 low = n > 0 ? _mm512_mul_ps(load_numbers(p, n), factor) : _mm512_setzero_ps();
    const __m512 high = n > 16 ? _mm512_mul_ps(load_numbers(p + 16, n - 16), factor) : _mm512_setzero_ps();
    return __builtin_bit_cast(__m512i, _mm512_cvtne2ps_pbh(high, low));
}

/// Rows of one head of a cache lie apart, too short each for the processor to foresee the next.
constexpr size_t kRowsAhead = 16;

template <class T>
inline void rows_of(const T* x, size_t x_stride, size_t rows, size_t columns, float factor, uint16_t* a, size_t a_stride) noexcept {
    const __m512 factors = _mm512_set1_ps(factor);
    for (size_t r = 0; r < rows; ++r) {
        for (size_t i = 0; i < columns; i += kTileDepth) {
            _mm512_storeu_si512(a + r * a_stride + i, round_32(x + r * x_stride + i, smaller(kTileDepth, columns - i), factors));
        }
    }
}

template <class T>
inline void panels_of(const T* x, size_t x_stride, size_t depth, size_t n, uint16_t* b) noexcept {
    const size_t deep = (depth + kTileDepth - 1) / kTileDepth * kTileDepth;
    for (size_t k = 0; k < deep; k += 2) {
        for (size_t c = 0; c < n; c += kTileSide) {
            _mm_prefetch(reinterpret_cast<const char*>(x + (k + kRowsAhead) * x_stride + c), _MM_HINT_T0);
            _mm_prefetch(reinterpret_cast<const char*>(x + (k + 1 + kRowsAhead) * x_stride + c), _MM_HINT_T0);
            const __m512 even = k < depth ? load_numbers(x + k * x_stride + c, 16) : _mm512_setzero_ps();
            const __m512 odd = k + 1 < depth ? load_numbers(x + (k + 1) * x_stride + c, 16) : _mm512_setzero_ps();
            _mm512_storeu_si512(b + c * deep + k * kTileSide, pair_lanes(even, odd));
        }
    }
}

template <class T>
inline void panels_of_transposed(const T* x, size_t x_stride, size_t n, size_t depth, uint16_t* b) noexcept {
    const __m512 one = _mm512_set1_ps(1.0f);
    const size_t deep = (depth + kTileDepth - 1) / kTileDepth * kTileDepth;
    for (size_t c = 0; c < n; c += kTileSide) {
        for (size_t k = 0; k < deep; k += kTileDepth) {
            __m512i lines[16];
            for (size_t i = 0; i < 16; ++i) {
                _mm_prefetch(reinterpret_cast<const char*>(x + (c + i + kRowsAhead) * x_stride + k), _MM_HINT_T0);
                lines[i] = c + i < n ? round_32(x + (c + i) * x_stride + k, smaller(kTileDepth, depth - k), one) : _mm512_setzero_si512();
            }
            transpose(lines);
            for (size_t i = 0; i < 16; ++i) _mm512_storeu_si512(b + c * deep + (k + 2 * i) * kTileSide, lines[i]);
        }
    }
}

inline void multiply(const uint16_t* a, size_t a_stride, const uint16_t* b, size_t m, size_t n, size_t k, float* c, size_t c_stride,
                     bool add) noexcept {
    const Tiles tiles;
    const size_t b_stride = k * kTileSide * sizeof(uint16_t);
    for (size_t j = 0; j < n; j += kGroup) {
        for (size_t i = 0; i < m; i += kGroup) {
            multiply_group(m - i > kTileSide ? 2 : 1, n - j > kTileSide ? 2 : 1, reinterpret_cast<const std::byte*>(a + i * a_stride),
                           a_stride * sizeof(uint16_t), reinterpret_cast<const std::byte*>(b + j * k), b_stride, k / kTileDepth,
                           c + i * c_stride + j, c_stride * sizeof(float), add);
        }
    }
}

constexpr MatrixUnit kMatrixUnit{
    .multiply = multiply,
    .rows_of_f32 = rows_of<float>,
    .rows_of_f16 = [](const uint16_t* x, size_t x_stride, size_t rows, size_t columns, uint16_t* a,
                      size_t a_stride) noexcept { rows_of(x, x_stride, rows, columns, 1.0f, a, a_stride); },
    .panels_of_f32 = panels_of<float>,
    .panels_of_f16 = panels_of<uint16_t>,
    .panels_of_transposed_f32 = panels_of_transposed<float>,
    .panels_of_transposed_f16 = panels_of_transposed<uint16_t>,
};

}  // namespace
}  // namespace soliloquy
