/// engine/backend/vulkan/bandwidth.cpp: copies ever larger buffers until one copy takes long enough to be timed.
#include "engine/backend/vulkan/bandwidth.h"

#include <algorithm>
#include <chrono>

#include "engine/backend/vulkan/buffer.h"
#include "engine/ops/copy_words.params.h"

namespace soliloquy::vulkan {
namespace {

constexpr uint64_t kLeast = uint64_t{32} << 20, kMost = uint64_t{512} << 20;
constexpr double kLongEnough = 2e-3;  // seconds; a submission costs some 50 microseconds
constexpr uint32_t kRounds = 5, kWorkgroup = 256, kGroups = 4096;

}  // namespace

Result<double> measure_copy_bandwidth(const std::shared_ptr<Device>& device, Pipelines& pipelines) {
    const Device& d = *device;
    ASSIGN_OR_RETURN(CommandPool pool, CommandPool::create(device));
    ASSIGN_OR_RETURN(VkPipeline pipeline, pipelines.get("copy_words", {std::min(kWorkgroup, d.physical().traits.max_workgroup_size)}));
    const uint64_t room = std::min(free_bytes(d.physical()) / 4, d.physical().max_buffer_bytes);
    double best = 0.0;
    for (uint64_t bytes = kLeast; bytes <= std::min(kMost, room); bytes *= 4) {
        ASSIGN_OR_RETURN(const Buffer x, Buffer::create(device, bytes, MemoryUse::device, "measuring the speed of its memory"));
        ASSIGN_OR_RETURN(const Buffer y, Buffer::create(device, bytes, MemoryUse::device, "measuring the speed of its memory"));
        const auto params = params_of(
            params::CopyWordsParams{.x = x.address(), .y = y.address(), .quads = static_cast<uint32_t>(bytes / 16), .reserved = 0});
        double fastest = 1e9;
        for (uint32_t round = 0; round < kRounds; ++round) {  // the first compiles and touches the memory
            const auto start = std::chrono::steady_clock::now();
            RETURN_IF_ERROR(pool.run([&](VkCommandBuffer commands) {
                if (round == 0) d.vk.vkCmdFillBuffer(commands, x.handle(), 0, VK_WHOLE_SIZE, 0x3f800000);
                d.vk.vkCmdBindPipeline(commands, VK_PIPELINE_BIND_POINT_COMPUTE, pipeline);
                d.vk.vkCmdPushConstants(commands, pipelines.layout(), VK_SHADER_STAGE_COMPUTE_BIT, 0, static_cast<uint32_t>(params.size()),
                                        params.data());
                if (round > 0) d.vk.vkCmdDispatch(commands, kGroups, 1, 1);
            }));
            if (round > 0) fastest = std::min(fastest, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
        }
        best = std::max(best, 2.0 * static_cast<double>(bytes) / fastest);
        if (fastest > kLongEnough) break;
    }
    if (best == 0.0) return d.out_of_memory(kLeast, "measuring the speed of its memory");
    return best;
}

}  // namespace soliloquy::vulkan
