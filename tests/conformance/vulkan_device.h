/// tests/conformance/vulkan_device.h: one Vulkan device for a whole test program, with the validation layer listening.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/backend/accelerator.h"

namespace soliloquy {

/// Opens the device on first use: the one that computes on the CPU, which every machine can have; SOLILOQUY_VULKAN_TEST_DEVICE=best takes
/// the one that a user would get. SOLILOQUY_VULKAN_TEST_PACKED: products take activations of 8 bits. The error says why there is none.
const Result<std::shared_ptr<Accelerator>>& vulkan_test_device();

/// What the validation layer said since the last call.
std::vector<std::string> take_validation_messages();

}  // namespace soliloquy
