/// engine/backend/cpu/simd/float_table.h: enters the floating point kernels of an instruction set into its table.
#pragma once

#include "engine/backend/cpu/simd/float_kernels.h"

namespace soliloquy {
namespace {

template <class S>
constexpr CpuKernels float_table(std::string_view id, std::string_view name) noexcept {
    using F = FloatKernels<S>;
    CpuKernels table{};
    table.id = id;
    table.name = name;
    table.attention_scores = F::attention_scores;
    table.attention_values = F::attention_values;
    table.dot_f32 = F::dot_f32;
    table.axpy_f32 = F::axpy_f32;
    table.scale_f32 = F::scale_f32;
    table.add_f32 = F::add_f32;
    table.mul_f32 = F::mul_f32;
    table.max_f32 = F::max_f32;
    table.exp_sum = F::exp_sum;
    table.rms_norm = F::rms_norm;
    table.silu = F::silu;
    table.swiglu = F::swiglu;
    table.swiglu_clamped = F::swiglu_clamped;
    table.f32_to_f16 = F::f32_to_f16;
    table.f16_to_f32 = F::f16_to_f32;
    table.rope_interleaved = F::rope_interleaved;
    table.rope_halves = F::rope_halves;
    return table;
}

}  // namespace
}  // namespace soliloquy
