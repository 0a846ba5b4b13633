/// engine/backend/cpu/simd/amx_kernels.cpp: the table for processors with AMX BF16 (Sapphire Rapids and later): that of AVX-512, and tiles
/// where many tokens meet the same weights.
#include "engine/backend/cpu/simd/amx_block_matmul.h"
#include "engine/backend/cpu/simd/amx_matrix_unit.h"
#include "engine/backend/cpu/simd/avx512_vectors.h"

namespace soliloquy {
namespace {

template <class W>
inline void matmul_blocks(const MatMulTile& tile) noexcept {
    matmul_block_tiles<W>(tile);
}

}  // namespace
}  // namespace soliloquy

// What works on the kernels above, by their names.
#include "engine/backend/cpu/simd/block_types.h"
#include "engine/backend/cpu/simd/tables.h"

namespace soliloquy {
namespace {

ActivationFormat activation_format(DType weight) noexcept {
    return dtype_traits(weight).quantized ? ActivationFormat::q8_and_bf16 : ActivationFormat::f32;
}

void quantize_row_twice(const float* x, size_t n, ActivationChunk* out) noexcept {
    avx512_kernels().quantize_q8(x, n, out);
    const size_t chunks = (n + kActivationChunk - 1) / kActivationChunk;
    auto* halves = reinterpret_cast<std::byte*>(out + chunks);
    for (size_t i = 0; i < chunks * kActivationChunk; i += 16) {
        const size_t there = i < n ? smaller(16, n - i) : 0;
        const __m512 v = _mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << there) - 1u), x + (there > 0 ? i : 0));
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(halves + 2 * i), __builtin_bit_cast(__m256i, _mm512_cvtneps_pbh(v)));
    }
}

void matmul(const MatMulTile& tile) noexcept {
    if (tile.tokens < kFewestTokens || tile.row_begin >= tile.row_end || !matmul_block_type(tile)) avx512_kernels().matmul(tile);
}

}  // namespace

const CpuKernels& amx_kernels() noexcept {
    static const CpuKernels kTable = [] {
        CpuKernels table = avx512_kernels();
        table.id = "amx";
        table.name = "AMX";
        table.activation_format = activation_format;
        table.quantize_q8 = quantize_row_twice;
        table.matmul = matmul;
        table.matrix_unit = &kMatrixUnit;
        return table;
    }();
    return kTable;
}

}  // namespace soliloquy
