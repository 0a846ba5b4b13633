/// tests/unit/vulkan/memory_type_test.cpp: the memory that is promised is that of the one heap where weights go.
#include "engine/backend/vulkan/memory_type.h"

#include <gtest/gtest.h>

#include <initializer_list>

namespace soliloquy::vulkan {
namespace {

constexpr VkMemoryPropertyFlags kLocal = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT;
constexpr VkMemoryPropertyFlags kHost = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
constexpr VkMemoryHeapFlags kLocalHeap = VK_MEMORY_HEAP_DEVICE_LOCAL_BIT;
constexpr uint64_t kMebibyte = uint64_t{1} << 20;

struct Heap {
    uint64_t mebibytes;
    bool local;
};
struct Type {
    VkMemoryPropertyFlags flags;
    uint32_t heap;
};

VkPhysicalDeviceMemoryProperties memory_of(std::initializer_list<Heap> heaps, std::initializer_list<Type> types) {
    VkPhysicalDeviceMemoryProperties memory{};
    for (const Heap& each : heaps) {
        memory.memoryHeaps[memory.memoryHeapCount++] = {each.mebibytes * kMebibyte, each.local ? kLocalHeap : 0};
    }
    for (const Type& each : types) memory.memoryTypes[memory.memoryTypeCount++] = {each.flags, each.heap};
    return memory;
}

TEST(VulkanMemory, of_a_card_with_a_window_for_the_host_is_the_large_heap) {
    const auto card = memory_of({{24576, true}, {65536, false}, {256, true}}, {{kLocal, 0}, {kHost, 1}, {kLocal | kHost, 2}});
    EXPECT_EQ(device_heap_bytes(card, AcceleratorKind::discrete, nullptr), 24576 * kMebibyte);
    const uint64_t free[] = {1000, 2000, 300};
    EXPECT_EQ(device_heap_bytes(card, AcceleratorKind::discrete, free), 1000u) << "what is free elsewhere is of no use";
    EXPECT_EQ(choose_memory_type(card, AcceleratorKind::discrete, ~0u, MemoryUse::device), 0u);
    EXPECT_EQ(choose_memory_type(card, AcceleratorKind::discrete, ~0u, MemoryUse::upload), 1u);
    EXPECT_EQ(choose_memory_type(card, AcceleratorKind::discrete, ~1u, MemoryUse::device), 2u) << "the first is not allowed";
}

TEST(VulkanMemory, of_two_heaps_of_a_card_is_one) {
    const auto card = memory_of({{16384, true}, {16384, true}}, {{kLocal, 0}, {kLocal, 1}});
    EXPECT_EQ(device_heap_bytes(card, AcceleratorKind::discrete, nullptr), 16384 * kMebibyte);
}

TEST(VulkanMemory, that_host_and_device_share_is_the_one_that_both_see) {
    const auto shared = memory_of({{512, true}, {8192, true}}, {{kLocal, 0}, {kLocal | kHost, 1}});
    EXPECT_EQ(device_heap_bytes(shared, AcceleratorKind::integrated, nullptr), 8192 * kMebibyte);
}

TEST(VulkanMemory, of_a_device_without_any_is_nothing) {
    EXPECT_EQ(device_heap_bytes(memory_of({{8192, false}}, {{kHost, 0}}), AcceleratorKind::discrete, nullptr), 0u);
}

}  // namespace
}  // namespace soliloquy::vulkan
