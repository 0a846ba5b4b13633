/// engine/backend/cpu/simd/float_matmul.h: matmul of F32, F16 and BF16 weights, which become F32 in registers, against F32 activations;
/// over the vectors `S` of float_kernels.h.
#pragma once

#include "engine/backend/cpu/simd/float_kernels.h"

namespace soliloquy {
namespace {

template <class S>
struct WeightF32 {
    static constexpr size_t kBytes = 4;
    static typename S::V load(const std::byte* p) noexcept { return S::load(reinterpret_cast<const float*>(p)); }
    static typename S::V load_part(const std::byte* p, size_t n) noexcept { return S::load_part(reinterpret_cast<const float*>(p), n); }
};

template <class S>
struct WeightF16 {
    static constexpr size_t kBytes = 2;
    static typename S::V load(const std::byte* p) noexcept { return S::load_f16(reinterpret_cast<const uint16_t*>(p)); }
    static typename S::V load_part(const std::byte* p, size_t n) noexcept {
        return S::load_f16_part(reinterpret_cast<const uint16_t*>(p), n);
    }
};

template <class S>
struct WeightBf16 {
    static constexpr size_t kBytes = 2;
    static typename S::V load(const std::byte* p) noexcept { return S::load_bf16(reinterpret_cast<const uint16_t*>(p)); }
    static typename S::V load_part(const std::byte* p, size_t n) noexcept {
        return S::load_bf16_part(reinterpret_cast<const uint16_t*>(p), n);
    }
};

template <class S>
struct FloatMatMul {
    using V = typename S::V;
    static constexpr size_t kLanes = S::kLanes;
    static constexpr size_t kRows = S::kTileRows;      // weight rows of a register tile
    static constexpr size_t kTokens = S::kTileTokens;  // tokens of a register tile

    /// y[t, r] = sum over n of W[r, k] x[t, k] for R rows, T tokens. U accumulators per value.
    template <class W, size_t R, size_t T, size_t U>
    static void tile(const std::byte* w, size_t w_stride, const float* const* x, size_t n, float* y, size_t y_stride) noexcept {
        V sums[R][T][U];
        for (size_t r = 0; r < R; ++r) {
            for (size_t t = 0; t < T; ++t) {
                for (size_t u = 0; u < U; ++u) sums[r][t][u] = S::zero();
            }
        }
        size_t k = 0;
        for (; k + U * kLanes <= n; k += U * kLanes) {
            for (size_t u = 0; u < U; ++u) {
                V weights[R];
                for (size_t r = 0; r < R; ++r) weights[r] = W::load(w + r * w_stride + (k + u * kLanes) * W::kBytes);
                for (size_t t = 0; t < T; ++t) {
                    const V activation = S::load(x[t] + k + u * kLanes);
                    for (size_t r = 0; r < R; ++r) sums[r][t][u] = S::fma(weights[r], activation, sums[r][t][u]);
                }
            }
        }
        for (; k < n; k += kLanes) {
            const size_t part = n - k < kLanes ? n - k : 0;
            for (size_t t = 0; t < T; ++t) {
                const V activation = part == 0 ? S::load(x[t] + k) : S::load_part(x[t] + k, part);
                for (size_t r = 0; r < R; ++r) {
                    const std::byte* p = w + r * w_stride + k * W::kBytes;
                    sums[r][t][0] = S::fma(part == 0 ? W::load(p) : W::load_part(p, part), activation, sums[r][t][0]);
                }
            }
        }
        for (size_t t = 0; t < T; ++t) {
            for (size_t r = 0; r < R; ++r) {
                V sum = sums[r][t][0];
                for (size_t u = 1; u < U; ++u) sum = S::add(sum, sums[r][t][u]);
                y[t * y_stride + r] = S::sum(sum);
            }
        }
    }

    template <class W, size_t T, size_t U>
    static void rows(const std::byte* w, size_t w_stride, size_t count, const float* const* x, size_t n, float* y,
                     size_t y_stride) noexcept {
        size_t r = 0;
        for (; r + kRows <= count; r += kRows) tile<W, kRows, T, U>(w + r * w_stride, w_stride, x, n, y + r, y_stride);
        for (; r < count; ++r) tile<W, 1, T, U>(w + r * w_stride, w_stride, x, n, y + r, y_stride);
    }

    /// A block of rows is small enough to stay in the cache from token tile to token tile.
    template <class W>
    static void matmul(const MatMulTile& tile) noexcept {
        constexpr size_t kBlock = 16;
        const float* x[kTokens];
        const auto at = [&tile](size_t t) { return reinterpret_cast<const float*>(token_of(tile, t)); };
        for (size_t r = tile.row_begin; r < tile.row_end; r += kBlock) {
            const size_t count = smaller(kBlock, tile.row_end - r);
            const std::byte* w = tile.w + r * tile.w_stride;
            if (tile.tokens == 1) {
                x[0] = at(0);
                rows<W, 1, 2>(w, tile.w_stride, count, x, tile.k, tile.y + r, tile.y_stride);
                continue;
            }
            size_t t = 0;
            for (; t + kTokens <= tile.tokens; t += kTokens) {
                for (size_t i = 0; i < kTokens; ++i) x[i] = at(t + i);
                rows<W, kTokens, 1>(w, tile.w_stride, count, x, tile.k, tile.y + t * tile.y_stride + r, tile.y_stride);
            }
            for (; t < tile.tokens; ++t) {
                x[0] = at(t);
                rows<W, 1, 1>(w, tile.w_stride, count, x, tile.k, tile.y + t * tile.y_stride + r, tile.y_stride);
            }
        }
    }

    static void matmul(DType type, const MatMulTile& tile) noexcept {
        if (type == DType::f32) matmul<WeightF32<S>>(tile);
        if (type == DType::f16) matmul<WeightF16<S>>(tile);
        if (type == DType::bf16) matmul<WeightBf16<S>>(tile);
    }
};

}  // namespace
}  // namespace soliloquy
