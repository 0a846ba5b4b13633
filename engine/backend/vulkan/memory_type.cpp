/// engine/backend/vulkan/memory_type.cpp: chooses among the memory types of a device.
#include "engine/backend/vulkan/memory_type.h"

#include <bit>

namespace soliloquy::vulkan {
namespace {

struct Wish {
    VkMemoryPropertyFlags needed, liked;
};

Wish wish_for(MemoryUse use, AcceleratorKind kind) noexcept {
    constexpr VkMemoryPropertyFlags kHost = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
    switch (use) {
        case MemoryUse::upload:
            return {kHost, 0};
        case MemoryUse::readback:
            return {kHost, VK_MEMORY_PROPERTY_HOST_CACHED_BIT};
        default:
            break;
    }
    // Where host and device share their memory anyway, weights are written in place.
    const bool shared = kind == AcceleratorKind::integrated || kind == AcceleratorKind::cpu;
    return {VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT, shared ? kHost : 0};
}

}  // namespace

std::optional<uint32_t> choose_memory_type(const VkPhysicalDeviceMemoryProperties& memory, AcceleratorKind kind, uint32_t allowed,
                                           MemoryUse use) noexcept {
    const Wish wish = wish_for(use, kind);
    std::optional<uint32_t> best;
    int most = -1;
    for (uint32_t i = 0; i < memory.memoryTypeCount; ++i) {
        const VkMemoryPropertyFlags flags = memory.memoryTypes[i].propertyFlags;
        if ((allowed >> i & 1) == 0 || (flags & wish.needed) != wish.needed) continue;
        const int liked = std::popcount(flags & wish.liked);
        if (liked > most) {
            most = liked;
            best = i;
        }
    }
    return best;
}

uint64_t device_heap_bytes(const VkPhysicalDeviceMemoryProperties& memory, AcceleratorKind kind, const uint64_t* per_heap) noexcept {
    const auto type = choose_memory_type(memory, kind, ~uint32_t{0}, MemoryUse::device);
    if (!type) return 0;
    const uint32_t heap = memory.memoryTypes[*type].heapIndex;
    return per_heap != nullptr ? per_heap[heap] : memory.memoryHeaps[heap].size;
}

}  // namespace soliloquy::vulkan
