/// engine/backend/vulkan/recording.cpp: fills command buffers.
#include "engine/backend/vulkan/recording.h"

#include <algorithm>

namespace soliloquy::vulkan {
namespace {

constexpr VkAccessFlags kShader = VK_ACCESS_SHADER_READ_BIT | VK_ACCESS_SHADER_WRITE_BIT;

void barrier(const Device& device, VkCommandBuffer commands, VkPipelineStageFlags from, VkAccessFlags written, VkPipelineStageFlags to,
             VkAccessFlags used) {
    const VkMemoryBarrier memory{
        .sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER, .pNext = nullptr, .srcAccessMask = written, .dstAccessMask = used};
    device.vk.vkCmdPipelineBarrier(commands, from, to, 0, 1, &memory, 0, nullptr, 0, nullptr);
}

/// One command for neighbours of the same two buffers.
void copy_all(const Device& device, VkCommandBuffer commands, const std::vector<Copy>& copies) {
    std::vector<VkBufferCopy> regions;
    for (size_t i = 0; i < copies.size(); ++i) {
        regions.push_back(copies[i].region);
        if (i + 1 < copies.size() && copies[i + 1].from == copies[i].from && copies[i + 1].to == copies[i].to) continue;
        device.vk.vkCmdCopyBuffer(commands, copies[i].from, copies[i].to, static_cast<uint32_t>(regions.size()), regions.data());
        regions.clear();
    }
}

bool fits(const Grid& grid, const VkPhysicalDeviceLimits& limits) {
    return grid.x <= limits.maxComputeWorkGroupCount[0] && grid.y <= limits.maxComputeWorkGroupCount[1] &&
           grid.z <= limits.maxComputeWorkGroupCount[2];
}

}  // namespace

bool Hazards::needs_barrier(const Dispatch& next) {
    const auto any = [this](const std::vector<Resource>& names, const std::vector<uint32_t>& at) {
        return std::any_of(names.begin(), names.end(), [&](Resource each) { return at[each] == since_; });
    };
    const bool needed = any(next.reads, written_) || any(next.writes, written_) || any(next.writes, read_);
    if (needed) ++since_;
    for (const Resource each : next.reads) read_[each] = since_;
    for (const Resource each : next.writes) written_[each] = since_;
    return needed;
}

Result<uint32_t> record(const Recording& to, VkCommandBuffer commands, const std::vector<Copy>& in,
                        const std::vector<Instruction>& instructions, const std::vector<Copy>& out, const StepShape& shape) {
    const Device& device = to.device;
    const auto& vk = device.vk;
    constexpr VkPipelineStageFlags kCompute = VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT, kTransfer = VK_PIPELINE_STAGE_TRANSFER_BIT;
    const auto stamp = [&](uint32_t number) {
        if (to.timestamps != VK_NULL_HANDLE) vk.vkCmdWriteTimestamp(commands, VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT, to.timestamps, number);
    };
    constexpr VkAccessFlags kWritten = VK_ACCESS_SHADER_WRITE_BIT | VK_ACCESS_TRANSFER_WRITE_BIT;
    // What other segments and earlier steps left on the device comes before.
    barrier(device, commands, kCompute | kTransfer, kWritten, kTransfer, VK_ACCESS_TRANSFER_WRITE_BIT);
    copy_all(device, commands, in);
    barrier(device, commands, kCompute | kTransfer, kWritten, kCompute, kShader);
    if (to.timestamps != VK_NULL_HANDLE) vk.vkCmdResetQueryPool(commands, to.timestamps, 0, static_cast<uint32_t>(instructions.size()) + 1);
    stamp(0);
    Hazards hazards(to.resources);
    VkPipeline bound = VK_NULL_HANDLE;
    uint32_t count = 0;
    for (const auto& [dispatch, pipeline] : instructions) {
        const Grid grid = dispatch.grid(shape);
        if (grid.empty()) continue;
        if (!fits(grid, device.physical().limits)) {
            return Error{ErrorCode::unsupported, device.name() + ": " + dispatch.label + " needs more workgroups than the driver allows (" +
                                                     std::to_string(grid.x) + " x " + std::to_string(grid.y) + " x " +
                                                     std::to_string(grid.z) + "); use a smaller batch, or go on with the CPU"};
        }
        if (hazards.needs_barrier(dispatch) || to.timestamps != VK_NULL_HANDLE) {
            barrier(device, commands, kCompute, VK_ACCESS_SHADER_WRITE_BIT, kCompute, kShader);
        }
        if (pipeline != bound) vk.vkCmdBindPipeline(commands, VK_PIPELINE_BIND_POINT_COMPUTE, pipeline);
        bound = pipeline;
        vk.vkCmdPushConstants(commands, to.layout, VK_SHADER_STAGE_COMPUTE_BIT, 0, static_cast<uint32_t>(dispatch.params.size()),
                              dispatch.params.data());
        vk.vkCmdDispatch(commands, grid.x, grid.y, grid.z);
        stamp(++count);
    }
    if (!out.empty()) {
        barrier(device, commands, kCompute | kTransfer, kWritten, kTransfer, VK_ACCESS_TRANSFER_READ_BIT);
        copy_all(device, commands, out);
        barrier(device, commands, kTransfer, VK_ACCESS_TRANSFER_WRITE_BIT, VK_PIPELINE_STAGE_HOST_BIT, VK_ACCESS_HOST_READ_BIT);
    }
    return count;
}

}  // namespace soliloquy::vulkan
