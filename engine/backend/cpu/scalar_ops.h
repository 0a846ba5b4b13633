/// engine/backend/cpu/scalar_ops.h: the oracle: every op as its formula says, on F32 activations and dequantised weights.
#pragma once

#include "engine/backend/cpu/cpu_op.h"

namespace soliloquy::cpu {

using OpPointer = std::unique_ptr<CpuOp>;

OpPointer make_scalar(const Embed& op, const Binding& binding);
OpPointer make_scalar(const RmsNorm& op, const Binding& binding);
OpPointer make_scalar(const MatMul& op, const Binding& binding);
OpPointer make_scalar(const MatMulExperts& op, const Binding& binding);
OpPointer make_scalar(const Rope& op, const Binding& binding);
OpPointer make_scalar(const AppendKv& op, const Binding& binding);
OpPointer make_scalar(const AttentionGqa& op, const Binding& binding);
OpPointer make_scalar(const AttentionMla& op, const Binding& binding);
OpPointer make_scalar(const RouteExperts& op, const Binding& binding);
OpPointer make_scalar(const SwiGlu& op, const Binding& binding);
OpPointer make_scalar(const Add& op, const Binding& binding);
OpPointer make_scalar(const ScatterAdd& op, const Binding& binding);
OpPointer make_scalar(const SelectRows& op, const Binding& binding);

/// Sums in double, in eight lanes.
[[nodiscard]] double dot_double(const float* a, const float* b, size_t n) noexcept;

}  // namespace soliloquy::cpu
