/// engine/backend/vulkan/instance.h: a connection to the Vulkan loader, with the validation layer when it is asked for.
#pragma once

#include <memory>
#include <vector>

#include "engine/backend/vulkan/vk.h"
#include "engine/backend/vulkan/vulkan_backend.h"

namespace soliloquy::vulkan {

class Instance {
  public:
    static Result<std::shared_ptr<Instance>> create(const VulkanOptions& options);
    ~Instance();
    Instance(const Instance&) = delete;
    Instance& operator=(const Instance&) = delete;

    [[nodiscard]] const VulkanOptions& options() const noexcept { return options_; }
    /// In the driver's order. not_found where there is none.
    [[nodiscard]] Result<std::vector<VkPhysicalDevice>> devices() const;

  private:
    explicit Instance(const VulkanOptions& options) : options_(options) {}
    VulkanOptions options_;
    VkInstance instance_ = VK_NULL_HANDLE;
    VkDebugUtilsMessengerEXT messenger_ = VK_NULL_HANDLE;
};

}  // namespace soliloquy::vulkan
