/// engine/backend/cpu/simd/scalar_kernels.h: the table that every processor runs.
#pragma once

#include "engine/backend/cpu/cpu_kernels.h"

namespace soliloquy {

[[nodiscard]] const CpuKernels& scalar_kernels() noexcept;

}  // namespace soliloquy
