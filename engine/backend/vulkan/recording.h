/// engine/backend/vulkan/recording.h: dispatches as commands of the device, with the fewest barriers.
#pragma once

#include <vector>

#include "engine/backend/vulkan/plan_memory.h"

namespace soliloquy::vulkan {

/// A dispatch with its compiled shader.
struct Instruction {
    Dispatch dispatch;
    VkPipeline pipeline = VK_NULL_HANDLE;
};

/// Knows what was read and written since the last barrier.
class Hazards {
  public:
    explicit Hazards(size_t resources) : read_(resources), written_(resources) {}
    /// Takes note of the next dispatch; true when it must wait for those before it: it reads or writes what they write, or writes what they
    /// read.
    bool needs_barrier(const Dispatch& next);

  private:
    uint32_t since_ = 1;  // number of the barrier
    std::vector<uint32_t> read_, written_;
};

struct Recording {
    const Device& device;
    VkPipelineLayout layout;
    size_t resources = 0;
    VkQueryPool timestamps = VK_NULL_HANDLE;  ///< with it: one timestamp before the first dispatch and one after each, none beside another
};

/// Records copies in, dispatches and copies out. The command buffer has begun. Gives the number of dispatches.
Result<uint32_t> record(const Recording& to, VkCommandBuffer commands, const std::vector<Copy>& in,
                        const std::vector<Instruction>& instructions, const std::vector<Copy>& out, const StepShape& shape);

}  // namespace soliloquy::vulkan
