/// engine/backend/vulkan/vulkan_absent.cpp: the answers of a build without Vulkan.
#include "engine/backend/vulkan/vulkan_backend.h"

namespace soliloquy {
namespace {

Error absent() {
    return {ErrorCode::unsupported, "this build has no Vulkan backend: " SOLILOQUY_VULKAN_MISSING
                                    "; install it and build again (./soliloquy does both), or go on with the CPU"};
}

}  // namespace

Result<std::vector<AcceleratorInfo>> list_vulkan_devices(const VulkanOptions&) { return absent(); }
Result<std::shared_ptr<Accelerator>> open_vulkan_device(std::optional<uint32_t>, const VulkanOptions&) { return absent(); }
Result<std::vector<DispatchTime>> time_vulkan_segment(Plan&, const Step&, size_t) { return absent(); }

}  // namespace soliloquy
