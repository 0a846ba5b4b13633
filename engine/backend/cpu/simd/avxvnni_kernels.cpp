/// engine/backend/cpu/simd/avxvnni_kernels.cpp: the AVX2 table with 8-bit dot products (AVX-VNNI: Alder Lake and later).
#include "engine/backend/cpu/simd/avx2_block_matmul.h"
#include "engine/backend/cpu/simd/avx2_quantize.h"

// What works on the kernels above, by their names.
#include "engine/backend/cpu/simd/block_types.h"
#include "engine/backend/cpu/simd/float_table.h"
#include "engine/backend/cpu/simd/quantize_rows.h"
#include "engine/backend/cpu/simd/tables.h"

namespace soliloquy {
namespace {

constexpr CpuKernels make_table() noexcept {
    CpuKernels table = float_table<Avx2>("avxvnni", "AVX2 VNNI");
    table.activation_format = block_activation_format;
    table.quantize_q8 = quantize_row;
    table.matmul = matmul_any<Avx2>;
    return table;
}

constexpr CpuKernels kTable = make_table();

}  // namespace

const CpuKernels& avxvnni_kernels() noexcept { return kTable; }

}  // namespace soliloquy
