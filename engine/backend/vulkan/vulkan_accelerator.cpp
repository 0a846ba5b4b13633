/// engine/backend/vulkan/vulkan_accelerator.cpp: opens devices, uploads and compiles; the border that no exception crosses.
#include "engine/backend/vulkan/vulkan_accelerator.h"

#include <algorithm>
#include <new>

#include "engine/backend/vulkan/bandwidth.h"
#include "engine/backend/vulkan/packed_types.h"
#include "engine/backend/vulkan/vulkan_backend.h"
#include "engine/backend/vulkan/vulkan_plan.h"
#include "engine/backend/vulkan/weights.h"

namespace soliloquy {
namespace {

Error host_memory(std::string_view what) {
    return {ErrorCode::out_of_memory, std::string(what) + ": the computer's memory is full; close other programs"};
}

/// Of one kind, with about the same memory: only measuring tells which is the better.
bool are_alike(const AcceleratorInfo& a, const AcceleratorInfo& b) {
    return a.kind == b.kind && b.problem.empty() && b.memory_bytes >= a.memory_bytes - a.memory_bytes / 16;
}

using Opened = std::shared_ptr<vulkan::VulkanAccelerator>;

Opened faster_of(const Opened& first, const std::shared_ptr<vulkan::Instance>& instance, const vulkan::PhysicalDevice& rival) {
    const auto second = vulkan::VulkanAccelerator::open(instance, rival);
    if (!second.ok()) return first;
    const auto a = first->measure_copy_bandwidth(), b = (*second)->measure_copy_bandwidth();
    return a.ok() && b.ok() && *b > *a * 1.05 ? *second : first;  // a twentieth is noise
}

Result<std::shared_ptr<Accelerator>> open(std::optional<uint32_t> index, const VulkanOptions& options) {
    ASSIGN_OR_RETURN(auto instance, vulkan::Instance::create(options));
    ASSIGN_OR_RETURN(auto devices, vulkan::find_devices(*instance));
    const auto wanted = std::find_if(devices.begin(), devices.end(), [&](const vulkan::PhysicalDevice& each) {
        return index ? each.info.index == *index : each.info.kind != AcceleratorKind::cpu;
    });
    if (wanted != devices.end()) {
        ASSIGN_OR_RETURN(auto opened, vulkan::VulkanAccelerator::open(instance, *wanted));
        const auto rival = wanted + 1;
        if (!index && rival != devices.end() && are_alike(wanted->info, rival->info)) opened = faster_of(opened, instance, *rival);
        return std::shared_ptr<Accelerator>(std::move(opened));
    }
    if (index) {
        return Error{ErrorCode::not_found, "Vulkan: there is no device " + std::to_string(*index) + "; devices 0 to " +
                                               std::to_string(devices.size() - 1) + " are there"};
    }
    return Error{ErrorCode::not_found,
                 "Vulkan: the only device, " + devices.front().info.name +
                     ", computes on the CPU and is slower than Soliloquy's own code for it; name it to use it (--device vulkan:" +
                     std::to_string(devices.front().info.index) + "), or go on with the CPU"};
}

}  // namespace

Result<std::vector<AcceleratorInfo>> list_vulkan_devices(const VulkanOptions& options) {
    try {
        ASSIGN_OR_RETURN(auto instance, vulkan::Instance::create(options));
        ASSIGN_OR_RETURN(const auto devices, vulkan::find_devices(*instance));
        std::vector<AcceleratorInfo> infos;
        for (const auto& each : devices) {
            infos.push_back(each.info);
        }
        return infos;
    } catch (const std::bad_alloc&) {
        return host_memory("listing Vulkan devices");
    }
}

Result<std::shared_ptr<Accelerator>> open_vulkan_device(std::optional<uint32_t> index, const VulkanOptions& options) {
    try {
        return open(index, options);
    } catch (const std::bad_alloc&) {
        return host_memory("opening a Vulkan device");
    }
}

Result<std::vector<DispatchTime>> time_vulkan_segment(Plan& plan, const Step& step, size_t segment) {
    try {
        auto* ours = dynamic_cast<vulkan::VulkanPlan*>(&plan);
        if (ours == nullptr) return Error{ErrorCode::invalid_argument, "timing dispatches: the plan is not one of a Vulkan device"};
        return ours->time_segment(step, segment);
    } catch (const std::bad_alloc&) {
        return host_memory("timing dispatches");
    }
}

}  // namespace soliloquy

namespace soliloquy::vulkan {

Result<std::shared_ptr<VulkanAccelerator>> VulkanAccelerator::open(std::shared_ptr<Instance> instance, PhysicalDevice physical) {
    ASSIGN_OR_RETURN(auto device, Device::open(std::move(instance), std::move(physical)));
    ASSIGN_OR_RETURN(auto pipelines, Pipelines::create(device));
    return std::shared_ptr<VulkanAccelerator>(new VulkanAccelerator(std::move(device), std::move(pipelines)));
}

Result<std::shared_ptr<const DeviceWeights>> VulkanAccelerator::upload(std::span<const Weight> weights,
                                                                       const std::function<bool(float)>& progress) {
    try {
        ASSIGN_OR_RETURN(auto uploaded, Weights::upload(device_, weights, progress));
        return std::shared_ptr<const DeviceWeights>(std::move(uploaded));
    } catch (const std::bad_alloc&) {
        return host_memory("copying weights to the device");
    }
}

Result<std::unique_ptr<Plan>> VulkanAccelerator::compile(const Graph& graph, std::shared_ptr<const DeviceWeights> weights,
                                                         const PlanOptions& options) {
    try {
        auto ours = std::dynamic_pointer_cast<const Weights>(std::move(weights));
        if (ours == nullptr || &ours->device() != device_.get()) {
            return Error{ErrorCode::internal, "plan: its weights were not copied to " + device_->name()};
        }
        choose_packed_types(device_, pipelines_, graph);
        ASSIGN_OR_RETURN(auto plan, VulkanPlan::compile(device_, pipelines_, graph, std::move(ours), options));
        return std::unique_ptr<Plan>(std::move(plan));
    } catch (const std::bad_alloc&) {
        return host_memory("compiling the plan");
    }
}

Result<double> VulkanAccelerator::measure_copy_bandwidth() {
    try {
        return vulkan::measure_copy_bandwidth(device_, *pipelines_);
    } catch (const std::bad_alloc&) {
        return host_memory("measuring the device's memory");
    }
}

}  // namespace soliloquy::vulkan
