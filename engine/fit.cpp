/// engine/fit.cpp: adds up weights, cache and activations from hyperparameters.
#include "engine/fit.h"

#include <algorithm>
#include <charconv>
#include <exception>
#include <new>
#include <utility>
#include <vector>

#include "engine/backend/placement.h"
#include "engine/model/architecture.h"
#include "engine/model/decoder.h"
#include "engine/model/kv_cache.h"

namespace soliloquy {
namespace {

/// Numbers that one token of a batch has in memory while it passes through a layer: the residual stream and its norms, queries, keys,
/// values and their results, the widest feed-forward block, one answer per expert, and a row of logits.
uint64_t activations_per_token(const ModelConfig& c) {
    const uint64_t latent = c.attention == AttentionKind::mla ? uint64_t{c.kv_lora_rank} + c.rope.dimensions : 0;
    const uint64_t heads = uint64_t{c.n_heads} * (2 * uint64_t{c.key_dim} + 2 * uint64_t{c.value_dim} + 2 * latent);
    const uint64_t kv = uint64_t{c.n_kv_heads} * (uint64_t{c.key_dim} + c.value_dim) + c.q_lora_rank + 2 * latent;
    const uint64_t experts = uint64_t{c.n_experts_used} + c.n_shared_experts;
    const uint64_t wide = std::max<uint64_t>(c.ff_dim, experts * c.expert_ff_dim);
    return (6 + c.n_experts_used) * uint64_t{c.dim} + heads + kv + 3 * wide + 2 * uint64_t{c.n_experts} + c.vocabulary_size;
}

/// Bytes of tensors, by where they would go together.
struct TensorSums {
    std::vector<uint64_t> layers, experts;  // by layer
    uint64_t embedding = 0, output = 0;
};

TensorSums sum_tensors(const GgufFile& file, const ModelConfig& config) {
    TensorSums sums;
    sums.layers.resize(config.n_layers);
    sums.experts.resize(config.n_layers);
    for (const GgufTensor& tensor : file.tensors()) {
        uint32_t layer = 0;
        const std::string_view name = tensor.name;
        if (name.starts_with("blk.")) {
            std::from_chars(name.data() + 4, name.data() + name.size(), layer);
            if (layer >= config.n_layers) continue;  // a block for predicting several tokens: not loaded
            (name.find("_exps") != std::string_view::npos ? sums.experts : sums.layers)[layer] += tensor.data.size();
        } else {
            (name == "token_embd.weight" ? sums.embedding : sums.output) += tensor.data.size();
        }
    }
    if (file.find_tensor("output.weight") == nullptr) sums.output += std::exchange(sums.embedding, 0);  // tied: both are one table
    return sums;
}

std::string words_of(const GpuFit& fit, bool whole, uint64_t free_bytes) {
    const std::string of = " of " + bytes_in_words(free_bytes) + " free)";
    if (fit.layers == 0) {
        return "nothing on the GPU: its " + bytes_in_words(free_bytes) + " of free memory are too little for one layer";
    }
    const std::string needed = " (" + bytes_in_words(fit.gpu_bytes) + of;
    if (whole) return "everything on the GPU" + needed;
    if (fit.layers < fit.n_layers) {
        return std::to_string(fit.layers) + " of " + std::to_string(fit.n_layers) + " layers on the GPU, the others on the CPU" + needed;
    }
    if (fit.expert_layers == fit.n_expert_layers) return "everything but the table of embeddings on the GPU" + needed;
    return "experts of " + std::to_string(fit.expert_layers) + " of " + std::to_string(fit.n_expert_layers) + " layers on the GPU, of " +
           std::to_string(fit.n_expert_layers - fit.expert_layers) + " on the CPU, all else on the GPU" + needed;
}

GpuFit place_sums(const TensorSums& sums, const ModelConfig& config, uint32_t context_length, uint64_t free_bytes, uint64_t memory_bytes) {
    GpuFit fit;
    fit.n_layers = config.n_layers;
    const uint64_t cache = KvCache::bytes_per_position(config, DType::f16) / config.n_layers * context_length;
    const uint64_t always =
        sums.output + (activations_per_token(config) - config.vocabulary_size) * uint64_t{kPrefillBatch} * sizeof(float);
    const uint64_t reserve = std::min(usual_reserve(memory_bytes), free_bytes);
    fit.all_bytes = always + sums.embedding;
    for (uint32_t i = 0; i < config.n_layers; ++i) {
        fit.all_bytes += sums.layers[i] + sums.experts[i] + cache;
        fit.n_expert_layers += sums.experts[i] > 0 ? 1 : 0;
    }
    uint64_t used = always;
    const auto take = [&](uint64_t bytes) {
        if (used + bytes > free_bytes - reserve) return false;
        used += bytes;
        return true;
    };
    while (fit.layers < config.n_layers && take(sums.layers[config.n_layers - 1 - fit.layers] + cache)) ++fit.layers;
    for (uint32_t i = config.n_layers; i-- > config.n_layers - fit.layers;) {
        if (sums.experts[i] == 0) continue;
        if (!take(sums.experts[i])) break;
        ++fit.expert_layers;
    }
    const bool whole = fit.layers == config.n_layers && fit.expert_layers == fit.n_expert_layers && take(sums.embedding);
    fit.gpu_bytes = fit.layers > 0 ? used : 0;
    fit.words = words_of(fit, whole, free_bytes);
    return fit;
}

}  // namespace

Result<GpuFit> estimate_gpu_fit(const std::filesystem::path& path, uint32_t context_length, uint64_t free_bytes, uint64_t memory_bytes) {
    try {
        ASSIGN_OR_RETURN(const GgufFile file, GgufFile::open(path));
        const auto config = read_config(file);
        if (!config.ok()) return config.error().within(path.filename().string());
        const uint32_t context = context_length > 0 ? context_length : default_context_length(config->context_length);
        return place_sums(sum_tensors(file, *config), *config, context, free_bytes, memory_bytes);
    } catch (const std::bad_alloc&) {
        return Error{ErrorCode::out_of_memory, "not enough memory to examine " + path.string()};
    } catch (const std::exception& error) {
        return Error{ErrorCode::internal, path.string() + ": " + error.what()};
    }
}

Result<DeviceChoice> foresee_device(const std::filesystem::path& path, const LoadOptions& options) {
    try {
        const DeviceName wanted{options.device, options.which_device};
        if (wanted.device == Device::cpu) return choose_device(wanted, options.threads);
        const DeviceReports known = list_devices(options.threads);
        ASSIGN_OR_RETURN(DeviceChoice choice, choose_device(wanted, known));
        for (const DeviceReport& device : known.devices) {
            if (device.id != choice.id || device.device == Device::cpu) continue;
            ASSIGN_OR_RETURN(const GpuFit fit, estimate_gpu_fit(path, options.context_length, device.free_bytes, device.memory_bytes));
            choice.placement = fit.words;
        }
        return choice;
    } catch (const std::bad_alloc&) {
        return Error{ErrorCode::out_of_memory, "not enough memory to examine " + path.string()};
    }
}

uint32_t default_context_length(uint32_t trained_context_length) noexcept {
    return trained_context_length == 0 ? kLongestDefaultContext : std::min(trained_context_length, kLongestDefaultContext);
}

Result<FitEstimate> estimate_fit(const std::filesystem::path& path) {
    try {
        ASSIGN_OR_RETURN(const GgufFile file, GgufFile::open(path));
        auto config = read_config(file);
        if (!config.ok()) return config.error().within(path.filename().string());
        FitEstimate estimate;
        for (const GgufTensor& tensor : file.tensors()) estimate.weights_bytes += tensor.data.size();
        estimate.kv_bytes_per_position = KvCache::bytes_per_position(*config, DType::f16);
        estimate.scratch_bytes = activations_per_token(*config) * uint64_t{kPrefillBatch} * sizeof(float);
        estimate.trained_context_length = config->context_length;
        return estimate;
    } catch (const std::bad_alloc&) {
        return Error{ErrorCode::out_of_memory, "not enough memory to examine " + path.string()};
    } catch (const std::exception& error) {
        return Error{ErrorCode::internal, path.string() + ": " + error.what()};
    }
}

}  // namespace soliloquy
