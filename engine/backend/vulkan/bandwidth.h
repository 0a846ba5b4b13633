/// engine/backend/vulkan/bandwidth.h: how fast shaders copy within a device's memory, the measure that decoding is held against.
#pragma once

#include "engine/backend/vulkan/pipelines.h"

namespace soliloquy::vulkan {

/// Bytes read and written per second, the best of several rounds over buffers that no cache holds. Takes less than a second.
[[nodiscard]] Result<double> measure_copy_bandwidth(const std::shared_ptr<Device>& device, Pipelines& pipelines);

}  // namespace soliloquy::vulkan
