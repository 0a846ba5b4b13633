/// engine/backend/vulkan/pipeline_file.h: the driver's compiled pipelines on disk. Nothing that is not exactly what was written is given to
/// a driver.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

namespace soliloquy::vulkan {

/// "<folder>/vulkan-<uuid>.pipelines". The driver's UUID changes with the device and the driver's version.
[[nodiscard]] std::filesystem::path pipeline_file(const std::filesystem::path& folder, std::span<const uint8_t> uuid);

/// What write_pipeline_file wrote for the same UUID; empty when there is no such file or a byte of it is not as it was written.
[[nodiscard]] std::vector<std::byte> read_pipeline_file(const std::filesystem::path& file, std::span<const uint8_t> uuid);

/// Replaces the file in one step, so that a reader sees the old one or the new one. False when it could not.
bool write_pipeline_file(const std::filesystem::path& file, std::span<const std::byte> data);

}  // namespace soliloquy::vulkan
