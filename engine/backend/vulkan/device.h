/// engine/backend/vulkan/device.h: an opened device: its functions, its one queue, and the account of its memory.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>

#include "engine/backend/vulkan/physical_device.h"

namespace soliloquy::vulkan {

class Device {
  public:
    static Result<std::shared_ptr<Device>> open(std::shared_ptr<Instance> instance, PhysicalDevice physical);
    ~Device();
    Device(const Device&) = delete;
    Device& operator=(const Device&) = delete;

    VolkDeviceTable vk{};  ///< the functions of this device
    [[nodiscard]] VkDevice handle() const noexcept { return device_; }
    [[nodiscard]] const PhysicalDevice& physical() const noexcept { return physical_; }
    [[nodiscard]] const VulkanOptions& options() const noexcept { return instance_->options(); }
    /// DeviceTraits::packed_types of plans that are compiled from now on.
    void use_packed_types(uint64_t mask) noexcept { physical_.traits.packed_types = mask; }
    [[nodiscard]] std::string name() const { return "device " + physical_.info.name; }

    /// Submits to the queue and waits until the device is done. After VK_ERROR_DEVICE_LOST every call fails alike.
    [[nodiscard]] Status submit_and_wait(VkCommandBuffer commands, VkFence fence) { return submit_and_wait_as(commands, fence, false); }
    /// The same for a step of a model, which simulated faults count.
    [[nodiscard]] Status run_and_wait(VkCommandBuffer commands, VkFence fence) { return submit_and_wait_as(commands, fence, true); }
    [[nodiscard]] Status submit(VkCommandBuffer commands, VkFence fence);
    [[nodiscard]] Status wait(VkFence fence);
    /// A command did not come back in time and may still run: what it works with must not be given back, now or ever.
    [[nodiscard]] bool abandoned() const noexcept { return abandoned_; }

    /// Takes note of `bytes` more memory; an Error says how much is there when they do not fit.
    [[nodiscard]] Status reserve(uint64_t bytes, std::string_view what);
    void release(uint64_t bytes) noexcept { used_ -= bytes; }
    /// out_of_memory with the sizes and what to try.
    [[nodiscard]] Error out_of_memory(uint64_t bytes, std::string_view what) const;

  private:
    Device(std::shared_ptr<Instance> instance, PhysicalDevice physical) : instance_(std::move(instance)), physical_(std::move(physical)) {}
    Status submit_and_wait_as(VkCommandBuffer commands, VkFence fence, bool step);
    Status lost_or(VkResult result, std::string_view what);
    Error no_answer();

    std::shared_ptr<Instance> instance_;
    PhysicalDevice physical_;
    VkDevice device_ = VK_NULL_HANDLE;
    VkQueue queue_ = VK_NULL_HANDLE;
    std::mutex queue_mutex_;
    std::atomic<bool> lost_ = false, abandoned_ = false;
    std::atomic<uint64_t> used_ = 0, steps_ = 0;
};

/// A pool with one fence: records and submits from one thread at a time.
class CommandPool {
  public:
    static Result<CommandPool> create(std::shared_ptr<Device> device);
    CommandPool() = default;
    CommandPool(CommandPool&& other) noexcept { *this = std::move(other); }
    CommandPool& operator=(CommandPool&& other) noexcept {
        std::swap(device_, other.device_), std::swap(pool_, other.pool_), std::swap(fence_, other.fence_);
        return *this;
    }
    ~CommandPool();

    [[nodiscard]] Result<VkCommandBuffer> allocate();
    void free(VkCommandBuffer commands) noexcept;
    [[nodiscard]] VkFence fence() const noexcept { return fence_; }
    /// Records with `record`, submits and waits.
    template <typename F>
    Status run(F&& record) {
        ASSIGN_OR_RETURN(VkCommandBuffer commands, allocate());
        Status status = begin(commands);
        if (status.ok()) {
            record(commands);
            status = end(commands);
        }
        if (status.ok()) status = device_->submit_and_wait(commands, fence_);
        free(commands);
        return status;
    }
    Status begin(VkCommandBuffer commands);
    Status end(VkCommandBuffer commands);

  private:
    std::shared_ptr<Device> device_;
    VkCommandPool pool_ = VK_NULL_HANDLE;
    VkFence fence_ = VK_NULL_HANDLE;
};

}  // namespace soliloquy::vulkan
