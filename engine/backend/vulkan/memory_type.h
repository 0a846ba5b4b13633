/// engine/backend/vulkan/memory_type.h: which of a device's kinds of memory a buffer gets, and how much of it there is.
#pragma once

#include <cstdint>
#include <optional>

#include "engine/backend/accelerator.h"
#include "engine/backend/vulkan/vk.h"

namespace soliloquy::vulkan {

enum class MemoryUse : uint8_t {
    device,    ///< the fastest; mapped only if `Buffer::mapped` says so
    upload,    ///< written by the host, read by the device
    readback,  ///< written by the device, read by the host
};

/// Of the types whose bits are set in `allowed`, the one with all that the use needs and the most of what it likes; of equal ones the
/// driver's first, which it likes best.
[[nodiscard]] std::optional<uint32_t> choose_memory_type(const VkPhysicalDeviceMemoryProperties& memory, AcceleratorKind kind,
                                                         uint32_t allowed, MemoryUse use) noexcept;

/// Bytes of the heap that MemoryUse::device comes from, by `per_heap`, or by its size where that is null. Other heaps of the device, such
/// as a small one that the host can write, do not count: no weights go there.
[[nodiscard]] uint64_t device_heap_bytes(const VkPhysicalDeviceMemoryProperties& memory, AcceleratorKind kind,
                                         const uint64_t* per_heap) noexcept;

}  // namespace soliloquy::vulkan
