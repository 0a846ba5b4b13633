/// engine/backend/vulkan/vulkan_backend.h: the GPUs that Vulkan offers, as accelerators. Names no Vulkan type: it is there in every build,
/// and one without Vulkan answers why.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/backend/accelerator.h"

namespace soliloquy {

/// Faults that real machines have, on demand: every one must end in an Error, never in a crash.
struct SimulatedFaults {
    bool no_loader = false;                ///< libvulkan is not installed
    bool no_device = false;                ///< no driver offers a device
    bool old_driver = false;               ///< every device knows Vulkan 1.1 only
    uint64_t memory_limit = UINT64_MAX;    ///< bytes that the device gives before it is out of memory
    uint64_t out_of_memory_at_submit = 0;  ///< the n-th segment that is run fails so; 0 = none
    uint64_t device_lost_at_submit = 0;    ///< the n-th segment that is run loses the device; 0 = none
    uint64_t no_answer_at_submit = 0;      ///< the n-th segment that is run never comes back; 0 = none
    std::string broken_shader = {};        ///< the driver cannot compile the shader of this name
};

struct VulkanOptions {
    /// A folder for compiled pipelines, one file per device and driver; empty: every start compiles anew.
    std::filesystem::path pipeline_cache_folder = {};
    /// Turns the validation layer on; open_vulkan_device fails where it is not installed. Messages may come from any thread that calls in.
    std::function<void(const std::string&)> on_validation_message = nullptr;
    bool always_stage = false;  ///< copies through staging memory even where the device's memory can be written directly
    /// Products of these block types with few tokens take activations rounded to 8 bits in blocks of 32, as the CPU's do, and integer dots,
    /// if the device knows them. Left out: measured for each type at its first use and kept in pipeline_cache_folder; never on devices
    /// that compute on the CPU, nor without a folder.
    std::optional<std::vector<DType>> packed_types = std::nullopt;
    SimulatedFaults faults = {};
};

/// All devices, the best first: discrete before integrated before virtual before CPU-type, then the larger memory. not_found tells why
/// there is none.
[[nodiscard]] Result<std::vector<AcceleratorInfo>> list_vulkan_devices(const VulkanOptions& options = {});

/// Opens the device with this AcceleratorInfo::index, of any kind; without one the best that is no CPU-type device. unsupported names the
/// feature that the device lacks.
[[nodiscard]] Result<std::shared_ptr<Accelerator>> open_vulkan_device(std::optional<uint32_t> index, const VulkanOptions& options = {});

/// How long one dispatch of a step took.
struct DispatchTime {
    std::string label;
    double seconds = 0.0;
    uint64_t bytes = 0;  ///< of weights that it read; 0 = not worth telling
};

/// Runs a segment of a plan of a Vulkan device once, each dispatch by itself between two timestamps of the device. Slower than a plain run
/// in all; tells where its time goes. invalid_argument for a plan of another backend.
[[nodiscard]] Result<std::vector<DispatchTime>> time_vulkan_segment(Plan& plan, const Step& step, size_t segment = 0);

}  // namespace soliloquy
