/// engine/backend/vulkan/plan_memory.h: the memory of a plan: activations, caches and scratch on the device, and what crosses to the host.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "engine/backend/vulkan/buffer.h"
#include "engine/backend/vulkan/weights.h"
#include "engine/ops/params.h"

namespace soliloquy::vulkan {

struct Copy {
    VkBuffer from, to;
    VkBufferCopy region;
};

/// Lowering runs over it twice: first to learn how much scratch, constants and rotations are needed, then with their addresses.
class PlanMemory final : public Binding {
  public:
    /// Allocates activations and caches.
    static Result<std::unique_ptr<PlanMemory>> create(std::shared_ptr<Device> device, const Graph& graph,
                                                      std::shared_ptr<const Weights> weights, const PlanOptions& options);
    /// Between the two runs of lowering: allocates what the first asked for.
    Status allocate_asked();
    /// Once, before the first step: device memory is zeroed, constants are written.
    Status initialize(CommandPool& pool);

    [[nodiscard]] const Graph& graph() const noexcept override { return graph_; }
    [[nodiscard]] const PlanOptions& options() const noexcept override { return options_; }
    [[nodiscard]] const DeviceTraits& traits() const noexcept override { return device_->physical().traits; }
    [[nodiscard]] Address address(Tensor t) const noexcept override { return addresses_[t.index]; }
    [[nodiscard]] uint32_t stride(Tensor activation) const noexcept override;
    [[nodiscard]] Address step_block() const noexcept override { return step_ == kNone ? kUnknown : asked_.address(step_); }
    [[nodiscard]] Result<Address> rotations(const std::shared_ptr<const RopeTable>& table) override;
    [[nodiscard]] Result<Address> constant(std::span<const std::byte> bytes) override;
    [[nodiscard]] Result<Scratch> scratch(std::string_view name, uint64_t bytes) override;

    /// Fills the host's side of the step block, and with `whole_memory` of the caches.
    void write_step(const Step& step) noexcept;
    /// With `whole_memory`: caches go back to where the graph says they are.
    void read_caches() noexcept;
    [[nodiscard]] std::vector<Copy> copies_in(const Segment& segment, const StepShape& shape) const;
    [[nodiscard]] std::vector<Copy> copies_out(const Segment& segment, const StepShape& shape) const;
    /// Of an input or a result, on the host's side; no rows when the tensor is none.
    [[nodiscard]] Matrix<float> input(Tensor t) const noexcept { return host_rows(t, inputs_, upload_); }
    [[nodiscard]] Matrix<float> result(Tensor t) const noexcept { return host_rows(t, results_, readback_); }
    [[nodiscard]] size_t resources() const noexcept { return graph_.tensors().size() + scratches_.size(); }
    [[nodiscard]] uint64_t device_bytes() const noexcept { return fixed_.bytes() + asked_.bytes(); }

  private:
    static constexpr size_t kNone = SIZE_MAX;
    static constexpr Address kUnknown = 256;  // while sizes are learnt: something is there
    struct Rotation {
        std::shared_ptr<const RopeTable> table;
        size_t on_device = kNone, on_host = kNone;
    };
    struct Sized {
        uint64_t bytes = 0;
        size_t piece = kNone;
        Resource resource = 0;
    };
    PlanMemory(std::shared_ptr<Device> device, const Graph& graph, std::shared_ptr<const Weights> weights, const PlanOptions& options)
        : device_(std::move(device)), weights_(std::move(weights)), graph_(graph), options_(options) {}
    Status place_tensors();
    Status place_weight(uint32_t index);
    [[nodiscard]] uint64_t max_rows(const TensorInfo& info) const noexcept;
    [[nodiscard]] uint64_t tensor_bytes(const TensorInfo& info) const noexcept;
    [[nodiscard]] uint64_t step_bytes(const StepShape& shape, Tensor t) const noexcept;
    [[nodiscard]] Matrix<float> host_rows(Tensor t, const std::map<uint32_t, size_t>& places, const Pieces& pieces) const noexcept;
    void write_rotations(const Step& step) noexcept;

    std::shared_ptr<Device> device_;
    std::shared_ptr<const Weights> weights_;
    Graph graph_;
    PlanOptions options_;
    bool learning_ = true;
    Pieces fixed_, asked_;                               // on the device: tensors; step block, rotations, scratch, constants
    Pieces upload_, readback_;                           // the host's side
    std::vector<Address> addresses_;                     // by tensor
    std::vector<size_t> tensor_pieces_;                  // by tensor that owns its memory, in fixed_
    std::map<uint32_t, size_t> inputs_, results_;        // by tensor, in upload_ and readback_
    std::map<uint32_t, size_t> caches_in_, caches_out_;  // with whole_memory
    std::vector<Rotation> rotations_;
    std::map<std::string, Sized, std::less<>> scratches_;
    std::map<std::string, Sized, std::less<>> constants_;  // by their bytes
    size_t step_ = kNone, host_step_ = kNone;
    uint32_t rotated_position_ = 0, rotated_tokens_ = 0;  // what the host's rotations are for
};

}  // namespace soliloquy::vulkan
