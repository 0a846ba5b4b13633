/// engine/backend/vulkan/vulkan_accelerator.h: an opened Vulkan device behind the interface that every accelerator has.
#pragma once

#include <memory>

#include "engine/backend/vulkan/packed_types.h"
#include "engine/backend/vulkan/pipelines.h"

namespace soliloquy::vulkan {

class VulkanAccelerator final : public Accelerator {
  public:
    static Result<std::shared_ptr<VulkanAccelerator>> open(std::shared_ptr<Instance> instance, PhysicalDevice physical);

    [[nodiscard]] const AcceleratorInfo& info() const noexcept override { return device_->physical().info; }
    Result<std::shared_ptr<const DeviceWeights>> upload(std::span<const Weight> weights,
                                                        const std::function<bool(float)>& progress) override;
    Result<std::unique_ptr<Plan>> compile(const Graph& graph, std::shared_ptr<const DeviceWeights> weights,
                                          const PlanOptions& options) override;
    Result<double> measure_copy_bandwidth() override;
    /// See packed_types.h.
    [[nodiscard]] Result<PackedTiming> time_packed(DType type, uint64_t bytes) {
        return vulkan::time_packed(device_, pipelines_, type, bytes);
    }
    [[nodiscard]] const Device& device() const noexcept { return *device_; }
    [[nodiscard]] const Pipelines& pipelines() const noexcept { return *pipelines_; }

  private:
    VulkanAccelerator(std::shared_ptr<Device> device, std::shared_ptr<Pipelines> pipelines)
        : device_(std::move(device)), pipelines_(std::move(pipelines)) {}
    std::shared_ptr<Device> device_;
    std::shared_ptr<Pipelines> pipelines_;
};

}  // namespace soliloquy::vulkan
