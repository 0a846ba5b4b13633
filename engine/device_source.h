/// engine/device_source.h: where devices beside the CPU come from, so that tests can put others in their place. Private to engine/*.cpp and
/// tests.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "engine/backend/accelerator.h"
#include "engine/backend/vulkan/vulkan_backend.h"
#include "engine/engine.h"

namespace soliloquy {

struct DeviceSource {
    std::function<Result<std::vector<AcceleratorInfo>>()> list;  ///< the best first; an Error says why there is none
    std::function<Result<std::shared_ptr<Accelerator>>(uint32_t index)> open;
};
[[nodiscard]] DeviceSource vulkan_source(const std::filesystem::path& cache_folder, const SimulatedFaults& faults = {});

[[nodiscard]] DeviceReports list_devices_of(const DeviceSource& source, unsigned threads);

/// The number of the device behind "vulkan:N" in a choice.
[[nodiscard]] std::optional<uint32_t> vulkan_index(const DeviceChoice& choice);
/// The CPU, for this reason.
[[nodiscard]] DeviceChoice cpu_choice(unsigned threads, std::string reason);

/// open_engine() with devices from another source.
[[nodiscard]] Result<std::shared_ptr<Engine>> open_engine_on(const std::filesystem::path& path, const LoadOptions& options,
                                                             const DeviceSource& source);

}  // namespace soliloquy
