/// engine/backend/cpu/simd/neon_kernels.cpp: the table for 64-bit Arm processors with the dot product extension (Armv8.2 and later).
#include "engine/backend/cpu/simd/neon_block_matmul.h"
#include "engine/backend/cpu/simd/neon_quantize.h"

// What works on the kernels above, by their names.
#include "engine/backend/cpu/simd/block_types.h"
#include "engine/backend/cpu/simd/float_table.h"
#include "engine/backend/cpu/simd/quantize_rows.h"
#include "engine/backend/cpu/simd/tables.h"

namespace soliloquy {
namespace {

constexpr CpuKernels make_table() noexcept {
    CpuKernels table = float_table<Neon>("neon", "NEON");
    table.activation_format = block_activation_format;
    table.quantize_q8 = quantize_row;
    table.matmul = matmul_any<Neon>;
    return table;
}

constexpr CpuKernels kTable = make_table();

}  // namespace

const CpuKernels& neon_kernels() noexcept { return kTable; }

}  // namespace soliloquy
