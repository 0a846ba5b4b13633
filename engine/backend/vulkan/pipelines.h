/// engine/backend/vulkan/pipelines.h: shaders compiled by the driver, kept as long as the device and, where a folder is given, on disk.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/backend/vulkan/device.h"

namespace soliloquy::vulkan {

class Pipelines {
  public:
    static Result<std::unique_ptr<Pipelines>> create(std::shared_ptr<Device> device);
    ~Pipelines();
    Pipelines(const Pipelines&) = delete;
    Pipelines& operator=(const Pipelines&) = delete;

    /// The pipeline of a shader with these specialization constants. Compiles it the first time, which takes milliseconds to a second.
    Result<VkPipeline> get(const std::string& shader, const std::vector<uint32_t>& constants);
    /// Of all pipelines: no descriptors, 128 bytes of push constants.
    [[nodiscard]] VkPipelineLayout layout() const noexcept { return layout_; }
    /// Writes what is new to the folder of VulkanOptions. A cache that cannot be written costs only time: no error.
    void save() noexcept;
    [[nodiscard]] size_t count() const noexcept { return pipelines_.size(); }

  private:
    explicit Pipelines(std::shared_ptr<Device> device) : device_(std::move(device)) {}
    Result<VkPipeline> compile(const std::string& shader, const std::vector<uint32_t>& constants);

    std::shared_ptr<Device> device_;
    std::mutex mutex_;
    VkPipelineLayout layout_ = VK_NULL_HANDLE;
    VkPipelineCache cache_ = VK_NULL_HANDLE;
    std::filesystem::path file_;
    bool changed_ = false;
    std::map<std::pair<std::string, std::vector<uint32_t>>, VkPipeline> pipelines_;
};

}  // namespace soliloquy::vulkan
