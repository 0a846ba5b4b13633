/// engine/backend/cpu/simd/scalar_kernels.cpp: the portable table, and the exact one: every formula as it is written down.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "engine/backend/cpu/simd/chunk_scale.h"
#include "engine/backend/cpu/simd/tables.h"
#include "engine/core/float16.h"
#include "engine/quant/dequantize.h"

namespace soliloquy {
namespace {

ActivationFormat scalar_format(DType weight) noexcept {
    return dtype_traits(weight).quantized ? ActivationFormat::q8 : ActivationFormat::f32;
}
ActivationFormat exact_format(DType /*weight*/) noexcept { return ActivationFormat::f32; }

void scalar_quantize_q8(const float* x, size_t n, ActivationChunk* out) noexcept {
    for (size_t begin = 0; begin < n; begin += kActivationChunk, ++out) {
        *out = ActivationChunk{};
        const size_t count = std::min(kActivationChunk, n - begin);
        for (size_t b = 0; b * 32 < count; ++b) {
            const size_t size = std::min<size_t>(32, count - b * 32);
            const float* block = x + begin + b * 32;
            float largest = 0.0f;
            bool broken = false;
            for (size_t i = 0; i < size; ++i) {
                largest = std::max(largest, std::fabs(block[i]));  // NaN never wins
                broken = broken || std::isnan(block[i]);
            }
            const float scale = largest / 127.0f;
            const float inverse = scale > 0.0f ? 1.0f / scale : 0.0f;
            int sums[2] = {0, 0};
            for (size_t i = 0; i < size; ++i) {
                const float scaled = block[i] * inverse;
                const float rounded = std::nearbyint(std::clamp(std::isnan(scaled) ? 0.0f : scaled, -127.0f, 127.0f));
                out->quant[b * 32 + i] = static_cast<int8_t>(rounded);
                sums[i / 16] += static_cast<int>(rounded);
            }
            set_scale(*out, b, broken, scale, sums[0], sums[1]);
        }
    }
}

/// Weights become numbers a panel at a time; a panel is used by all tokens.
constexpr size_t kPanel = 1024;

template <typename Sum>
Sum dot_panel(const float* w, const float* x, size_t n) noexcept {
    Sum sum = 0;
    for (size_t i = 0; i < n; ++i) sum += static_cast<Sum>(w[i]) * static_cast<Sum>(x[i]);
    return sum;
}

float dot_panel_q8(const float* w, const ActivationChunk* x, size_t n) noexcept {
    float sum = 0.0f;
    for (size_t b = 0; b * 32 < n; ++b) {
        const ActivationChunk& chunk = x[b / 8];
        const int8_t* quant = chunk.quant + b % 8 * 32;
        float block = 0.0f;
        for (size_t i = 0; i < std::min<size_t>(32, n - b * 32); ++i) block += w[b * 32 + i] * static_cast<float>(quant[i]);
        sum += chunk.scale[b % 8] * block;
    }
    return sum;
}

void scalar_matmul(const MatMulTile& tile) noexcept {
    const bool q8 = scalar_format(tile.type) == ActivationFormat::q8;
    float w[kPanel];
    for (size_t r = tile.row_begin; r < tile.row_end; ++r) {
        for (size_t t = 0; t < tile.tokens; ++t) tile.y[t * tile.y_stride + r] = 0.0f;
        for (size_t k = 0; k < tile.k; k += kPanel) {
            const size_t n = std::min(kPanel, tile.k - k);
            dequantize_row(tile.type, tile.w + r * tile.w_stride + row_bytes(tile.type, k), w, n);
            for (size_t t = 0; t < tile.tokens; ++t) {
                const std::byte* x = tile.token(t);
                tile.y[t * tile.y_stride + r] += q8 ? dot_panel_q8(w, reinterpret_cast<const ActivationChunk*>(x) + k / kActivationChunk, n)
                                                    : dot_panel<float>(w, reinterpret_cast<const float*>(x) + k, n);
            }
        }
    }
}

void exact_matmul(const MatMulTile& tile) noexcept {
    float w[kPanel];
    constexpr size_t kTokens = 64;
    for (size_t first = 0; first < tile.tokens; first += kTokens) {
        const size_t tokens = std::min(kTokens, tile.tokens - first);
        for (size_t r = tile.row_begin; r < tile.row_end; ++r) {
            double sums[kTokens] = {};
            for (size_t k = 0; k < tile.k; k += kPanel) {
                const size_t n = std::min(kPanel, tile.k - k);
                dequantize_row(tile.type, tile.w + r * tile.w_stride + row_bytes(tile.type, k), w, n);
                for (size_t t = 0; t < tokens; ++t) {
                    sums[t] += dot_panel<double>(w, reinterpret_cast<const float*>(tile.token(first + t)) + k, n);
                }
            }
            for (size_t t = 0; t < tokens; ++t) tile.y[(first + t) * tile.y_stride + r] = static_cast<float>(sums[t]);
        }
    }
}

template <typename Sum>
void attention_scores(const float* q, size_t q_stride, size_t heads, const uint16_t* k, size_t k_stride, size_t n, size_t dim, float scale,
                      float* scores, size_t score_stride) noexcept {
    for (size_t j = 0; j < n; ++j) {
        for (size_t h = 0; h < heads; ++h) {
            Sum sum = 0;
            for (size_t i = 0; i < dim; ++i) {
                sum += static_cast<Sum>(q[h * q_stride + i]) * static_cast<Sum>(f16_to_f32(k[j * k_stride + i]));
            }
            scores[h * score_stride + j] = scale * static_cast<float>(sum);
        }
    }
}

template <typename Sum>
void attention_values(const float* p, size_t p_stride, size_t heads, const uint16_t* v, size_t v_stride, size_t n, size_t dim, float* out,
                      size_t out_stride) noexcept {
    for (size_t h = 0; h < heads; ++h) {
        for (size_t i = 0; i < dim; ++i) {
            Sum sum = 0;
            for (size_t j = 0; j < n; ++j) {
                sum += static_cast<Sum>(p[h * p_stride + j]) * static_cast<Sum>(f16_to_f32(v[j * v_stride + i]));
            }
            out[h * out_stride + i] += static_cast<float>(sum);
        }
    }
}

template <typename Sum>
float dot_f32(const float* a, const float* b, size_t n) noexcept {
    return static_cast<float>(dot_panel<Sum>(a, b, n));
}

void axpy_f32(float a, const float* x, float* y, size_t n) noexcept {
    for (size_t i = 0; i < n; ++i) y[i] += a * x[i];
}

void scale_f32(float a, float* x, size_t n) noexcept {
    for (size_t i = 0; i < n; ++i) x[i] *= a;
}

void add_f32(const float* a, const float* b, float* y, size_t n) noexcept {
    for (size_t i = 0; i < n; ++i) y[i] = a[i] + b[i];
}

void mul_f32(const float* a, const float* b, float* y, size_t n) noexcept {
    for (size_t i = 0; i < n; ++i) y[i] = a[i] * b[i];
}

float max_f32(const float* x, size_t n) noexcept {
    float largest = -std::numeric_limits<float>::infinity();
    for (size_t i = 0; i < n; ++i) largest = std::max(largest, x[i]);
    return largest;
}

float exp_sum(float* x, size_t n, float max) noexcept {
    double sum = 0.0;
    for (size_t i = 0; i < n; ++i) {
        x[i] = std::exp(x[i] - max);
        sum += static_cast<double>(x[i]);
    }
    return static_cast<float>(sum);
}

void rms_norm(const float* x, const float* w, float eps, float* y, size_t n) noexcept {
    double squares = 0.0;
    for (size_t i = 0; i < n; ++i) squares += static_cast<double>(x[i]) * static_cast<double>(x[i]);
    const float scale = static_cast<float>(1.0 / std::sqrt(squares / static_cast<double>(n) + static_cast<double>(eps)));
    for (size_t i = 0; i < n; ++i) y[i] = x[i] * scale * (w != nullptr ? w[i] : 1.0f);
}

void silu(const float* x, float* y, size_t n) noexcept {
    for (size_t i = 0; i < n; ++i) y[i] = x[i] / (1.0f + std::exp(-x[i]));
}

void swiglu(const float* gate, const float* up, float* y, size_t n) noexcept {
    for (size_t i = 0; i < n; ++i) y[i] = gate[i] / (1.0f + std::exp(-gate[i])) * up[i];
}

void swiglu_clamped(const float* gate, const float* up, float alpha, float limit, float* y, size_t n) noexcept {
    for (size_t i = 0; i < n; ++i) {
        const float g = std::min(gate[i], limit);
        const float u = std::clamp(up[i], -limit, limit);
        y[i] = g / (1.0f + std::exp(-alpha * g)) * (u + 1.0f);
    }
}

void to_f16(const float* x, uint16_t* y, size_t n) noexcept {
    for (size_t i = 0; i < n; ++i) y[i] = f32_to_f16(x[i]);
}

void from_f16(const uint16_t* x, float* y, size_t n) noexcept {
    for (size_t i = 0; i < n; ++i) y[i] = f16_to_f32(x[i]);
}

void rope_interleaved(float* x, const float* cos, const float* sin, size_t pairs) noexcept {
    for (size_t i = 0; i < pairs; ++i) {
        const float a = x[2 * i], b = x[2 * i + 1];
        x[2 * i] = a * cos[i] - b * sin[i];
        x[2 * i + 1] = a * sin[i] + b * cos[i];
    }
}

void rope_halves(float* x, const float* cos, const float* sin, size_t pairs) noexcept {
    for (size_t i = 0; i < pairs; ++i) {
        const float a = x[i], b = x[pairs + i];
        x[i] = a * cos[i] - b * sin[i];
        x[pairs + i] = a * sin[i] + b * cos[i];
    }
}

template <typename Sum>
constexpr CpuKernels make_table(std::string_view name) {
    CpuKernels table{};
    table.id = name;
    table.name = name;
    table.quantize_q8 = scalar_quantize_q8;
    table.attention_scores = attention_scores<Sum>;
    table.attention_values = attention_values<Sum>;
    table.dot_f32 = dot_f32<Sum>;
    table.axpy_f32 = axpy_f32;
    table.scale_f32 = scale_f32;
    table.add_f32 = add_f32;
    table.mul_f32 = mul_f32;
    table.max_f32 = max_f32;
    table.exp_sum = exp_sum;
    table.rms_norm = rms_norm;
    table.silu = silu;
    table.swiglu = swiglu;
    table.swiglu_clamped = swiglu_clamped;
    table.f32_to_f16 = to_f16;
    table.f16_to_f32 = from_f16;
    table.rope_interleaved = rope_interleaved;
    table.rope_halves = rope_halves;
    return table;
}

constexpr CpuKernels make_scalar() {
    CpuKernels table = make_table<float>("scalar");
    table.activation_format = scalar_format;
    table.matmul = scalar_matmul;
    return table;
}

constexpr CpuKernels make_exact() {
    CpuKernels table = make_table<double>("exact");
    table.activation_format = exact_format;
    table.matmul = exact_matmul;
    return table;
}

constexpr CpuKernels kScalar = make_scalar();
constexpr CpuKernels kExact = make_exact();

}  // namespace

const CpuKernels& scalar_kernels() noexcept { return kScalar; }
const CpuKernels& exact_cpu_kernels() noexcept { return kExact; }

}  // namespace soliloquy
