/// engine/backend/cpu/fast_ops.h: the instructions of a plan for this machine's kernels. Each computes one op, or several that belong
/// together.
#pragma once

#include "engine/backend/cpu/fast_input.h"
#include "engine/backend/cpu/scalar_ops.h"

namespace soliloquy::cpu {

// ---- a member works on whole rows: ThreadPool::share of the rows ----

OpPointer make_fast(const CpuKernels& kernels, const RmsNorm& op, const Binding& binding);
OpPointer make_fast(const CpuKernels& kernels, const AppendKv& op, const Binding& binding);

/// cosines and sines of a step's positions, by table.
struct RopeAngles {
    std::shared_ptr<const RopeTable> table;
    Memory memory;
    size_t pairs = 0;
    [[nodiscard]] float* cosines(size_t t) const noexcept { return reinterpret_cast<float*>(memory.data()) + t * 2 * pairs; }
    [[nodiscard]] float* sines(size_t t) const noexcept { return cosines(t) + pairs; }
};
Result<std::shared_ptr<const RopeAngles>> make_rope_angles(std::shared_ptr<const RopeTable> table, uint32_t max_tokens);
OpPointer make_compute_angles(std::shared_ptr<const RopeAngles> angles);
OpPointer make_fast(const CpuKernels& kernels, const Rope& op, std::shared_ptr<const RopeAngles> angles, const Binding& binding);
/// Rotates one token's heads.
void rotate(const CpuKernels& kernels, const Rope& op, const RopeAngles& angles, size_t t, float* x, size_t columns) noexcept;

Result<std::shared_ptr<const QuantizedRows>> make_quantized_rows(const CpuKernels& kernels, size_t columns, size_t rows);
/// Idle when there is one row.
OpPointer make_quantize(const CpuKernels& kernels, Matrix<float> x, Rows rows_of, std::shared_ptr<const QuantizedRows> out);

// ---- a member works on a range of columns of the result ----

struct Residual {
    Matrix<float> y, a;  ///< y = a + product
};
/// product = W x (+ bias); with a residual, y = a + product.
OpPointer make_fast_matmul(const CpuKernels& kernels, const MatMul& op, FastInput input, std::optional<Residual> residual,
                           const Binding& binding);
/// y = swiglu(gate x, up x)
OpPointer make_fast_gate_up(const CpuKernels& kernels, const MatMul& gate, const MatMul& up, const SwiGlu& activation, FastInput input,
                            const Binding& binding);

struct ExpertOps {
    MatMulExperts gate, up;
    SwiGlu activation;
    MatMulExperts down;
    ScatterAdd sum;
};
/// y += sum_j weights[j] down[j] swiglu(gate[j] x, up[j] x), tokens sorted by expert.
OpPointer make_fast_experts(const CpuKernels& kernels, const ExpertOps& ops, FastInput input, const Binding& binding);

// ---- attention, over F16 caches ----

OpPointer make_fast_attention_gqa(const CpuKernels& kernels, const AttentionGqa& op, const Binding& binding);
/// Rotates the queries itself when `rope` is given.
OpPointer make_fast_attention_mla(const CpuKernels& kernels, const AttentionMla& op, const std::optional<Rope>& rope,
                                  std::shared_ptr<const RopeAngles> angles, const Binding& binding);

}  // namespace soliloquy::cpu
