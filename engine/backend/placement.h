/// engine/backend/placement.h: which parts of a model run on a device beside the CPU, when it has not room for all of them.
///
/// Order of preference: the output layer and, from the last layer to the first, what every token needs of a layer (attention with its KV
/// cache, norms, router, dense and shared feed-forward blocks); then routed experts, again from the last layer to the first, because
/// they are the most bytes for the fewest reads; the embedding table last, for a step reads one row of it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/ops/graph.h"

namespace soliloquy {

enum class PartKind : uint8_t { embedding, attention, feed_forward, router, experts, shared_experts, output };

/// Ops [first, end) of a graph that go to one device together. The parts of a graph follow each other and cover it.
struct GraphPart {
    PartKind kind = PartKind::attention;
    uint32_t layer = 0;  ///< of embedding and output: 0
    size_t first = 0, end = 0;
};

struct PlacementWish {
    /// The last N layers, and with them the output layer, run on the device; 0 = nothing does. Not set: as many as fit.
    std::optional<uint32_t> gpu_layers = {};
    /// The experts of the first N layers that have any stay on the CPU. Not set: as many as must.
    std::optional<uint32_t> cpu_experts = {};
};

struct DeviceRoom {
    uint64_t free_bytes = 0;     ///< of the device's memory, before anything is placed
    uint64_t reserve_bytes = 0;  ///< of those, for what the placement does not count: staging, partial results, other programs
};
/// A tenth of the device's memory, at least 128 MiB, at most 1 GiB.
[[nodiscard]] uint64_t usual_reserve(uint64_t memory_bytes) noexcept;

struct Placement {
    std::vector<bool> on_device;    ///< by part
    uint64_t device_bytes = 0;      ///< of weights, caches and activations there
    uint64_t all_bytes = 0;         ///< that everything would need there
    uint32_t layers_on_device = 0;  ///< their attention; the experts may be elsewhere
    std::string words;              ///< for the user: "experts of 24 of 27 layers on the GPU, ..."

    [[nodiscard]] bool uses_device() const noexcept;
    [[nodiscard]] bool is_whole() const noexcept;  ///< everything is there
    /// By op of the graph.
    [[nodiscard]] std::vector<bool> ops_on_device(std::span<const GraphPart> parts) const;
};

/// What a wish names is placed so even where it does not fit: the device says so when the weights arrive there. Sizes of activations are
/// those of `max_tokens` tokens and `max_outputs` rows of logits at once; a weight that two parts share counts once.
[[nodiscard]] Placement place(const Graph& graph, std::span<const GraphPart> parts, const DeviceRoom& room, const PlacementWish& wish,
                              uint32_t max_tokens, uint32_t max_outputs);

/// The weights of the ops that run on the device.
[[nodiscard]] std::vector<Weight> weights_on_device(const Graph& graph, const std::vector<bool>& ops_on_device);

/// "8.2 GB", "430 MB": 10^9 and 10^6 bytes.
[[nodiscard]] std::string bytes_in_words(uint64_t bytes);

}  // namespace soliloquy
