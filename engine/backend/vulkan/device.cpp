/// engine/backend/vulkan/device.cpp: opens a device with the required features; submits and waits.
#include "engine/backend/vulkan/device.h"

#include <algorithm>

namespace soliloquy::vulkan {
namespace {

constexpr uint64_t kPatience = uint64_t{300} * 1'000'000'000;  // nanoseconds; a batch takes seconds even on slow devices

std::string mebibytes(uint64_t bytes) { return std::to_string((bytes + (1 << 20) - 1) >> 20) + " MiB"; }

}  // namespace

Result<std::shared_ptr<Device>> Device::open(std::shared_ptr<Instance> instance, PhysicalDevice physical) {
    const std::string name = physical.info.name;
    if (!physical.info.problem.empty()) {
        return Error{ErrorCode::unsupported, "device " + name + " lacks " + physical.info.problem +
                                                 ", which the shaders need; update the graphics driver, or go on with the CPU"};
    }
    std::shared_ptr<Device> device(new Device(std::move(instance), std::move(physical)));
    const PhysicalDevice& d = device->physical_;
    VkPhysicalDeviceShaderIntegerDotProductFeaturesKHR dot{};
    dot.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_INTEGER_DOT_PRODUCT_FEATURES_KHR;
    dot.shaderIntegerDotProduct = VK_TRUE;
    VkPhysicalDeviceVulkan12Features v12{};
    v12.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES;
    v12.pNext = d.integer_dot_product ? &dot : nullptr;
    v12.bufferDeviceAddress = v12.scalarBlockLayout = v12.shaderInt8 = v12.storageBuffer8BitAccess = VK_TRUE;
    VkPhysicalDeviceVulkan11Features v11{};
    v11.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_FEATURES;
    v11.pNext = &v12;
    v11.storageBuffer16BitAccess = VK_TRUE;
    VkPhysicalDeviceFeatures2 features{};
    features.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2;
    features.pNext = &v11;
    features.features.shaderInt16 = features.features.shaderInt64 = VK_TRUE;
    const float priority = 1.0f;
    const VkDeviceQueueCreateInfo queue{.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO,
                                        .pNext = nullptr,
                                        .flags = 0,
                                        .queueFamilyIndex = d.queue_family,
                                        .queueCount = 1,
                                        .pQueuePriorities = &priority};
    const VkDeviceCreateInfo info{.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
                                  .pNext = &features,
                                  .flags = 0,
                                  .queueCreateInfoCount = 1,
                                  .pQueueCreateInfos = &queue,
                                  .enabledLayerCount = 0,
                                  .ppEnabledLayerNames = nullptr,
                                  .enabledExtensionCount = static_cast<uint32_t>(d.extensions.size()),
                                  .ppEnabledExtensionNames = d.extensions.data(),
                                  .pEnabledFeatures = nullptr};
    RETURN_IF_VK_ERROR(vkCreateDevice(d.handle, &info, nullptr, &device->device_), "opening device " + name);
    volkLoadDeviceTable(&device->vk, device->device_);
    device->vk.vkGetDeviceQueue(device->device_, d.queue_family, 0, &device->queue_);
    return device;
}

Device::~Device() {
    if (device_ == VK_NULL_HANDLE) return;
    if (abandoned_) {
        new std::shared_ptr<Instance>(std::move(instance_));  // lives on, as what was made from it does
        return;
    }
    if (!lost_) vk.vkDeviceWaitIdle(device_);
    vk.vkDestroyDevice(device_, nullptr);
}

Status Device::lost_or(VkResult result, std::string_view what) {
    if (result == VK_ERROR_DEVICE_LOST) lost_ = true;
    return vk_error(result, name() + ": " + std::string(what));
}

Status Device::submit(VkCommandBuffer commands, VkFence fence) {
    if (lost_) return lost_or(VK_ERROR_DEVICE_LOST, "running a command");
    RETURN_IF_VK_ERROR(vk.vkResetFences(device_, 1, &fence), name() + ": getting ready to run a command");
    VkSubmitInfo info{};
    info.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO;
    info.commandBufferCount = 1;
    info.pCommandBuffers = &commands;
    const std::lock_guard lock(queue_mutex_);
    const VkResult result = vk.vkQueueSubmit(queue_, 1, &info, fence);
    return result == VK_SUCCESS ? Status::success() : lost_or(result, "running a command");
}

Status Device::wait(VkFence fence) {
    const VkResult result = vk.vkWaitForFences(device_, 1, &fence, VK_TRUE, kPatience);
    if (result == VK_SUCCESS) return Status::success();
    if (result != VK_TIMEOUT) return lost_or(result, "waiting for a command");
    return no_answer();
}

Error Device::no_answer() {
    lost_ = abandoned_ = true;
    return {ErrorCode::device, name() + ": no answer for five minutes; load the model again, or go on with the CPU"};
}

Status Device::submit_and_wait_as(VkCommandBuffer commands, VkFence fence, bool step) {
    if (step) {
        const SimulatedFaults& faults = options().faults;
        const uint64_t number = ++steps_;
        if (number == faults.out_of_memory_at_submit) return lost_or(VK_ERROR_OUT_OF_DEVICE_MEMORY, "running a step");
        if (number == faults.device_lost_at_submit) return lost_or(VK_ERROR_DEVICE_LOST, "running a step");
    }
    RETURN_IF_ERROR(submit(commands, fence));
    if (step && steps_ == options().faults.no_answer_at_submit) return no_answer();
    return wait(fence);
}

Error Device::out_of_memory(uint64_t bytes, std::string_view what) const {
    const uint64_t limit = options().faults.memory_limit;
    const uint64_t free = std::min(free_bytes(physical_), limit - std::min(limit, used_.load()));
    return {ErrorCode::out_of_memory,
            name() + ": " + std::string(what) + ": " + mebibytes(bytes) + " do not fit; " + mebibytes(free) + " of " +
                mebibytes(std::min(physical_.info.memory_bytes, limit)) +
                " are free. Put fewer layers on it (--gpu-layers), choose a shorter context or a smaller quantisation, or close "
                "programs that use the device"};
}

Status Device::reserve(uint64_t bytes, std::string_view what) {
    const uint64_t limit = options().faults.memory_limit;
    if (bytes > limit - std::min(limit, used_.load())) return out_of_memory(bytes, what);
    used_ += bytes;
    return Status::success();
}

Result<CommandPool> CommandPool::create(std::shared_ptr<Device> device) {
    CommandPool pool;
    pool.device_ = std::move(device);
    const VkCommandPoolCreateInfo info{.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
                                       .pNext = nullptr,
                                       .flags = VK_COMMAND_POOL_CREATE_RESET_COMMAND_BUFFER_BIT,
                                       .queueFamilyIndex = pool.device_->physical().queue_family};
    RETURN_IF_VK_ERROR(pool.device_->vk.vkCreateCommandPool(pool.device_->handle(), &info, nullptr, &pool.pool_),
                       "making room for commands");
    const VkFenceCreateInfo fence{.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO, .pNext = nullptr, .flags = 0};
    RETURN_IF_VK_ERROR(pool.device_->vk.vkCreateFence(pool.device_->handle(), &fence, nullptr, &pool.fence_), "making a fence");
    return pool;
}

CommandPool::~CommandPool() {
    if (device_ == nullptr || device_->abandoned()) return;
    if (fence_ != VK_NULL_HANDLE) device_->vk.vkDestroyFence(device_->handle(), fence_, nullptr);
    if (pool_ != VK_NULL_HANDLE) device_->vk.vkDestroyCommandPool(device_->handle(), pool_, nullptr);
}

Result<VkCommandBuffer> CommandPool::allocate() {
    const VkCommandBufferAllocateInfo info{.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
                                           .pNext = nullptr,
                                           .commandPool = pool_,
                                           .level = VK_COMMAND_BUFFER_LEVEL_PRIMARY,
                                           .commandBufferCount = 1};
    VkCommandBuffer commands = VK_NULL_HANDLE;
    RETURN_IF_VK_ERROR(device_->vk.vkAllocateCommandBuffers(device_->handle(), &info, &commands), "making a command buffer");
    return commands;
}

void CommandPool::free(VkCommandBuffer commands) noexcept {
    if (!device_->abandoned()) device_->vk.vkFreeCommandBuffers(device_->handle(), pool_, 1, &commands);
}

Status CommandPool::begin(VkCommandBuffer commands) {
    const VkCommandBufferBeginInfo info{
        .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO, .pNext = nullptr, .flags = 0, .pInheritanceInfo = nullptr};
    RETURN_IF_VK_ERROR(device_->vk.vkBeginCommandBuffer(commands, &info), "recording commands");
    return Status::success();
}

Status CommandPool::end(VkCommandBuffer commands) {
    RETURN_IF_VK_ERROR(device_->vk.vkEndCommandBuffer(commands), "recording commands");
    return Status::success();
}

}  // namespace soliloquy::vulkan
