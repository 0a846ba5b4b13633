/// engine/backend/cpu/lower_fast.cpp: finds the ops of a graph that this machine computes together, and where activations become 8-bit.
#include <algorithm>
#include <map>
#include <utility>

#include "engine/backend/cpu/cpu_plan.h"
#include "engine/backend/cpu/fast_ops.h"

namespace soliloquy::cpu {
namespace {

/// Weights in blocks of few bits cost precision anyway; then BF16 in attention costs nothing that could be seen.
bool has_block_weights(const Graph& graph) {
    return std::any_of(graph.tensors().begin(), graph.tensors().end(),
                       [](const TensorInfo& each) { return each.role == TensorRole::weight && dtype_traits(each.weight.type).quantized; });
}

class FastLowering {
  public:
    FastLowering(const Graph& graph, const Binding& binding)
        : graph_(graph), binding_(binding), kernels_(has_block_weights(graph) ? cpu_kernels() : f32_cpu_kernels()) {}

    Result<Program> lower(const Segment& segment) {
        segment_ = &segment;
        for (auto& [index, quantized] : quantized_) quantized.valid = false;
        for (auto& [table, angles] : angles_) angles.valid = false;
        for (size_t i = segment.first; i < segment.end;) {
            ASSIGN_OR_RETURN(const size_t taken, std::visit([&](const auto& op) { return lower_op(i, op); }, graph_.ops()[i]));
            for (size_t j = i; j < i + taken; ++j) forget_written(j);
            i += taken;
        }
        return std::exchange(instructions_, {});
    }

  private:
    // ---- the graph around an op ----

    template <typename T>
    [[nodiscard]] const T* op_at(size_t i) const {
        return i < segment_->end ? std::get_if<T>(&graph_.ops()[i]) : nullptr;
    }
    [[nodiscard]] bool is_result(Tensor owner) const {
        return std::find(segment_->results.begin(), segment_->results.end(), owner) != segment_->results.end();
    }
    /// No op from `i` on reads what the tensor holds now, here or on another device, and it is no result of the segment.
    [[nodiscard]] bool is_dead(Tensor t, size_t i) const {
        const Tensor owner = graph_.owner(t);
        for (; i < graph_.ops().size(); ++i) {
            if (i == segment_->end && is_result(owner)) return false;
            bool read = false, written = false;
            for_each_operand(graph_.ops()[i], [&](Tensor each, Access access) {
                if (graph_.owner(each) == owner) (access == Access::read ? read : written) = true;
            });
            if (read) return false;
            if (written && t == owner) return true;
        }
        return segment_->end < graph_.ops().size() || !is_result(owner);
    }
    [[nodiscard]] bool share_memory(Tensor a, Tensor b) const { return graph_.owner(a) == graph_.owner(b); }
    [[nodiscard]] bool needs_q8(Tensor w) const { return kernels_.activation_format(binding_.weight(w).type) != ActivationFormat::f32; }

    // ---- instructions ----

    Instruction& emit(OpPointer op, size_t first, size_t count, bool by_rows) {
        Instruction& instruction = instructions_.emplace_back();
        instruction.op = std::move(op);
        collect_resources(graph_, first, count, instruction, by_rows);
        return instruction;
    }
    /// Of an instruction that works in the shared scratch: none may begin before the one before it is done with it.
    Instruction& emit_with_scratch(OpPointer op, size_t first, size_t count) {
        Instruction& instruction = emit(std::move(op), first, count, false);
        instruction.writes.push_back({scratch_, false});
        return instruction;
    }
    [[nodiscard]] Resource new_resource() { return static_cast<Resource>(graph_.tensors().size()) + n_own_resources_++; }

    struct Quantized {
        std::shared_ptr<const QuantizedRows> rows;
        Resource resource = 0;
        bool valid = false;
    };
    struct Angles {
        std::shared_ptr<const RopeAngles> angles;
        Resource resource = 0;
        bool valid = false;
    };

    /// The input of products with the weights `ws`; a QuantizeRows goes before them unless what x holds was quantised already.
    Result<FastInput> input(Tensor x, std::initializer_list<Tensor> ws) {
        bool q8 = false;
        for (const Tensor w : ws) q8 = q8 || needs_q8(w);
        if (!q8) return FastInput(kernels_, binding_.rows(x), binding_.rows_of(x), nullptr);
        Quantized& quantized = quantized_[x.index];
        if (quantized.rows == nullptr) {
            ASSIGN_OR_RETURN(quantized.rows, make_quantized_rows(kernels_, binding_.rows(x).columns, binding_.capacity(x)));
            quantized.resource = new_resource();
        }
        if (!quantized.valid) {
            Instruction& instruction = instructions_.emplace_back();
            instruction.op = make_quantize(kernels_, binding_.rows(x), binding_.rows_of(x), quantized.rows);
            instruction.reads = {{graph_.owner(x).index, true}};
            instruction.writes = {{quantized.resource, true}};
            quantized.valid = true;
        }
        return FastInput(kernels_, binding_.rows(x), binding_.rows_of(x), quantized.rows);
    }
    void reads_quantized(Instruction& instruction, Tensor x) const {
        if (const auto found = quantized_.find(x.index); found != quantized_.end())
            instruction.reads.push_back({found->second.resource, false});
    }
    void forget_written(size_t i) {
        for_each_operand(graph_.ops()[i], [&](Tensor t, Access access) {
            if (access != Access::write) return;
            for (auto& [index, quantized] : quantized_) {
                if (share_memory({index}, t)) quantized.valid = false;
            }
        });
    }

    Result<Angles> angles_of(const std::shared_ptr<const RopeTable>& table) {
        Angles& angles = angles_[table.get()];
        if (angles.angles == nullptr) {
            ASSIGN_OR_RETURN(angles.angles, make_rope_angles(table, binding_.options().max_tokens));
            angles.resource = new_resource();
        }
        if (!angles.valid) {
            Instruction& instruction = instructions_.emplace_back();
            instruction.op = make_compute_angles(angles.angles);
            instruction.writes = {{angles.resource, true}};
            angles.valid = true;
        }
        return angles;
    }

    // ---- one function for each op: emits it, and tells how many ops it took ----

    template <typename T>
    Result<size_t> as_oracle(size_t i, const T& op, bool by_rows) {
        emit(make_scalar(op, binding_), i, 1, by_rows);
        return size_t{1};
    }
    Result<size_t> lower_op(size_t i, const Embed& op) { return as_oracle(i, op, true); }
    Result<size_t> lower_op(size_t i, const RouteExperts& op) { return as_oracle(i, op, true); }
    Result<size_t> lower_op(size_t i, const SwiGlu& op) { return as_oracle(i, op, false); }
    Result<size_t> lower_op(size_t i, const Add& op) { return as_oracle(i, op, false); }
    Result<size_t> lower_op(size_t i, const ScatterAdd& op) { return as_oracle(i, op, false); }
    Result<size_t> lower_op(size_t i, const SelectRows& op) { return as_oracle(i, op, false); }

    Result<size_t> lower_op(size_t i, const RmsNorm& op) {
        emit(make_fast(kernels_, op, binding_), i, 1, true);
        return size_t{1};
    }

    Result<size_t> lower_op(size_t i, const AppendKv& op) {
        if (binding_.cache(op.cache).type != DType::f16) return as_oracle(i, op, true);
        emit(make_fast(kernels_, op, binding_), i, 1, true);
        return size_t{1};
    }

    Result<size_t> lower_op(size_t i, const Rope& op) {
        ASSIGN_OR_RETURN(const Angles angles, angles_of(op.table));
        if (rotated_by_attention(i, op)) {
            pending_rope_ = op;
            return size_t{1};
        }
        emit(make_fast(kernels_, op, angles.angles, binding_), i, 1, true).reads.push_back({angles.resource, true});
        return size_t{1};
    }

    /// The rotated queries go into latent attention and nowhere else.
    [[nodiscard]] bool rotated_by_attention(size_t i, const Rope& op) const {
        for (size_t j = i + 1; j < segment_->end; ++j) {
            if (const AttentionMla* mla = op_at<AttentionMla>(j); mla != nullptr && mla->q == op.x) {
                const size_t nope = binding_.weight(mla->k_b).columns;
                const size_t rope = binding_.info(mla->cache).columns - binding_.weight(mla->k_b).rows;
                return binding_.info(mla->cache).type == DType::f16 && op.offset == nope && op.head_dim == nope + rope &&
                       op.table->frequencies.size() * 2 == rope && is_dead(op.x, j + 1);
            }
            bool touched = false;
            for_each_operand(graph_.ops()[j], [&](Tensor t, Access) { touched = touched || share_memory(t, op.x); });
            if (touched) return false;
        }
        return false;
    }

    Result<size_t> lower_op(size_t i, const MatMul& op) {
        if (const SwiGlu* activation = gate_up_swiglu<MatMul>(i)) {
            const MatMul& up = *op_at<MatMul>(i + 1);
            ASSIGN_OR_RETURN(FastInput x, input(op.x, {op.w, up.w}));
            reads_quantized(emit(make_fast_gate_up(kernels_, op, up, *activation, std::move(x), binding_), i, 3, false), op.x);
            return size_t{3};
        }
        std::optional<Residual> residual;
        if (const Add* add = op_at<Add>(i + 1); add != nullptr && add->b == op.y && add->a != op.y && !share_memory(add->y, op.x)) {
            residual = Residual{binding_.rows(add->y), binding_.rows(add->a)};
        }
        const size_t taken = residual ? 2 : 1;
        ASSIGN_OR_RETURN(FastInput x, input(op.x, {op.w}));
        reads_quantized(emit(make_fast_matmul(kernels_, op, std::move(x), residual, binding_), i, taken, false), op.x);
        return taken;
    }

    /// The activation behind products i and i + 1 of one input, when neither product is used for anything else.
    template <typename Product>
    [[nodiscard]] const SwiGlu* gate_up_swiglu(size_t i) const {
        const Product *gate = op_at<Product>(i), *up = op_at<Product>(i + 1);
        const SwiGlu* activation = op_at<SwiGlu>(i + 2);
        if (gate == nullptr || up == nullptr || activation == nullptr || gate->x != up->x) return nullptr;
        if (activation->gate != gate->y || activation->up != up->y || share_memory(activation->y, gate->x)) return nullptr;
        if (activation->y != gate->y && !is_dead(gate->y, i + 3)) return nullptr;
        return is_dead(up->y, i + 3) ? activation : nullptr;
    }

    Result<size_t> lower_op(size_t i, const MatMulExperts& op) {
        const SwiGlu* activation = gate_up_swiglu<MatMulExperts>(i);
        const MatMulExperts *up = op_at<MatMulExperts>(i + 1), *down = op_at<MatMulExperts>(i + 3);
        const ScatterAdd* sum = op_at<ScatterAdd>(i + 4);
        const bool one_block = activation != nullptr && down != nullptr && sum != nullptr && down->x == activation->y &&
                               sum->x == down->y && up->ids == op.ids && down->ids == op.ids &&
                               binding_.info(op.x).columns == binding_.weight(op.w).columns && !share_memory(sum->y, op.x) &&
                               is_dead(activation->y, i + 5) && is_dead(down->y, i + 5);
        if (!one_block) return as_oracle(i, op, false);
        ASSIGN_OR_RETURN(FastInput x, input(op.x, {op.w, up->w}));
        OpPointer experts = make_fast_experts(kernels_, {op, *up, *activation, *down, *sum}, std::move(x), binding_);
        reads_quantized(emit_with_scratch(std::move(experts), i, 5), op.x);
        return size_t{5};
    }

    Result<size_t> lower_op(size_t i, const AttentionGqa& op) {
        if (binding_.cache(op.k).type != DType::f16) return as_oracle(i, op, false);
        emit_with_scratch(make_fast_attention_gqa(kernels_, op, binding_), i, 1);
        return size_t{1};
    }

    Result<size_t> lower_op(size_t i, const AttentionMla& op) {
        if (binding_.cache(op.cache).type != DType::f16) return as_oracle(i, op, false);
        Angles angles;
        if (pending_rope_) {
            ASSIGN_OR_RETURN(angles, angles_of(pending_rope_->table));
        }
        Instruction& instruction = emit_with_scratch(make_fast_attention_mla(kernels_, op, pending_rope_, angles.angles, binding_), i, 1);
        if (pending_rope_) instruction.reads.push_back({angles.resource, false});
        pending_rope_.reset();
        return size_t{1};
    }

    const Graph& graph_;
    const Binding& binding_;
    const CpuKernels& kernels_;
    const Segment* segment_ = nullptr;
    Program instructions_;
    std::map<uint32_t, Quantized> quantized_;  // by tensor
    std::map<const RopeTable*, Angles> angles_;
    std::optional<Rope> pending_rope_;
    Resource n_own_resources_ = 0;
    const Resource scratch_ = new_resource();
};

}  // namespace

Result<std::vector<Program>> lower_fast(const Graph& graph, const Binding& binding, std::span<const Segment> segments) {
    FastLowering lowering(graph, binding);
    std::vector<Program> programs;
    for (const Segment& segment : segments) {
        ASSIGN_OR_RETURN(Program program, lowering.lower(segment));
        programs.push_back(std::move(program));
    }
    return programs;
}

}  // namespace soliloquy::cpu
