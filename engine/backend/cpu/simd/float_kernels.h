/// engine/backend/cpu/simd/float_kernels.h: the floating point kernels, written once over `S`, the vectors of an instruction set.
/// Everything is in an unnamed namespace on purpose: each instruction set compiles its own copy, and no copy may stand in for another.
/// For the same reason nothing here calls an inline function of the standard library.
///
/// S: V, kLanes, zero set1 load store load_part store_part add sub mul div fma(a, b, c) = a b + c  fnma(a, b, c) = c - a b
///    min max round pow2(integer-valued V) select_less(a, b, if_less, otherwise) sum largest, sums_of_eight where kTileHeads is 8
///    load_f16 load_f16_part store_f16 store_f16_part load_bf16 load_bf16_part; a `part` has 0 < n < kLanes numbers, zeros elsewhere.
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/backend/cpu/cpu_kernels.h"

namespace soliloquy {
namespace {

[[nodiscard]] inline size_t smaller(size_t a, size_t b) noexcept { return a < b ? a : b; }

[[nodiscard]] inline const std::byte* token_of(const MatMulTile& tile, size_t t) noexcept {
    return tile.x + (tile.x_rows != nullptr ? tile.x_rows[t] : t) * tile.x_stride;
}

template <class S>
struct FloatKernels {
    using V = typename S::V;
    static constexpr size_t kLanes = S::kLanes;

    /// exp(x) for x <= 0 within 2 units in the last place; 0 below -87.3; NaN stays.
    /// exp(x) = 2^n exp(r), n = round(x / ln 2), |r| <= ln(2) / 2, exp(r) by its Taylor polynomial of degree 7.
    static V exp_negative(V x) noexcept {
        const V clamped = S::max(S::set1(-87.33654f), x);
        const V n = S::round(S::mul(clamped, S::set1(1.44269504f)));
        V r = S::fnma(n, S::set1(0.693359375f), clamped);
        r = S::fnma(n, S::set1(-2.12194440e-4f), r);
        V p = S::set1(1.0f / 5040.0f);
        p = S::fma(p, r, S::set1(1.0f / 720.0f));
        p = S::fma(p, r, S::set1(1.0f / 120.0f));
        p = S::fma(p, r, S::set1(1.0f / 24.0f));
        p = S::fma(p, r, S::set1(1.0f / 6.0f));
        p = S::fma(p, r, S::set1(0.5f));
        p = S::fma(p, r, S::set1(1.0f));
        p = S::fma(p, r, S::set1(1.0f));
        return S::select_less(x, S::set1(-87.33654f), S::zero(), S::mul(p, S::pow2(n)));
    }

    /// 1 / (1 + exp(-x)) through exp(-|x|), which cannot overflow.
    static V sigmoid(V x) noexcept {
        const V magnitude = S::max(S::sub(S::zero(), x), x);
        const V e = exp_negative(S::sub(S::zero(), magnitude));
        const V numerator = S::select_less(x, S::zero(), e, S::set1(1.0f));
        return S::div(numerator, S::add(S::set1(1.0f), e));
    }

    /// Calls f(load, store) over n numbers: `at` is the offset, `part` the count of the last, incomplete vector or 0.
    template <typename F>
    static void for_each_vector(size_t n, F&& f) noexcept {
        size_t i = 0;
        for (; i + kLanes <= n; i += kLanes) f(i, size_t{0});
        if (i < n) f(i, n - i);
    }
    static V load(const float* p, size_t part) noexcept { return part == 0 ? S::load(p) : S::load_part(p, part); }
    static void store(float* p, V v, size_t part) noexcept { part == 0 ? S::store(p, v) : S::store_part(p, v, part); }

    static float dot_f32(const float* a, const float* b, size_t n) noexcept {
        V sums[4] = {S::zero(), S::zero(), S::zero(), S::zero()};
        size_t i = 0;
        for (; i + 4 * kLanes <= n; i += 4 * kLanes) {
            for (size_t u = 0; u < 4; ++u) sums[u] = S::fma(S::load(a + i + u * kLanes), S::load(b + i + u * kLanes), sums[u]);
        }
        for_each_vector(n - i, [&](size_t at, size_t part) { sums[0] = S::fma(load(a + i + at, part), load(b + i + at, part), sums[0]); });
        return S::sum(S::add(S::add(sums[0], sums[1]), S::add(sums[2], sums[3])));
    }

    static void axpy_f32(float a, const float* x, float* y, size_t n) noexcept {
        const V factor = S::set1(a);
        for_each_vector(n, [&](size_t at, size_t part) { store(y + at, S::fma(factor, load(x + at, part), load(y + at, part)), part); });
    }

    static void scale_f32(float a, float* x, size_t n) noexcept {
        const V factor = S::set1(a);
        for_each_vector(n, [&](size_t at, size_t part) { store(x + at, S::mul(factor, load(x + at, part)), part); });
    }

    static void add_f32(const float* a, const float* b, float* y, size_t n) noexcept {
        for_each_vector(n, [&](size_t at, size_t part) { store(y + at, S::add(load(a + at, part), load(b + at, part)), part); });
    }

    static void mul_f32(const float* a, const float* b, float* y, size_t n) noexcept {
        for_each_vector(n, [&](size_t at, size_t part) { store(y + at, S::mul(load(a + at, part), load(b + at, part)), part); });
    }

    static float max_f32(const float* x, size_t n) noexcept {
        float largest = -__builtin_inff();
        size_t i = 0;
        if (n >= kLanes) {
            V v = S::load(x);
            for (i = kLanes; i + kLanes <= n; i += kLanes) v = S::max(v, S::load(x + i));
            largest = S::largest(v);
        }
        for (; i < n; ++i) largest = x[i] > largest ? x[i] : largest;
        return largest;
    }

    static float exp_sum(float* x, size_t n, float max) noexcept {
        const V largest = S::set1(max);
        V sum = S::zero();
        size_t i = 0;
        for (; i + kLanes <= n; i += kLanes) {
            const V e = exp_negative(S::sub(S::load(x + i), largest));
            S::store(x + i, e);
            sum = S::add(sum, e);
        }
        float rest = 0.0f;
        if (i < n) {
            S::store_part(x + i, exp_negative(S::sub(S::load_part(x + i, n - i), largest)), n - i);
            for (; i < n; ++i) rest += x[i];
        }
        return S::sum(sum) + rest;
    }

    static void rms_norm(const float* x, const float* w, float eps, float* y, size_t n) noexcept {
        const float mean = dot_f32(x, x, n) / static_cast<float>(n);
        const V scale = S::set1(1.0f / __builtin_sqrtf(mean + eps));
        for_each_vector(n, [&](size_t at, size_t part) {
            const V scaled = S::mul(load(x + at, part), scale);
            store(y + at, w != nullptr ? S::mul(scaled, load(w + at, part)) : scaled, part);
        });
    }

    static void silu(const float* x, float* y, size_t n) noexcept {
        for_each_vector(n, [&](size_t at, size_t part) {
            const V v = load(x + at, part);
            store(y + at, S::mul(v, sigmoid(v)), part);
        });
    }

    static void swiglu(const float* gate, const float* up, float* y, size_t n) noexcept {
        for_each_vector(n, [&](size_t at, size_t part) {
            const V g = load(gate + at, part);
            store(y + at, S::mul(S::mul(g, sigmoid(g)), load(up + at, part)), part);
        });
    }

    static void swiglu_clamped(const float* gate, const float* up, float alpha, float limit, float* y, size_t n) noexcept {
        const V top = S::set1(limit), bottom = S::set1(-limit), steepness = S::set1(alpha), one = S::set1(1.0f);
        for_each_vector(n, [&](size_t at, size_t part) {
            const V g = S::min(top, load(gate + at, part));
            const V u = S::max(bottom, S::min(top, load(up + at, part)));
            store(y + at, S::mul(S::mul(g, sigmoid(S::mul(steepness, g))), S::add(u, one)), part);
        });
    }

    static void f32_to_f16(const float* x, uint16_t* y, size_t n) noexcept {
        for_each_vector(n, [&](size_t at, size_t part) {
            if (part == 0) {
                S::store_f16(y + at, S::load(x + at));
            } else {
                S::store_f16_part(y + at, S::load_part(x + at, part), part);
            }
        });
    }

    static void f16_to_f32(const uint16_t* x, float* y, size_t n) noexcept {
        for_each_vector(n, [&](size_t at, size_t part) { store(y + at, load_f16(x + at, part), part); });
    }
    static V load_f16(const uint16_t* p, size_t part) noexcept { return part == 0 ? S::load_f16(p) : S::load_f16_part(p, part); }

    static void rope_interleaved(float* x, const float* cos, const float* sin, size_t pairs) noexcept {
        for (size_t i = 0; i < pairs; ++i) {
            const float a = x[2 * i], b = x[2 * i + 1];
            x[2 * i] = a * cos[i] - b * sin[i];
            x[2 * i + 1] = a * sin[i] + b * cos[i];
        }
    }

    static void rope_halves(float* x, const float* cos, const float* sin, size_t pairs) noexcept {
        for_each_vector(pairs, [&](size_t at, size_t part) {
            const V a = load(x + at, part), b = load(x + pairs + at, part);
            const V c = load(cos + at, part), s = load(sin + at, part);
            store(x + at, S::fnma(b, s, S::mul(a, c)), part);
            store(x + pairs + at, S::fma(b, c, S::mul(a, s)), part);
        });
    }

    // Attention. A tile is H heads times J rows of the cache: every row of the cache that was read and converted serves H heads.

    template <size_t H, size_t J>
    static void scores_tile(const float* q, size_t q_stride, const uint16_t* k, size_t k_stride, size_t dim, float scale, float* scores,
                            size_t score_stride) noexcept {
        V sums[H][J];
        for (size_t h = 0; h < H; ++h) {
            for (size_t j = 0; j < J; ++j) sums[h][j] = S::zero();
        }
        size_t i = 0;
        for (; i + kLanes <= dim; i += kLanes) {
            V rows[J];
            for (size_t j = 0; j < J; ++j) rows[j] = S::load_f16(k + j * k_stride + i);
            for (size_t h = 0; h < H; ++h) {
                const V head = S::load(q + h * q_stride + i);
                for (size_t j = 0; j < J; ++j) sums[h][j] = S::fma(head, rows[j], sums[h][j]);
            }
        }
        if (i < dim) {
            for (size_t j = 0; j < J; ++j) {
                const V row = S::load_f16_part(k + j * k_stride + i, dim - i);
                for (size_t h = 0; h < H; ++h) sums[h][j] = S::fma(S::load_part(q + h * q_stride + i, dim - i), row, sums[h][j]);
            }
        }
        if constexpr (H == 8) {
            for (size_t j = 0; j < J; ++j) {
                V column[8];
                float values[8];
                for (size_t h = 0; h < 8; ++h) column[h] = sums[h][j];
                S::sums_of_eight(column, values);
                for (size_t h = 0; h < 8; ++h) scores[h * score_stride + j] = scale * values[h];
            }
        } else {
            for (size_t h = 0; h < H; ++h) {
                for (size_t j = 0; j < J; ++j) scores[h * score_stride + j] = scale * S::sum(sums[h][j]);
            }
        }
    }

    template <size_t J>
    static void scores_of_rows(const float* q, size_t q_stride, size_t heads, const uint16_t* k, size_t k_stride, size_t dim, float scale,
                               float* scores, size_t score_stride) noexcept {
        size_t h = 0;
        for (; h + S::kTileHeads <= heads; h += S::kTileHeads) {
            scores_tile<S::kTileHeads, J>(q + h * q_stride, q_stride, k, k_stride, dim, scale, scores + h * score_stride, score_stride);
        }
        for (; h + 2 <= heads; h += 2) {
            scores_tile<2, J>(q + h * q_stride, q_stride, k, k_stride, dim, scale, scores + h * score_stride, score_stride);
        }
        for (; h < heads; ++h) {
            scores_tile<1, J>(q + h * q_stride, q_stride, k, k_stride, dim, scale, scores + h * score_stride, score_stride);
        }
    }

    static void attention_scores(const float* q, size_t q_stride, size_t heads, const uint16_t* k, size_t k_stride, size_t n, size_t dim,
                                 float scale, float* scores, size_t score_stride) noexcept {
        size_t j = 0;
        for (; j + 3 <= n; j += 3) {
            scores_of_rows<3>(q, q_stride, heads, k + j * k_stride, k_stride, dim, scale, scores + j, score_stride);
        }
        for (; j < n; ++j) scores_of_rows<1>(q, q_stride, heads, k + j * k_stride, k_stride, dim, scale, scores + j, score_stride);
    }

    template <size_t H, size_t C>
    static void values_tile(const float* p, size_t p_stride, const uint16_t* v, size_t v_stride, size_t n, size_t part, float* out,
                            size_t out_stride) noexcept {
        V sums[H][C];
        for (size_t h = 0; h < H; ++h) {
            for (size_t c = 0; c < C; ++c) sums[h][c] = load(out + h * out_stride + c * kLanes, part);
        }
        for (size_t j = 0; j < n; ++j) {
            V columns[C];
            for (size_t c = 0; c < C; ++c) columns[c] = load_f16(v + j * v_stride + c * kLanes, part);
            for (size_t h = 0; h < H; ++h) {
                const V weight = S::set1(p[h * p_stride + j]);
                for (size_t c = 0; c < C; ++c) sums[h][c] = S::fma(weight, columns[c], sums[h][c]);
            }
        }
        for (size_t h = 0; h < H; ++h) {
            for (size_t c = 0; c < C; ++c) store(out + h * out_stride + c * kLanes, sums[h][c], part);
        }
    }

    template <size_t H>
    static void values_of_heads(const float* p, size_t p_stride, const uint16_t* v, size_t v_stride, size_t n, size_t dim, float* out,
                                size_t out_stride) noexcept {
        size_t i = 0;
        for (; i + 3 * kLanes <= dim; i += 3 * kLanes) values_tile<H, 3>(p, p_stride, v + i, v_stride, n, 0, out + i, out_stride);
        for (; i + kLanes <= dim; i += kLanes) values_tile<H, 1>(p, p_stride, v + i, v_stride, n, 0, out + i, out_stride);
        if (i < dim) values_tile<H, 1>(p, p_stride, v + i, v_stride, n, dim - i, out + i, out_stride);
    }

    static void attention_values(const float* p, size_t p_stride, size_t heads, const uint16_t* v, size_t v_stride, size_t n, size_t dim,
                                 float* out, size_t out_stride) noexcept {
        constexpr size_t kRows = 32;  // of the cache, which then stay in the first-level cache for all heads and columns
        for (size_t j = 0; j < n; j += kRows) {
            const size_t rows = smaller(kRows, n - j);
            const uint16_t* block = v + j * v_stride;
            size_t h = 0;
            for (; h + S::kTileHeads <= heads; h += S::kTileHeads) {
                values_of_heads<S::kTileHeads>(p + h * p_stride + j, p_stride, block, v_stride, rows, dim, out + h * out_stride,
                                               out_stride);
            }
            for (; h + 2 <= heads; h += 2) {
                values_of_heads<2>(p + h * p_stride + j, p_stride, block, v_stride, rows, dim, out + h * out_stride, out_stride);
            }
            for (; h < heads; ++h) {
                values_of_heads<1>(p + h * p_stride + j, p_stride, block, v_stride, rows, dim, out + h * out_stride, out_stride);
            }
        }
    }
};

}  // namespace
}  // namespace soliloquy
