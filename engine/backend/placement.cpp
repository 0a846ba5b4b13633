/// engine/backend/placement.cpp: counts bytes and moves parts to the device while they fit.
#include "engine/backend/placement.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

namespace soliloquy {
namespace {

constexpr uint64_t kMiB = uint64_t{1} << 20;

/// Bytes of memory in use, each counted once however many tensors name it.
class Bytes {
  public:
    void add(const Weight& w) {
        if (!w) return;
        const auto begin = reinterpret_cast<uintptr_t>(w.data);
        ranges_.emplace_back(begin, begin + (w.slices - 1) * w.slice_bytes + w.rows * w.row_bytes);
    }
    void add(uint64_t bytes) { loose_ += bytes; }
    [[nodiscard]] uint64_t total() {
        std::sort(ranges_.begin(), ranges_.end());
        uint64_t sum = loose_;
        uintptr_t seen = 0;
        for (const auto& [begin, end] : ranges_) {
            if (end > seen) sum += end - std::max(begin, seen);
            seen = std::max(seen, end);
        }
        return sum;
    }

  private:
    std::vector<std::pair<uintptr_t, uintptr_t>> ranges_;
    uint64_t loose_ = 0;
};

class Placer {
  public:
    Placer(const Graph& graph, std::span<const GraphPart> parts, uint32_t max_tokens, uint32_t max_outputs)
        : graph_(graph), parts_(parts), on_device_(parts.size()) {
        for (size_t i = 1; i < graph.tensors().size(); ++i) {
            const TensorInfo& info = graph.tensors()[i];
            if (info.role != TensorRole::activation || info.base) continue;
            activations_ += (info.columns + 15) / 16 * 16 * sizeof(float) * (info.rows_of == Rows::per_output ? max_outputs : max_tokens);
        }
        for (const GraphPart& part : parts) n_layers_ = std::max(n_layers_, part.layer + 1);
    }

    [[nodiscard]] uint32_t n_layers() const noexcept { return n_layers_; }

    /// Bytes on the device with the parts that are there now.
    [[nodiscard]] uint64_t bytes() const { return bytes_of(on_device_); }
    [[nodiscard]] uint64_t bytes_of_all() const { return bytes_of(std::vector<bool>(parts_.size(), true)); }

    [[nodiscard]] bool is_there(PartKind kind, uint32_t layer) const {
        for (size_t i = 0; i < parts_.size(); ++i) {
            if (parts_[i].kind == kind && parts_[i].layer == layer) return on_device_[i];
        }
        return false;
    }
    [[nodiscard]] bool has(PartKind kind, uint32_t layer) const {
        return std::any_of(parts_.begin(), parts_.end(), [&](const GraphPart& p) { return p.kind == kind && p.layer == layer; });
    }
    void put(std::span<const PartKind> kinds, uint32_t layer) {
        for (size_t i = 0; i < parts_.size(); ++i) {
            if (parts_[i].layer == layer && std::find(kinds.begin(), kinds.end(), parts_[i].kind) != kinds.end()) on_device_[i] = true;
        }
    }
    /// False, and nothing moved, when more than `most` bytes would be in use.
    bool put_if_it_fits(std::span<const PartKind> kinds, uint32_t layer, uint64_t most) {
        const std::vector<bool> before = on_device_;
        put(kinds, layer);
        if (bytes() <= most) return true;
        on_device_ = before;
        return false;
    }
    [[nodiscard]] const std::vector<bool>& on_device() const noexcept { return on_device_; }

  private:
    [[nodiscard]] uint64_t bytes_of(const std::vector<bool>& parts) const {
        Bytes sum;
        bool any = false;
        for (size_t i = 0; i < parts_.size(); ++i) {
            if (!parts[i]) continue;
            any = true;
            std::vector<Tensor> caches;
            for (size_t op = parts_[i].first; op < parts_[i].end; ++op) {
                for_each_operand(graph_.ops()[op], [&](Tensor t, Access) {
                    const TensorInfo& info = graph_[t];
                    if (info.role == TensorRole::weight) sum.add(info.weight);
                    if (info.role != TensorRole::cache || std::find(caches.begin(), caches.end(), t) != caches.end()) return;
                    caches.push_back(t);
                    sum.add(info.rows * row_bytes(info.type, info.columns));
                });
            }
        }
        if (any) sum.add(activations_);
        return sum.total();
    }

    const Graph& graph_;
    std::span<const GraphPart> parts_;
    std::vector<bool> on_device_;
    uint64_t activations_ = 0;
    uint32_t n_layers_ = 0;
};

constexpr std::array kOfEveryToken = {PartKind::attention, PartKind::feed_forward, PartKind::router, PartKind::shared_experts};
constexpr std::array kExperts = {PartKind::experts};
constexpr std::array kEmbedding = {PartKind::embedding};
constexpr std::array kOutput = {PartKind::output};

/// Layers of `total`, counted from the last, whose attention goes to the device.
uint32_t place_layers(Placer& placer, std::optional<uint32_t> wanted, uint64_t most) {
    const uint32_t total = placer.n_layers();
    const uint32_t at_most = std::min(wanted.value_or(total), total);
    if (at_most == 0) return 0;
    if (wanted) {
        placer.put(kOutput, 0);
    } else if (!placer.put_if_it_fits(kOutput, 0, most)) {
        return 0;
    }
    uint32_t placed = 0;
    while (placed < at_most) {
        const uint32_t layer = total - 1 - placed;
        if (wanted) {
            placer.put(kOfEveryToken, layer);
        } else if (!placer.put_if_it_fits(kOfEveryToken, layer, most)) {
            break;
        }
        ++placed;
    }
    return placed;
}

void place_experts(Placer& placer, uint32_t layers_there, std::optional<uint32_t> cpu_experts, uint64_t most) {
    const uint32_t total = placer.n_layers();
    uint32_t first_with_experts = 0;
    while (first_with_experts < total && !placer.has(PartKind::experts, first_with_experts)) ++first_with_experts;
    for (uint32_t layer = total; layer-- > total - layers_there;) {
        if (!placer.has(PartKind::experts, layer)) continue;
        if (cpu_experts) {
            if (layer >= uint64_t{first_with_experts} + *cpu_experts) placer.put(kExperts, layer);
        } else if (!placer.put_if_it_fits(kExperts, layer, most)) {
            return;
        }
    }
}

std::string numbers_of(uint64_t there, uint64_t all, const DeviceRoom& room) {
    if (there == all) return bytes_in_words(there) + " of its " + bytes_in_words(room.free_bytes) + " free";
    return bytes_in_words(there) + " of the " + bytes_in_words(all) + " that all would need; " + bytes_in_words(room.free_bytes) +
           " are free";
}

std::string describe(const Placer& placer, const Placement& result, const DeviceRoom& room, const PlacementWish& wish) {
    const uint32_t total = placer.n_layers();
    if (!result.uses_device()) {
        if (wish.gpu_layers == 0u) return "nothing on the GPU, as asked";
        return "nothing on the GPU: " + bytes_in_words(room.free_bytes) +
               " of its memory are free, too little for one layer; all would need " + bytes_in_words(result.all_bytes);
    }
    uint32_t with_experts = 0, experts_there = 0;
    for (uint32_t layer = 0; layer < total; ++layer) {
        with_experts += placer.has(PartKind::experts, layer) ? 1 : 0;
        experts_there += placer.is_there(PartKind::experts, layer) ? 1 : 0;
    }
    std::string words;
    if (result.layers_on_device < total) {
        words = std::to_string(result.layers_on_device) + " of " + std::to_string(total) + " layers on the GPU, the others on the CPU";
        if (with_experts > 0) words += "; experts of " + std::to_string(experts_there) + " layers on the GPU";
    } else if (experts_there < with_experts) {
        words = "experts of " + std::to_string(experts_there) + " of " + std::to_string(with_experts) + " layers on the GPU, of " +
                std::to_string(with_experts - experts_there) + " on the CPU, all else on the GPU";
    } else {
        words = result.is_whole() ? "everything on the GPU" : "everything but the table of embeddings on the GPU";
    }
    return words + " (" + numbers_of(result.device_bytes, result.all_bytes, room) + ")";
}

}  // namespace

uint64_t usual_reserve(uint64_t memory_bytes) noexcept { return std::clamp(memory_bytes / 10, 128 * kMiB, 1024 * kMiB); }

bool Placement::uses_device() const noexcept { return std::find(on_device.begin(), on_device.end(), true) != on_device.end(); }

bool Placement::is_whole() const noexcept { return std::find(on_device.begin(), on_device.end(), false) == on_device.end(); }

std::vector<bool> Placement::ops_on_device(std::span<const GraphPart> parts) const {
    std::vector<bool> ops(parts.empty() ? 0 : parts.back().end);
    for (size_t i = 0; i < parts.size(); ++i) {
        for (size_t op = parts[i].first; op < parts[i].end; ++op) ops[op] = on_device[i];
    }
    return ops;
}

Placement place(const Graph& graph, std::span<const GraphPart> parts, const DeviceRoom& room, const PlacementWish& wish,
                uint32_t max_tokens, uint32_t max_outputs) {
    Placer placer(graph, parts, max_tokens, max_outputs);
    const uint64_t most = room.free_bytes - std::min(room.reserve_bytes, room.free_bytes);
    Placement result;
    result.all_bytes = placer.bytes_of_all();
    result.layers_on_device = place_layers(placer, wish.gpu_layers, most);
    place_experts(placer, result.layers_on_device, wish.cpu_experts, most);
    if (result.layers_on_device == placer.n_layers()) (void)placer.put_if_it_fits(kEmbedding, 0, most);
    if (result.layers_on_device == 0) {
        result.on_device.assign(parts.size(), false);  // the output layer alone is not worth the way there
    } else {
        result.device_bytes = placer.bytes();
        result.on_device = placer.on_device();
    }
    result.words = describe(placer, result, room, wish);
    return result;
}

std::vector<Weight> weights_on_device(const Graph& graph, const std::vector<bool>& ops_on_device) {
    std::vector<Weight> weights;
    for (size_t i = 0; i < ops_on_device.size(); ++i) {
        if (!ops_on_device[i]) continue;
        for_each_operand(graph.ops()[i], [&](Tensor t, Access) {
            if (graph[t].role == TensorRole::weight) weights.push_back(graph[t].weight);
        });
    }
    return weights;
}

std::string bytes_in_words(uint64_t bytes) {
    std::array<char, 32> text{};
    if (bytes >= 1'000'000'000) {
        std::snprintf(text.data(), text.size(), "%.1f GB", static_cast<double>(bytes) / 1e9);
    } else if (bytes >= 10'000'000) {
        std::snprintf(text.data(), text.size(), "%.0f MB", static_cast<double>(bytes) / 1e6);
    } else {
        std::snprintf(text.data(), text.size(), "%.1f MB", static_cast<double>(bytes) / 1e6);
    }
    return text.data();
}

}  // namespace soliloquy
