/// engine/backend/vulkan/physical_device.h: what a device can do, whether it can run models, and which of several is the best.
#pragma once

#include <string>
#include <vector>

#include "engine/backend/vulkan/instance.h"
#include "engine/backend/vulkan/lowering.h"

namespace soliloquy::vulkan {

struct PhysicalDevice {
    VkPhysicalDevice handle = VK_NULL_HANDLE;
    AcceleratorInfo info;
    DeviceTraits traits;
    VkPhysicalDeviceLimits limits{};
    VkPhysicalDeviceMemoryProperties memory{};
    uint64_t max_buffer_bytes = 0;        ///< of one buffer and of one allocation
    uint32_t queue_family = 0;            ///< has compute, preferably no graphics
    uint32_t timestamp_bits = 0;          ///< of that family; 0 = no timestamps
    bool memory_budget = false;           ///< VK_EXT_memory_budget
    bool integer_dot_product = false;     ///< VK_KHR_shader_integer_dot_product
    std::vector<const char*> extensions;  ///< to enable
    std::vector<uint8_t> cache_uuid;      ///< of compiled pipelines
};

/// Every device of the instance, the best first.
[[nodiscard]] Result<std::vector<PhysicalDevice>> find_devices(const Instance& instance);

/// Bytes that are free now of the heap that weights go to, as the driver says.
[[nodiscard]] uint64_t free_bytes(const PhysicalDevice& device);

}  // namespace soliloquy::vulkan
