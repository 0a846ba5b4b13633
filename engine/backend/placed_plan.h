/// engine/backend/placed_plan.h: a graph of which some ops run on the CPU and some on a device beside it, as one plan.
#pragma once

#include <memory>
#include <vector>

#include "engine/backend/accelerator.h"

namespace soliloquy {

/// A run of ops on one of the two, with the activations that cross to it (inputs) and from it (results).
struct PlacedSegment {
    bool on_device = false;
    Segment segment;
    bool only_outputs = false;  ///< computes rows per output only: nothing to do in a step without outputs
};

/// Cuts the graph where the device changes. An activation crosses when the other side reads what this side wrote last, and never twice
/// for one writing. `wanted` become results of the segments that write them last. Consecutive segments lie on different sides.
[[nodiscard]] std::vector<PlacedSegment> cut_into_segments(const Graph& graph, const std::vector<bool>& ops_on_device,
                                                           std::span<const Tensor> wanted);

/// One segment, whose results are `wanted`: activations that own their memory. `options.segments` is not used. Weights of the device's
/// ops lie in `weights`. With no op on the device this is compile_for_cpu.
[[nodiscard]] Result<std::unique_ptr<Plan>> compile_placed(const Graph& graph, const std::vector<bool>& ops_on_device,
                                                           std::span<const Tensor> wanted, std::shared_ptr<ThreadPool> threads,
                                                           Accelerator& accelerator, std::shared_ptr<const DeviceWeights> weights,
                                                           const PlanOptions& options);

/// The device's part of a plan that compile_placed made, for measuring; a plan of one device alone is its own.
struct DevicePart {
    Plan* plan = nullptr;
    size_t segments = 0;
};
[[nodiscard]] DevicePart device_part_of(Plan& plan) noexcept;

}  // namespace soliloquy
