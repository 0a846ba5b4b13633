/// engine/backend/vulkan/physical_device.cpp: asks a device for its features, limits and memory.
#include "engine/backend/vulkan/physical_device.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <tuple>

#include "engine/backend/vulkan/memory_type.h"

namespace soliloquy::vulkan {
namespace {

std::vector<std::string> extensions_of(VkPhysicalDevice device) {
    uint32_t count = 0;
    vkEnumerateDeviceExtensionProperties(device, nullptr, &count, nullptr);
    std::vector<VkExtensionProperties> all(count);
    vkEnumerateDeviceExtensionProperties(device, nullptr, &count, all.data());
    std::vector<std::string> names;
    for (const auto& each : all) names.emplace_back(each.extensionName);
    return names;
}

AcceleratorKind kind_of(VkPhysicalDeviceType type) {
    switch (type) {
        case VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU:
            return AcceleratorKind::discrete;
        case VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU:
            return AcceleratorKind::integrated;
        case VK_PHYSICAL_DEVICE_TYPE_VIRTUAL_GPU:
            return AcceleratorKind::virtual_gpu;
        case VK_PHYSICAL_DEVICE_TYPE_CPU:
            return AcceleratorKind::cpu;
        default:
            return AcceleratorKind::other;
    }
}

std::string version(uint32_t v) {
    return std::to_string(VK_API_VERSION_MAJOR(v)) + "." + std::to_string(VK_API_VERSION_MINOR(v)) + "." +
           std::to_string(VK_API_VERSION_PATCH(v));
}

/// The first required feature that the device lacks; empty when it has all.
std::string missing_feature(VkPhysicalDevice device, const VkPhysicalDeviceSubgroupProperties& subgroup) {
    VkPhysicalDeviceVulkan12Features v12{};
    v12.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES;
    VkPhysicalDeviceVulkan11Features v11{};
    v11.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_FEATURES;
    v11.pNext = &v12;
    VkPhysicalDeviceFeatures2 features{};
    features.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2;
    features.pNext = &v11;
    vkGetPhysicalDeviceFeatures2(device, &features);
    const std::pair<VkBool32, const char*> required[] = {{v12.bufferDeviceAddress, "bufferDeviceAddress"},
                                                         {v12.scalarBlockLayout, "scalarBlockLayout"},
                                                         {v12.shaderInt8, "shaderInt8"},
                                                         {v12.storageBuffer8BitAccess, "storageBuffer8BitAccess"},
                                                         {v11.storageBuffer16BitAccess, "storageBuffer16BitAccess"},
                                                         {features.features.shaderInt16, "shaderInt16"},
                                                         {features.features.shaderInt64, "shaderInt64"}};
    for (const auto& [there, name] : required) {
        if (there == VK_FALSE) return name;
    }
    constexpr VkSubgroupFeatureFlags kSubgroup =
        VK_SUBGROUP_FEATURE_BASIC_BIT | VK_SUBGROUP_FEATURE_ARITHMETIC_BIT | VK_SUBGROUP_FEATURE_BALLOT_BIT;
    if ((subgroup.supportedStages & VK_SHADER_STAGE_COMPUTE_BIT) == 0 || (subgroup.supportedOperations & kSubgroup) != kSubgroup) {
        return "subgroup arithmetic and ballot in compute shaders";
    }
    return {};
}

/// A family with compute; one without graphics when there is one, because it runs beside the desktop's.
std::optional<uint32_t> compute_family(VkPhysicalDevice device, uint32_t& timestamp_bits) {
    uint32_t count = 0;
    vkGetPhysicalDeviceQueueFamilyProperties(device, &count, nullptr);
    std::vector<VkQueueFamilyProperties> families(count);
    vkGetPhysicalDeviceQueueFamilyProperties(device, &count, families.data());
    std::optional<uint32_t> found;
    for (uint32_t i = 0; i < count; ++i) {
        if ((families[i].queueFlags & VK_QUEUE_COMPUTE_BIT) == 0) continue;
        const bool alone = (families[i].queueFlags & VK_QUEUE_GRAPHICS_BIT) == 0;
        if (found && !alone) continue;
        found = i;
        timestamp_bits = families[i].timestampValidBits;
        if (alone) break;
    }
    return found;
}

PhysicalDevice describe(VkPhysicalDevice handle, uint32_t index, const SimulatedFaults& faults) {
    PhysicalDevice d;
    d.handle = handle;
    VkPhysicalDeviceProperties basic;
    vkGetPhysicalDeviceProperties(handle, &basic);
    d.info.name = basic.deviceName;
    d.info.kind = kind_of(basic.deviceType);
    d.info.index = index;
    d.limits = basic.limits;
    vkGetPhysicalDeviceMemoryProperties(handle, &d.memory);
    d.info.memory_bytes = d.info.free_bytes = device_heap_bytes(d.memory, d.info.kind, nullptr);
    d.cache_uuid.assign(basic.pipelineCacheUUID, basic.pipelineCacheUUID + VK_UUID_SIZE);
    const uint32_t api = faults.old_driver ? VK_API_VERSION_1_1 : basic.apiVersion;
    d.info.driver = "Vulkan " + version(api);
    if (api < VK_API_VERSION_1_2) {
        d.info.problem = "Vulkan 1.2 (its driver knows " + version(api) + ")";
        return d;
    }
    const auto extensions = extensions_of(handle);
    const auto has = [&](const char* name) { return std::find(extensions.begin(), extensions.end(), name) != extensions.end(); };
    VkPhysicalDeviceShaderSMBuiltinsPropertiesNV nvidia{};
    nvidia.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_SM_BUILTINS_PROPERTIES_NV;
    VkPhysicalDeviceShaderCorePropertiesAMD amd{};
    amd.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_CORE_PROPERTIES_AMD;
    VkPhysicalDeviceShaderIntegerDotProductPropertiesKHR dot{};
    dot.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_INTEGER_DOT_PRODUCT_PROPERTIES_KHR;
    VkPhysicalDeviceSubgroupProperties subgroup{};
    subgroup.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_PROPERTIES;
    VkPhysicalDeviceMaintenance3Properties allocation{};
    allocation.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MAINTENANCE_3_PROPERTIES;
    VkPhysicalDeviceDriverProperties driver{};
    driver.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_DRIVER_PROPERTIES;
    VkPhysicalDeviceMaintenance4PropertiesKHR buffers{};
    buffers.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MAINTENANCE_4_PROPERTIES_KHR;
    VkPhysicalDeviceProperties2 properties{};
    properties.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2;
    const auto chain = [&properties](auto& each) {
        each.pNext = properties.pNext;
        properties.pNext = &each;
    };
    chain(subgroup), chain(allocation), chain(driver);
    d.integer_dot_product = has(VK_KHR_SHADER_INTEGER_DOT_PRODUCT_EXTENSION_NAME);
    if (d.integer_dot_product) chain(dot);
    if (has(VK_NV_SHADER_SM_BUILTINS_EXTENSION_NAME)) chain(nvidia);
    if (has(VK_AMD_SHADER_CORE_PROPERTIES_EXTENSION_NAME)) chain(amd);
    if (has(VK_KHR_MAINTENANCE_4_EXTENSION_NAME)) chain(buffers);
    vkGetPhysicalDeviceProperties2(handle, &properties);

    d.info.driver = std::string(driver.driverName) + " " + driver.driverInfo + ", Vulkan " + version(api);
    d.memory_budget = has(VK_EXT_MEMORY_BUDGET_EXTENSION_NAME);
    for (const char* name :
         {VK_EXT_MEMORY_BUDGET_EXTENSION_NAME, VK_KHR_SHADER_INTEGER_DOT_PRODUCT_EXTENSION_NAME, "VK_KHR_portability_subset"}) {
        if (has(name)) d.extensions.push_back(name);
    }
    d.max_buffer_bytes = allocation.maxMemoryAllocationSize;
    if (buffers.maxBufferSize != 0) d.max_buffer_bytes = std::min<uint64_t>(d.max_buffer_bytes, buffers.maxBufferSize);
    d.traits.subgroup_size = subgroup.subgroupSize;
    d.traits.max_workgroup_size = std::min(d.limits.maxComputeWorkGroupInvocations, d.limits.maxComputeWorkGroupSize[0]);
    d.traits.max_shared_bytes = d.limits.maxComputeSharedMemorySize;
    d.traits.compute_units = nvidia.shaderSMCount != 0
                                 ? nvidia.shaderSMCount
                                 : amd.shaderEngineCount * amd.shaderArraysPerEngineCount * amd.computeUnitsPerShaderArray;
    d.traits.integer_dot = dot.integerDotProduct4x8BitPackedSignedAccelerated == VK_TRUE;
    d.info.problem = missing_feature(handle, subgroup);
    const auto family = compute_family(handle, d.timestamp_bits);
    d.queue_family = family.value_or(0);
    if (d.info.problem.empty() && !family) d.info.problem = "a queue for compute shaders";
    d.info.free_bytes = free_bytes(d);
    return d;
}

}  // namespace

uint64_t free_bytes(const PhysicalDevice& device) {
    if (!device.memory_budget) return device.info.memory_bytes;
    VkPhysicalDeviceMemoryBudgetPropertiesEXT budget{};
    budget.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_BUDGET_PROPERTIES_EXT;
    VkPhysicalDeviceMemoryProperties2 memory{};
    memory.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_PROPERTIES_2;
    memory.pNext = &budget;
    vkGetPhysicalDeviceMemoryProperties2(device.handle, &memory);
    uint64_t free[VK_MAX_MEMORY_HEAPS] = {};
    for (uint32_t i = 0; i < VK_MAX_MEMORY_HEAPS; ++i) free[i] = budget.heapBudget[i] - std::min(budget.heapBudget[i], budget.heapUsage[i]);
    return device_heap_bytes(device.memory, device.info.kind, free);
}

Result<std::vector<PhysicalDevice>> find_devices(const Instance& instance) {
    ASSIGN_OR_RETURN(const auto handles, instance.devices());
    std::vector<PhysicalDevice> devices;
    for (uint32_t i = 0; i < handles.size(); ++i) devices.push_back(describe(handles[i], i, instance.options().faults));
    const auto rank = [](const PhysicalDevice& d) {
        return std::tuple(!d.info.problem.empty(), d.info.kind, ~d.info.memory_bytes, d.info.index);
    };
    std::sort(devices.begin(), devices.end(), [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
    return devices;
}

}  // namespace soliloquy::vulkan
