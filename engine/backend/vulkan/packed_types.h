/// engine/backend/vulkan/packed_types.h: for which block types a device is faster with activations of 8 bits and integer dots: measured
/// once, kept in a file beside the compiled pipelines, so that the same device gives the same tokens next time.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "engine/backend/vulkan/pipelines.h"

namespace soliloquy::vulkan {

/// How long one product took with activations as they are and with packed ones.
struct PackedTiming {
    double plain_seconds = 0.0, packed_seconds = 0.0;
    /// By more than what two measurements differ by.
    [[nodiscard]] bool packed_is_faster() const noexcept { return packed_seconds < 0.95 * plain_seconds; }
};

using PackedTimings = std::map<DType, PackedTiming>;

/// Lines of "q4_k <microseconds plain> <microseconds packed>" behind a heading. What is not such a line is left out; no file, no timings.
[[nodiscard]] PackedTimings read_packed_timings(const std::filesystem::path& file);
/// False when the file could not be written.
bool write_packed_timings(const std::filesystem::path& file, const PackedTimings& timings);

/// Multiplies about `bytes` of weights of the type (they should be more than the device's caches hold) with one row of activations, both
/// ways.
[[nodiscard]] Result<PackedTiming> time_packed(const std::shared_ptr<Device>& device, const std::shared_ptr<Pipelines>& pipelines,
                                               DType type, uint64_t bytes);

/// Settles for every quantised type of the graph's linear layers whether products are packed: as the options say or, where they leave it to
/// the device, as its file says or as measuring tells, which takes about a second for each type. A device that has no integer dot
/// instruction, computes on the CPU or keeps no file never packs.
void choose_packed_types(const std::shared_ptr<Device>& device, const std::shared_ptr<Pipelines>& pipelines, const Graph& graph);

}  // namespace soliloquy::vulkan
