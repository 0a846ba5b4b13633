/// engine/backend/cpu/simd/avx512_kernels.cpp: the table for processors with AVX-512 F, BW, VL, DQ, VNNI (Ice Lake, Zen 4, later).
#include "engine/backend/cpu/simd/avx512_block_matmul.h"
#include "engine/backend/cpu/simd/avx512_quantize.h"
#include "engine/backend/cpu/simd/avx512_vectors.h"

namespace soliloquy {
namespace {

template <class W>
inline void matmul_blocks(const MatMulTile& tile) noexcept {
    if (tile.tokens == 1) return matmul_block_rows<W>(tile);
    matmul_block_panels<W>(tile);
}

}  // namespace
}  // namespace soliloquy

// What works on the kernels above, by their names.
#include "engine/backend/cpu/simd/block_types.h"
#include "engine/backend/cpu/simd/float_table.h"
#include "engine/backend/cpu/simd/quantize_rows.h"
#include "engine/backend/cpu/simd/tables.h"

namespace soliloquy {
namespace {

constexpr CpuKernels make_table() noexcept {
    CpuKernels table = float_table<Avx512>("avx512", "AVX-512 VNNI");
    table.activation_format = block_activation_format;
    table.quantize_q8 = quantize_row;
    table.matmul = matmul_any<Avx512>;
    return table;
}

constexpr CpuKernels kTable = make_table();

}  // namespace

const CpuKernels& avx512_kernels() noexcept { return kTable; }

}  // namespace soliloquy
