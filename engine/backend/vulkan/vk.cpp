/// engine/backend/vulkan/vk.cpp: opens the loader; the only file that contains volk's definitions.
#define VOLK_IMPLEMENTATION
#include "engine/backend/vulkan/vk.h"

#include <mutex>
#include <string>

namespace soliloquy::vulkan {

Status load_vulkan() {
    // volk keeps the functions of the loader in variables of its own: they are filled once.
    static std::mutex mutex;
    const std::lock_guard lock(mutex);
    if (volkGetInstanceVersion() != 0 || volkInitialize() == VK_SUCCESS) return Status::success();
    return Error{
        ErrorCode::not_found,
        "Vulkan: its loader (libvulkan) is not installed; install your graphics card's driver and the Vulkan loader (Debian, Ubuntu: "
        "libvulkan1 and mesa-vulkan-drivers), or go on with the CPU"};
}

std::string_view result_name(VkResult result) noexcept {
    switch (result) {
        case VK_SUCCESS:
            return "VK_SUCCESS";
        case VK_NOT_READY:
            return "VK_NOT_READY";
        case VK_TIMEOUT:
            return "VK_TIMEOUT";
        case VK_INCOMPLETE:
            return "VK_INCOMPLETE";
        case VK_ERROR_OUT_OF_HOST_MEMORY:
            return "VK_ERROR_OUT_OF_HOST_MEMORY";
        case VK_ERROR_OUT_OF_DEVICE_MEMORY:
            return "VK_ERROR_OUT_OF_DEVICE_MEMORY";
        case VK_ERROR_INITIALIZATION_FAILED:
            return "VK_ERROR_INITIALIZATION_FAILED";
        case VK_ERROR_DEVICE_LOST:
            return "VK_ERROR_DEVICE_LOST";
        case VK_ERROR_MEMORY_MAP_FAILED:
            return "VK_ERROR_MEMORY_MAP_FAILED";
        case VK_ERROR_LAYER_NOT_PRESENT:
            return "VK_ERROR_LAYER_NOT_PRESENT";
        case VK_ERROR_EXTENSION_NOT_PRESENT:
            return "VK_ERROR_EXTENSION_NOT_PRESENT";
        case VK_ERROR_FEATURE_NOT_PRESENT:
            return "VK_ERROR_FEATURE_NOT_PRESENT";
        case VK_ERROR_INCOMPATIBLE_DRIVER:
            return "VK_ERROR_INCOMPATIBLE_DRIVER";
        case VK_ERROR_TOO_MANY_OBJECTS:
            return "VK_ERROR_TOO_MANY_OBJECTS";
        case VK_ERROR_FRAGMENTATION:
            return "VK_ERROR_FRAGMENTATION";
        case VK_ERROR_OUT_OF_POOL_MEMORY:
            return "VK_ERROR_OUT_OF_POOL_MEMORY";
        case VK_ERROR_INVALID_EXTERNAL_HANDLE:
            return "VK_ERROR_INVALID_EXTERNAL_HANDLE";
        case VK_ERROR_INVALID_OPAQUE_CAPTURE_ADDRESS:
            return "VK_ERROR_INVALID_OPAQUE_CAPTURE_ADDRESS";
        case VK_ERROR_INVALID_SHADER_NV:
            return "VK_ERROR_INVALID_SHADER_NV";
        default:
            return "an unknown error";
    }
}

Error vk_error(VkResult result, std::string_view what) {
    const auto error = [&](ErrorCode code, std::string_view advice) {
        std::string message(what);
        message.append(": ").append(result_name(result));
        if (result_name(result) == "an unknown error") message.append(" (").append(std::to_string(result)).append(")");
        return Error{code, message.append("; ").append(advice)};
    };
    switch (result) {
        case VK_ERROR_OUT_OF_HOST_MEMORY:
            return error(ErrorCode::out_of_memory, "the computer's memory is full: close other programs");
        case VK_ERROR_OUT_OF_DEVICE_MEMORY:
        case VK_ERROR_FRAGMENTATION:
            return error(ErrorCode::out_of_memory,
                         "the device's memory is full: put fewer layers on it, choose a shorter context, or close programs that use it");
        case VK_ERROR_DEVICE_LOST:
            return error(ErrorCode::device,
                         "the driver gave the device up, often after a dispatch that took too long or a driver update: load the "
                         "model again, or go on with the CPU");
        default:
            return error(ErrorCode::device, "update the graphics driver, or go on with the CPU");
    }
}

}  // namespace soliloquy::vulkan
