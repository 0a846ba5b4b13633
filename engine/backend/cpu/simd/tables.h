/// engine/backend/cpu/simd/tables.h: the tables by instruction set; only the one asked for may be called, and only where it runs.
#pragma once

#include "engine/backend/cpu/cpu_kernels.h"

namespace soliloquy {

[[nodiscard]] const CpuKernels& scalar_kernels() noexcept;
[[nodiscard]] const CpuKernels& avx2_kernels() noexcept;
[[nodiscard]] const CpuKernels& avxvnni_kernels() noexcept;
[[nodiscard]] const CpuKernels& avx512_kernels() noexcept;
[[nodiscard]] const CpuKernels& amx_kernels() noexcept;
[[nodiscard]] const CpuKernels& neon_kernels() noexcept;

}  // namespace soliloquy
