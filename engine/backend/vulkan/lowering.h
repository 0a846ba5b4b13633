/// engine/backend/vulkan/lowering.h: turns the ops of a graph into dispatches. Each family of ops has a file of its own behind this header.
#pragma once

#include <span>
#include <vector>

#include "engine/backend/vulkan/dispatch.h"

namespace soliloquy::vulkan {

/// What lowering asks of the device.
struct DeviceTraits {
    uint32_t subgroup_size = 32;  ///< usual one; shaders work with any
    uint32_t max_workgroup_size = 256;
    uint32_t max_shared_bytes = 32768;  ///< at least 16384
    uint32_t compute_units = 0;         ///< 0 = not known
    bool integer_dot = false;           ///< 4 x 8-bit dot product in one instruction
    uint64_t packed_types = 0;          ///< bit DType: weights of this type meet activations that are rounded to 8 bits
};

/// Turns handles into addresses while a plan is compiled. Rows of activations are `stride` numbers apart, a multiple of 16.
class Binding {
  public:
    virtual ~Binding() = default;
    [[nodiscard]] virtual const Graph& graph() const noexcept = 0;
    [[nodiscard]] virtual const PlanOptions& options() const noexcept = 0;
    [[nodiscard]] virtual const DeviceTraits& traits() const noexcept = 0;
    /// Of column 0 of row 0 of an activation or view, of a weight's first byte, or of a cache; 0 for "no tensor".
    [[nodiscard]] virtual Address address(Tensor t) const noexcept = 0;
    [[nodiscard]] virtual uint32_t stride(Tensor activation) const noexcept = 0;
    [[nodiscard]] virtual Address step_block() const noexcept = 0;  ///< StepHead, then the ids (engine/ops/params.h)
    /// F32 [tokens of the step, frequencies, 2]: cosine and sine of every token's angles, times the magnitude. The host fills them in
    /// before each step, in double precision: a device's own sine knows 11 bits.
    [[nodiscard]] virtual Result<Address> rotations(const std::shared_ptr<const RopeTable>& table) = 0;
    /// Numbers that never change, uploaded once: frequencies, codebooks. The same bytes give the same address.
    [[nodiscard]] virtual Result<Address> constant(std::span<const std::byte> bytes) = 0;
    struct Scratch {
        Address address = 0;
        Resource resource = 0;
    };
    /// Memory of this plan for partial results. Scratches of one `name` share memory, sized for the largest.
    [[nodiscard]] virtual Result<Scratch> scratch(std::string_view name, uint64_t bytes) = 0;
};

/// Lowers a segment twice: for a step of one token (fused, no loops over rows), and for batches. `single` says which.
class Lowering {
  public:
    Lowering(Binding& binding, const Segment& segment, bool single) : binding_(binding), segment_(segment), single_(single) {}
    [[nodiscard]] Result<std::vector<Dispatch>> lower();

    // ---- for the files of the op families ----
    [[nodiscard]] Binding& binding() noexcept { return binding_; }
    [[nodiscard]] const Graph& graph() const noexcept { return binding_.graph(); }
    [[nodiscard]] bool single() const noexcept { return single_; }
    /// The op `i` of the graph if it is a T and in the segment; for looking ahead.
    template <typename T>
    [[nodiscard]] const T* op_at(size_t i) const {
        return i < segment_.end ? std::get_if<T>(&graph().ops()[i]) : nullptr;
    }
    /// No op from `i` on reads what the tensor holds now, and no result of the segment does.
    [[nodiscard]] bool is_dead(Tensor t, size_t i) const;
    /// Adds a dispatch that stands for ops [first, first + count); their operands become its reads and writes beside those it names.
    Dispatch& emit(Dispatch dispatch, size_t first, size_t count = 1);
    /// An equal dispatch was emitted, and nothing since then wrote what it reads or writes: what it would make is still there.
    [[nodiscard]] bool stands(const Dispatch& dispatch) const;

  private:
    Binding& binding_;
    const Segment& segment_;
    bool single_;
    std::vector<Dispatch> dispatches_;
};

/// Lowers op `i` and perhaps its followers into one or more dispatches; gives how many ops that took (at least 1).
Result<size_t> lower_op(Lowering& lowering, size_t i, const Embed& op);
Result<size_t> lower_op(Lowering& lowering, size_t i, const RmsNorm& op);
Result<size_t> lower_op(Lowering& lowering, size_t i, const MatMul& op);
Result<size_t> lower_op(Lowering& lowering, size_t i, const MatMulExperts& op);
Result<size_t> lower_op(Lowering& lowering, size_t i, const Rope& op);
Result<size_t> lower_op(Lowering& lowering, size_t i, const AppendKv& op);
Result<size_t> lower_op(Lowering& lowering, size_t i, const AttentionGqa& op);
Result<size_t> lower_op(Lowering& lowering, size_t i, const AttentionMla& op);
Result<size_t> lower_op(Lowering& lowering, size_t i, const RouteExperts& op);
Result<size_t> lower_op(Lowering& lowering, size_t i, const SwiGlu& op);
Result<size_t> lower_op(Lowering& lowering, size_t i, const Add& op);
Result<size_t> lower_op(Lowering& lowering, size_t i, const ScatterAdd& op);
Result<size_t> lower_op(Lowering& lowering, size_t i, const SelectRows& op);

}  // namespace soliloquy::vulkan
