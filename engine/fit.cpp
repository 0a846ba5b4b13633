/// engine/fit.cpp: adds up weights, cache and activations from hyperparameters.
#include "engine/fit.h"

#include <algorithm>
#include <exception>
#include <new>

#include "engine/model/architecture.h"
#include "engine/model/decoder.h"
#include "engine/model/kv_cache.h"

namespace soliloquy {
namespace {

constexpr uint64_t kPrefillBatch = 256;  // tokens of one pass, see session.cpp

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

}  // namespace

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
        estimate.scratch_bytes = activations_per_token(*config) * kPrefillBatch * sizeof(float);
        estimate.trained_context_length = config->context_length;
        return estimate;
    } catch (const std::bad_alloc&) {
        return Error{ErrorCode::out_of_memory, "not enough memory to examine " + path.string()};
    } catch (const std::exception& error) {
        return Error{ErrorCode::internal, path.string() + ": " + error.what()};
    }
}

}  // namespace soliloquy
