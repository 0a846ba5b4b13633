/// engine/backend/vulkan/vulkan_plan.h: a graph as recorded commands: one submission per segment and step.
#pragma once

#include <memory>
#include <vector>

#include "engine/backend/vulkan/pipelines.h"
#include "engine/backend/vulkan/plan_memory.h"
#include "engine/backend/vulkan/recording.h"

namespace soliloquy::vulkan {

class VulkanPlan final : public Plan {
  public:
    static Result<std::unique_ptr<VulkanPlan>> compile(std::shared_ptr<Device> device, std::shared_ptr<Pipelines> pipelines,
                                                       const Graph& graph, std::shared_ptr<const Weights> weights,
                                                       const PlanOptions& options);
    ~VulkanPlan() override;

    Status run_segment(const Step& step, size_t segment) noexcept override;
    [[nodiscard]] Matrix<const float> rows(Tensor result) const noexcept override;
    [[nodiscard]] Matrix<float> input(Tensor activation) noexcept override { return memory_->input(activation); }

    Result<std::vector<DispatchTime>> time_segment(const Step& step, size_t segment);
    /// Dispatches and the barriers between them, of a step of one token with its logits.
    struct Counts {
        uint32_t dispatches = 0, barriers = 0;
    };
    [[nodiscard]] Counts count_single(size_t segment) const;

  private:
    /// Commands for one shape of step.
    struct Recorded {
        StepShape shape;
        VkCommandBuffer commands = VK_NULL_HANDLE;
        uint64_t last_used = 0;
    };
    struct Compiled {
        std::vector<Instruction> single, batch;
        std::vector<Recorded> recorded;
    };
    VulkanPlan(std::shared_ptr<Device> device, std::shared_ptr<Pipelines> pipelines)
        : device_(std::move(device)), pipelines_(std::move(pipelines)) {}
    Status lower_all();
    Result<std::vector<Instruction>> resolve(std::vector<Dispatch> dispatches);
    Result<VkCommandBuffer> commands_for(size_t segment, const StepShape& shape);
    Result<uint32_t> record_into(VkCommandBuffer commands, size_t segment, const StepShape& shape, VkQueryPool timestamps);
    Status check(const Step& step, size_t segment) const;
    [[nodiscard]] const std::vector<Instruction>& instructions(size_t segment, const StepShape& shape) const {
        return shape.tokens == 1 ? segments_[segment].single : segments_[segment].batch;
    }

    std::shared_ptr<Device> device_;
    std::shared_ptr<Pipelines> pipelines_;
    std::unique_ptr<PlanMemory> memory_;
    CommandPool pool_;
    std::vector<Compiled> segments_;
    uint64_t uses_ = 0;
};

}  // namespace soliloquy::vulkan
