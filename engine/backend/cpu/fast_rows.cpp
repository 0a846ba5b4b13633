/// engine/backend/cpu/fast_rows.cpp: instructions whose rows do not know of each other: norm, rope, append, quantise.
#include <cmath>
#include <cstring>

#include "engine/backend/cpu/fast_ops.h"

namespace soliloquy::cpu {
namespace {

class FastRmsNorm final : public CpuOp {
  public:
    FastRmsNorm(const CpuKernels& kernels, const RmsNorm& op, const Binding& binding)
        : kernels_(kernels),
          y_(binding.rows(op.y)),
          x_(binding.rows(op.x)),
          w_(binding.vector(op.w)),
          dim_(binding.weight(op.w).columns),
          eps_(op.eps),
          rows_of_(binding.rows_of(op.x)) {}

    void run(const Step& step, const Worker& worker) const noexcept override {
        const auto [begin, end] = worker.share(step.rows(rows_of_));
        for (size_t t = begin; t < end; ++t) {
            for (size_t i = 0; i < x_.columns; i += dim_) kernels_.rms_norm(x_.row(t).data() + i, w_, eps_, y_.row(t).data() + i, dim_);
        }
    }

  private:
    const CpuKernels& kernels_;
    Matrix<float> y_, x_;
    const float* w_;
    size_t dim_;
    float eps_;
    Rows rows_of_;
};

class FastAppendKv final : public CpuOp {
  public:
    FastAppendKv(const CpuKernels& kernels, const AppendKv& op, const Binding& binding)
        : kernels_(kernels), cache_(binding.cache(op.cache)), x_(binding.rows(op.x)) {}

    void run(const Step& step, const Worker& worker) const noexcept override {
        const auto [begin, end] = worker.share(step.tokens());
        for (size_t t = begin; t < end; ++t) {
            kernels_.f32_to_f16(x_.row(t).data(), reinterpret_cast<uint16_t*>(cache_.row(step.position + t)), cache_.columns);
        }
    }

  private:
    const CpuKernels& kernels_;
    CacheRows cache_;
    Matrix<float> x_;
};

class ComputeAngles final : public CpuOp {
  public:
    explicit ComputeAngles(std::shared_ptr<const RopeAngles> angles) : angles_(std::move(angles)) {}

    void run(const Step& step, const Worker& worker) const noexcept override {
        const RopeTable& table = *angles_->table;
        const auto [begin, end] = worker.share(step.tokens());
        for (size_t t = begin; t < end; ++t) {
            for (size_t i = 0; i < angles_->pairs; ++i) {
                const double angle = static_cast<double>(step.position + t) * static_cast<double>(table.frequencies[i]);
                angles_->cosines(t)[i] = static_cast<float>(std::cos(angle)) * table.magnitude;
                angles_->sines(t)[i] = static_cast<float>(std::sin(angle)) * table.magnitude;
            }
        }
    }

  private:
    std::shared_ptr<const RopeAngles> angles_;
};

class FastRope final : public CpuOp {
  public:
    FastRope(const CpuKernels& kernels, const Rope& op, std::shared_ptr<const RopeAngles> angles, const Binding& binding)
        : kernels_(kernels), op_(op), angles_(std::move(angles)), x_(binding.rows(op.x)) {}

    void run(const Step& step, const Worker& worker) const noexcept override {
        const auto [begin, end] = worker.share(step.tokens());
        for (size_t t = begin; t < end; ++t) rotate(kernels_, op_, *angles_, t, x_.row(t).data(), x_.columns);
    }

  private:
    const CpuKernels& kernels_;
    Rope op_;
    std::shared_ptr<const RopeAngles> angles_;
    Matrix<float> x_;
};

class QuantizeRows final : public CpuOp {
  public:
    QuantizeRows(const CpuKernels& kernels, Matrix<float> x, Rows rows_of, std::shared_ptr<const QuantizedRows> out)
        : kernels_(kernels), x_(x), rows_of_(rows_of), out_(std::move(out)) {}

    [[nodiscard]] bool idle(const Step& step) const noexcept override { return step.rows(rows_of_) <= 1; }
    void run(const Step& step, const Worker& worker) const noexcept override {
        const auto [begin, end] = worker.share(step.rows(rows_of_));
        for (size_t t = begin; t < end; ++t) {
            kernels_.quantize_q8(x_.row(t).data(), x_.columns, reinterpret_cast<ActivationChunk*>(out_->row(t)));
        }
    }

  private:
    const CpuKernels& kernels_;
    Matrix<float> x_;
    Rows rows_of_;
    std::shared_ptr<const QuantizedRows> out_;
};

}  // namespace

OpPointer make_fast(const CpuKernels& kernels, const RmsNorm& op, const Binding& binding) {
    return std::make_unique<FastRmsNorm>(kernels, op, binding);
}

OpPointer make_fast(const CpuKernels& kernels, const AppendKv& op, const Binding& binding) {
    if (binding.cache(op.cache).type != DType::f16) return nullptr;
    return std::make_unique<FastAppendKv>(kernels, op, binding);
}

Result<std::shared_ptr<const RopeAngles>> make_rope_angles(std::shared_ptr<const RopeTable> table, uint32_t max_tokens) {
    auto angles = std::make_shared<RopeAngles>();
    angles->pairs = table->frequencies.size();
    ASSIGN_OR_RETURN(angles->memory, Memory::allocate(uint64_t{max_tokens} * 2 * angles->pairs * sizeof(float), "sines of positions"));
    angles->table = std::move(table);
    return std::shared_ptr<const RopeAngles>(std::move(angles));
}

OpPointer make_compute_angles(std::shared_ptr<const RopeAngles> angles) { return std::make_unique<ComputeAngles>(std::move(angles)); }

OpPointer make_fast(const CpuKernels& kernels, const Rope& op, std::shared_ptr<const RopeAngles> angles, const Binding& binding) {
    return std::make_unique<FastRope>(kernels, op, std::move(angles), binding);
}

void rotate(const CpuKernels& kernels, const Rope& op, const RopeAngles& angles, size_t t, float* x, size_t columns) noexcept {
    const auto turn = op.pairs == RopePairs::halves ? kernels.rope_halves : kernels.rope_interleaved;
    for (size_t head = 0; head < columns; head += op.head_dim) turn(x + head + op.offset, angles.cosines(t), angles.sines(t), angles.pairs);
}

Result<std::shared_ptr<const QuantizedRows>> make_quantized_rows(const CpuKernels& kernels, size_t columns, size_t rows) {
    auto quantized = std::make_shared<QuantizedRows>();
    quantized->stride = activation_row_bytes(kernels.quantized_format(), columns);
    ASSIGN_OR_RETURN(quantized->memory, Memory::allocate(uint64_t{quantized->stride} * rows, "8-bit activations"));
    return std::shared_ptr<const QuantizedRows>(std::move(quantized));
}

OpPointer make_quantize(const CpuKernels& kernels, Matrix<float> x, Rows rows_of, std::shared_ptr<const QuantizedRows> out) {
    return std::make_unique<QuantizeRows>(kernels, x, rows_of, std::move(out));
}

}  // namespace soliloquy::cpu
