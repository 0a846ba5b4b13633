/// engine/backend/cpu/simd/avx512_kernels.cpp: the table for processors with AVX-512 F, BW, VL, DQ, VNNI (Ice Lake, Zen 4, later).
#include "engine/backend/cpu/simd/avx512_block_matmul.h"
#include "engine/backend/cpu/simd/avx512_vectors.h"
#include "engine/backend/cpu/simd/float_matmul.h"
#include "engine/backend/cpu/simd/float_table.h"
#include "engine/backend/cpu/simd/tables.h"

namespace soliloquy {
namespace {

ActivationFormat avx512_format(DType weight) noexcept {
    switch (weight) {
        case DType::q4_0:
        case DType::q4_1:
        case DType::q5_0:
        case DType::q5_1:
        case DType::q8_0:
        case DType::iq4_nl:
        case DType::mxfp4:
        case DType::q2_k:
        case DType::q3_k:
        case DType::q4_k:
        case DType::q5_k:
        case DType::q6_k:
        case DType::iq4_xs:
            return ActivationFormat::q8;
        default:
            return ActivationFormat::f32;
    }
}

void avx512_matmul(const MatMulTile& tile) noexcept {
    switch (tile.type) {
        case DType::q4_0:
            return matmul_blocks<Q4_0>(tile);
        case DType::q4_1:
            return matmul_blocks<Q4_1>(tile);
        case DType::q5_0:
            return matmul_blocks<Q5_0>(tile);
        case DType::q5_1:
            return matmul_blocks<Q5_1>(tile);
        case DType::q8_0:
            return matmul_blocks<Q8_0>(tile);
        case DType::iq4_nl:
            return matmul_blocks<Iq4Nl>(tile);
        case DType::mxfp4:
            return matmul_blocks<Mxfp4>(tile);
        case DType::q2_k:
            return matmul_blocks<Q2_K>(tile);
        case DType::q3_k:
            return matmul_blocks<Q3_K>(tile);
        case DType::q4_k:
            return matmul_blocks<Q4_K>(tile);
        case DType::q5_k:
            return matmul_blocks<Q5_K>(tile);
        case DType::q6_k:
            return matmul_blocks<Q6_K>(tile);
        case DType::iq4_xs:
            return matmul_blocks<Iq4Xs>(tile);
        default:
            break;
    }
    if (!FloatMatMul<Avx512>::matmul_float(tile)) FloatMatMul<Avx512>::matmul_through_panel(tile);
}

/// 16 numbers to signed bytes; `sum` gets the sum of the bytes. NaN becomes 0.
__m128i quantize_16(__m512 x, __m512 inverse, int& sum) noexcept {
    const __m512 scaled = _mm512_mul_ps(x, inverse);
    const __mmask16 numbers = _mm512_cmp_ps_mask(scaled, scaled, _CMP_ORD_Q);
    const __m512 limited = _mm512_max_ps(_mm512_min_ps(scaled, _mm512_set1_ps(127.0f)), _mm512_set1_ps(-127.0f));
    const __m512i rounded = _mm512_maskz_cvtps_epi32(numbers, limited);
    sum = _mm512_reduce_add_epi32(rounded);
    return _mm512_cvtepi32_epi8(rounded);
}

void quantize_32(const float* x, ActivationChunk& out, size_t b) noexcept {
    const __m512 low = _mm512_loadu_ps(x), high = _mm512_loadu_ps(x + 16);
    // max(a, b) is b when a is NaN.
    const __m512 largest = _mm512_max_ps(_mm512_abs_ps(low), _mm512_max_ps(_mm512_abs_ps(high), _mm512_setzero_ps()));
    const float scale = _mm512_reduce_max_ps(largest) / 127.0f;
    const __m512 inverse = _mm512_set1_ps(scale > 0.0f ? 1.0f / scale : 0.0f);
    int sum_low, sum_high;
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out.quant + 32 * b), quantize_16(low, inverse, sum_low));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out.quant + 32 * b + 16), quantize_16(high, inverse, sum_high));
    out.scale[b] = scale;
    out.sum[b] = scale * static_cast<float>(sum_low + sum_high);
    out.half_sum[2 * b] = scale * static_cast<float>(sum_low);
    out.half_sum[2 * b + 1] = scale * static_cast<float>(sum_high);
}

void avx512_quantize_q8(const float* x, size_t n, ActivationChunk* out) noexcept {
    for (size_t i = 0; i < n; i += kActivationChunk, ++out) {
        const size_t count = smaller(kActivationChunk, n - i);
        if (count < kActivationChunk) __builtin_memset(out, 0, sizeof *out);
        size_t b = 0;
        for (; b * 32 + 32 <= count; ++b) quantize_32(x + i + 32 * b, *out, b);
        if (b * 32 < count) {
            float padded[32] = {};
            for (size_t j = b * 32; j < count; ++j) padded[j - b * 32] = x[i + j];
            quantize_32(padded, *out, b);
        }
    }
}

constexpr CpuKernels make_table() noexcept {
    CpuKernels table = float_table<Avx512>("avx512", "AVX-512 VNNI");
    table.activation_format = avx512_format;
    table.quantize_q8 = avx512_quantize_q8;
    table.matmul = avx512_matmul;
    return table;
}

constexpr CpuKernels kTable = make_table();

}  // namespace

const CpuKernels& avx512_kernels() noexcept { return kTable; }

}  // namespace soliloquy
