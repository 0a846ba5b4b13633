/// engine/backend/vulkan/pipelines.cpp: one pipeline per shader and constants.
#include "engine/backend/vulkan/pipelines.h"

#include "engine/backend/vulkan/pipeline_file.h"
#include "engine/backend/vulkan/shader_library.h"

namespace soliloquy::vulkan {

Result<std::unique_ptr<Pipelines>> Pipelines::create(std::shared_ptr<Device> device) {
    std::unique_ptr<Pipelines> all(new Pipelines(std::move(device)));
    const Device& d = *all->device_;
    const VkPushConstantRange range{.stageFlags = VK_SHADER_STAGE_COMPUTE_BIT, .offset = 0, .size = 128};
    VkPipelineLayoutCreateInfo layout{};
    layout.sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO;
    layout.pushConstantRangeCount = 1;
    layout.pPushConstantRanges = &range;
    RETURN_IF_VK_ERROR(d.vk.vkCreatePipelineLayout(d.handle(), &layout, nullptr, &all->layout_), d.name() + ": making a pipeline layout");
    std::vector<std::byte> known;
    if (!d.options().pipeline_cache_folder.empty()) {
        all->file_ = pipeline_file(d.options().pipeline_cache_folder, d.physical().cache_uuid);
        known = read_pipeline_file(all->file_, d.physical().cache_uuid);
    }
    const VkPipelineCacheCreateInfo cache{.sType = VK_STRUCTURE_TYPE_PIPELINE_CACHE_CREATE_INFO,
                                          .pNext = nullptr,
                                          .flags = 0,
                                          .initialDataSize = known.size(),
                                          .pInitialData = known.data()};
    RETURN_IF_VK_ERROR(d.vk.vkCreatePipelineCache(d.handle(), &cache, nullptr, &all->cache_), d.name() + ": making a pipeline cache");
    return all;
}

Pipelines::~Pipelines() {
    if (device_->abandoned()) return;
    for (const auto& [key, pipeline] : pipelines_) device_->vk.vkDestroyPipeline(device_->handle(), pipeline, nullptr);
    if (cache_ != VK_NULL_HANDLE) device_->vk.vkDestroyPipelineCache(device_->handle(), cache_, nullptr);
    if (layout_ != VK_NULL_HANDLE) device_->vk.vkDestroyPipelineLayout(device_->handle(), layout_, nullptr);
}

Result<VkPipeline> Pipelines::get(const std::string& shader, const std::vector<uint32_t>& constants) {
    const std::lock_guard lock(mutex_);
    const auto known = pipelines_.find({shader, constants});
    if (known != pipelines_.end()) return known->second;
    ASSIGN_OR_RETURN(VkPipeline pipeline, compile(shader, constants));
    pipelines_.emplace(std::pair(shader, constants), pipeline);
    changed_ = true;
    return pipeline;
}

Result<VkPipeline> Pipelines::compile(const std::string& shader, const std::vector<uint32_t>& constants) {
    const Device& d = *device_;
    const std::string what = d.name() + ": compiling shader " + shader;
    const std::span<const uint32_t> code = find_shader(shader);
    if (code.empty()) return Error{ErrorCode::internal, what + ": this build does not contain it; build again, or go on with the CPU"};
    if (shader == d.options().faults.broken_shader) return vk_error(VK_ERROR_INITIALIZATION_FAILED, what);
    const VkShaderModuleCreateInfo module_info{.sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO,
                                               .pNext = nullptr,
                                               .flags = 0,
                                               .codeSize = code.size_bytes(),
                                               .pCode = code.data()};
    VkShaderModule shader_module = VK_NULL_HANDLE;
    RETURN_IF_VK_ERROR(d.vk.vkCreateShaderModule(d.handle(), &module_info, nullptr, &shader_module), what);
    std::vector<VkSpecializationMapEntry> entries(constants.size());
    for (uint32_t i = 0; i < entries.size(); ++i) entries[i] = {.constantID = i, .offset = i * 4, .size = 4};
    const VkSpecializationInfo specialization{.mapEntryCount = static_cast<uint32_t>(entries.size()),
                                              .pMapEntries = entries.data(),
                                              .dataSize = constants.size() * 4,
                                              .pData = constants.data()};
    VkComputePipelineCreateInfo info{};
    info.sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO;
    info.stage.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO;
    info.stage.stage = VK_SHADER_STAGE_COMPUTE_BIT;
    info.stage.module = shader_module;
    info.stage.pName = "main";
    info.stage.pSpecializationInfo = &specialization;
    info.layout = layout_;
    VkPipeline pipeline = VK_NULL_HANDLE;
    const VkResult result = d.vk.vkCreateComputePipelines(d.handle(), cache_, 1, &info, nullptr, &pipeline);
    d.vk.vkDestroyShaderModule(d.handle(), shader_module, nullptr);
    if (result != VK_SUCCESS) return vk_error(result, what);
    return pipeline;
}

void Pipelines::save() noexcept {
    const std::lock_guard lock(mutex_);
    if (file_.empty() || !changed_) return;
    try {
        size_t size = 0;
        if (device_->vk.vkGetPipelineCacheData(device_->handle(), cache_, &size, nullptr) != VK_SUCCESS) return;
        std::vector<std::byte> data(size);
        if (device_->vk.vkGetPipelineCacheData(device_->handle(), cache_, &size, data.data()) != VK_SUCCESS) return;
        data.resize(size);
        changed_ = !write_pipeline_file(file_, data);
    } catch (...) {
        changed_ = true;  // another time
    }
}

}  // namespace soliloquy::vulkan
