/// engine/backend/cpu/cpu_kernels.h: the inner loops of the CPU, as one table of functions per instruction set.
/// Every function is single-threaded, allocates nothing and keeps no state; callers split rows, heads and tokens over threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "engine/core/dtype.h"

namespace soliloquy {

/// How activations lie beside a weight type.
enum class ActivationFormat : uint8_t {
    f32,          ///< as they are
    q8,           ///< ActivationChunk: signed bytes with one scale per 32 numbers
    q8_and_bf16,  ///< the chunks of a row, and behind them its numbers as BF16, zeros up to a whole chunk
};

/// 256 activations: x[i] ~ scale[i / 32] * quant[i]. A row is ceil(n / 256) chunks; numbers past n are zeros with scale 0.
struct ActivationChunk {
    float scale[8];      ///< max|x| / 127 of 32 numbers
    float sum[8];        ///< scale * sum of quant, over 32 numbers: what the minimum of a weight block multiplies
    float half_sum[16];  ///< the same over 16 numbers
    int8_t quant[256];   ///< -127..127
};
static_assert(sizeof(ActivationChunk) == 384);
inline constexpr size_t kActivationChunk = 256;

/// y[t * y_stride + r] = sum_k W[r, k] * x[t, k]   for row_begin <= r < row_end, 0 <= t < tokens.
/// A value of y depends on its own row and token and on whether tokens are one, few or many, never on row_begin, row_end or neighbours: any
/// split of the rows over threads gives the same bits.
struct MatMulTile {
    DType type = DType::f32;
    const std::byte* w = nullptr;  ///< row r at w + r * w_stride, in the layout of the file; any alignment
    size_t w_stride = 0;           ///< bytes
    size_t k = 0;                  ///< numbers in a row: a multiple of the type's block
    size_t row_begin = 0, row_end = 0;

    const std::byte* x = nullptr;      ///< token t at x + x_row(t) * x_stride, in activation_format(type)
    size_t x_stride = 0;               ///< bytes
    const uint32_t* x_rows = nullptr;  ///< x_row(t) = x_rows[t], or t when null: tokens of one expert without gathering them
    size_t tokens = 1;

    float* y = nullptr;
    size_t y_stride = 0;  ///< numbers

    [[nodiscard]] const std::byte* token(size_t t) const noexcept { return x + (x_rows != nullptr ? x_rows[t] : t) * x_stride; }
};

/// Products of BF16 matrices, summed in F32, where a processor has a unit for them. C = A B with
///   A : rows of BF16                                                                a_stride, in numbers
///   B : panels of 16 columns; in a panel, for every pair of k, 16 pairs (B[k, c], B[k + 1, c]): k * 16 numbers a panel
/// k is a multiple of 32; rows of A and columns of B are multiples of 16.
struct MatrixUnit {
    static constexpr size_t kSide = 16, kDepth = 32;

    /// C[m, n] = (add ? C : 0) + A[m, k] B[k, n]
    void (*multiply)(const uint16_t* a, size_t a_stride, const uint16_t* b, size_t m, size_t n, size_t k, float* c, size_t c_stride,
                     bool add) noexcept;
    /// A[r, i] = factor * x[r, i], zeros up to `columns` rounded up to kDepth. `rows` may be any number.
    void (*rows_of_f32)(const float* x, size_t x_stride, size_t rows, size_t columns, float factor, uint16_t* a, size_t a_stride) noexcept;
    void (*rows_of_f16)(const uint16_t* x, size_t x_stride, size_t rows, size_t columns, uint16_t* a, size_t a_stride) noexcept;
    /// B[k, n] = x[k, n]: n a multiple of kSide, zeros in rows from `depth` up to the next multiple of kDepth.
    void (*panels_of_f32)(const float* x, size_t x_stride, size_t depth, size_t n, uint16_t* b) noexcept;
    void (*panels_of_f16)(const uint16_t* x, size_t x_stride, size_t depth, size_t n, uint16_t* b) noexcept;
    /// B[k, n] = x[n, k]: zeros in columns from n and rows from `depth` up to the next multiples of kSide and kDepth.
    void (*panels_of_transposed_f32)(const float* x, size_t x_stride, size_t n, size_t depth, uint16_t* b) noexcept;
    void (*panels_of_transposed_f16)(const uint16_t* x, size_t x_stride, size_t n, size_t depth, uint16_t* b) noexcept;
};

/// F16 rows are uint16_t. Pointers may have any alignment; outputs overlap inputs only where a comment allows it.
struct CpuKernels {
    std::string_view id;    ///< "scalar", "avx2", "avxvnni", "avx512", "amx", "neon"
    std::string_view name;  ///< for people: "scalar", "AVX2", "AVX2 VNNI", "AVX-512 VNNI", "AMX", "NEON"

    const MatrixUnit* matrix_unit = nullptr;  ///< null where there is none

    /// The format of the activations of every block type.
    [[nodiscard]] ActivationFormat quantized_format() const noexcept { return activation_format(DType::q8_0); }

    ActivationFormat (*activation_format)(DType weight) noexcept;
    /// x[n] -> ceil(n / 256) chunks, and BF16 behind them where that is the format. A NaN or an infinity
    /// makes the scale of its 32 numbers NaN or infinite, and with it every product.
    void (*quantize_q8)(const float* x, size_t n, ActivationChunk* out) noexcept;
    void (*matmul)(const MatMulTile& tile) noexcept;

    // Attention of `heads` query rows against `n` rows of one KV head. MLA decode: all heads against the latent cache.
    /// scores[h * score_stride + j] = scale * sum_i q[h * q_stride + i] * k[j * k_stride + i]
    void (*attention_scores)(const float* q, size_t q_stride, size_t heads, const uint16_t* k, size_t k_stride, size_t n, size_t dim,
                             float scale, float* scores, size_t score_stride) noexcept;
    /// out[h * out_stride + i] += sum_j p[h * p_stride + j] * v[j * v_stride + i]
    void (*attention_values)(const float* p, size_t p_stride, size_t heads, const uint16_t* v, size_t v_stride, size_t n, size_t dim,
                             float* out, size_t out_stride) noexcept;

    float (*dot_f32)(const float* a, const float* b, size_t n) noexcept;
    void (*axpy_f32)(float a, const float* x, float* y, size_t n) noexcept;        ///< y += a x
    void (*scale_f32)(float a, float* x, size_t n) noexcept;                       ///< x *= a
    void (*add_f32)(const float* a, const float* b, float* y, size_t n) noexcept;  ///< y = a + b; y may alias either
    void (*mul_f32)(const float* a, const float* b, float* y, size_t n) noexcept;  ///< y = a * b; y may alias either
    float (*max_f32)(const float* x, size_t n) noexcept;                           ///< -inf when n == 0
    /// x[i] = exp(x[i] - max); returns their sum. exp(-inf) = 0. Softmax is max_f32, exp_sum, scale_f32.
    float (*exp_sum)(float* x, size_t n, float max) noexcept;
    /// y = w * x / sqrt(mean(x^2) + eps); w may be null (1); y may alias x.
    void (*rms_norm)(const float* x, const float* w, float eps, float* y, size_t n) noexcept;
    void (*silu)(const float* x, float* y, size_t n) noexcept;                        ///< y = x / (1 + exp(-x)); may alias
    void (*swiglu)(const float* gate, const float* up, float* y, size_t n) noexcept;  ///< y = silu(gate) * up; may alias
    /// g = min(gate, limit), u = clamp(up, -limit, limit): y = g / (1 + exp(-alpha g)) * (u + 1); gpt-oss has alpha 1.702, limit 7.
    void (*swiglu_clamped)(const float* gate, const float* up, float alpha, float limit, float* y, size_t n) noexcept;
    void (*f32_to_f16)(const float* x, uint16_t* y, size_t n) noexcept;
    void (*f16_to_f32)(const uint16_t* x, float* y, size_t n) noexcept;
    /// Rotates pairs (x[2i], x[2i+1]) by the angle whose cosine and sine are cos[i], sin[i]: rope type NORM.
    void (*rope_interleaved)(float* x, const float* cos, const float* sin, size_t pairs) noexcept;
    /// Rotates pairs (x[i], x[pairs + i]): rope type NEOX.
    void (*rope_halves)(float* x, const float* cos, const float* sin, size_t pairs) noexcept;
};

/// Bytes of one row of n activations.
[[nodiscard]] constexpr size_t activation_row_bytes(ActivationFormat format, size_t n) noexcept {
    if (format == ActivationFormat::f32) return n * sizeof(float);
    const size_t chunks = (n + kActivationChunk - 1) / kActivationChunk;
    return chunks * (sizeof(ActivationChunk) + (format == ActivationFormat::q8_and_bf16 ? kActivationChunk * sizeof(uint16_t) : 0));
}

/// The types whose weights matmul takes: F32, F16, BF16 and every block type.
[[nodiscard]] bool matmul_supports(DType weight) noexcept;

/// x = exp(x - max) / sum. A row of -inf becomes zeros.
void softmax(const CpuKernels& kernels, float* x, size_t n) noexcept;

/// The environment variable that names the table to compute with ("scalar", "avx2", "avxvnni", "avx512", "amx", "neon"), so that a result
/// of another machine can be had on this one. Read once, when kernels are first asked for.
constexpr const char* kInstructionSetVariable = "SOLILOQUY_INSTRUCTION_SET";

/// The fastest table that this processor runs, found with cpuid (x86) or the auxiliary vector (Arm), or the one that the variable names.
[[nodiscard]] const CpuKernels& cpu_kernels() noexcept;
/// Why the table that the variable names cannot be had, and which can; empty when it can, or when none is named.
[[nodiscard]] std::string instruction_set_problem();
/// The same without a matrix unit: attention and sums keep the precision of F32.
[[nodiscard]] const CpuKernels& f32_cpu_kernels() noexcept;
/// The oracle: scalar loops, F32 activations for every type, sums in double precision.
[[nodiscard]] const CpuKernels& exact_cpu_kernels() noexcept;
/// Every table that runs here, slowest first; the first is "scalar". exact_cpu_kernels() is not among them.
[[nodiscard]] std::span<const CpuKernels* const> supported_cpu_kernels() noexcept;
/// The table called `id` if it runs here, else null.
[[nodiscard]] const CpuKernels* find_cpu_kernels(std::string_view id) noexcept;

}  // namespace soliloquy
