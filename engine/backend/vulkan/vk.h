/// engine/backend/vulkan/vk.h: the Vulkan API, found at run time, and its error codes in words.
#pragma once

#include <volk.h>

#include <string_view>

#include "engine/core/result.h"

namespace soliloquy::vulkan {

/// Opens libvulkan once per process. not_found says what to install.
Status load_vulkan();

[[nodiscard]] std::string_view result_name(VkResult result) noexcept;

/// "what: VK_ERROR_...", with the kind of error that the result is, and what to do.
[[nodiscard]] Error vk_error(VkResult result, std::string_view what);

}  // namespace soliloquy::vulkan

/// Returns the Error of a Vulkan call that failed from the enclosing function.
#define RETURN_IF_VK_ERROR(call, what)                                                                \
    do {                                                                                              \
        const VkResult result_of_call = (call);                                                       \
        if (result_of_call != VK_SUCCESS) return ::soliloquy::vulkan::vk_error(result_of_call, what); \
    } while (false)
