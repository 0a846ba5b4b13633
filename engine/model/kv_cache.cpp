/// engine/model/kv_cache.cpp: one block of memory per layer, keys first.
#include "engine/model/kv_cache.h"

namespace soliloquy {

uint64_t KvCache::key_columns(const ModelConfig& config) noexcept {
    if (config.attention == AttentionKind::mla) return uint64_t{config.kv_lora_rank} + config.rope.dimensions;
    return uint64_t{config.n_kv_heads} * config.key_dim;
}

uint64_t KvCache::value_columns(const ModelConfig& config) noexcept {
    return config.attention == AttentionKind::mla ? 0 : uint64_t{config.n_kv_heads} * config.value_dim;
}

uint64_t KvCache::bytes_per_position(const ModelConfig& config, DType type) noexcept {
    return (row_bytes(type, key_columns(config)) + row_bytes(type, value_columns(config))) * config.n_layers;
}

Result<KvCache> KvCache::create(const ModelConfig& config, uint32_t context_length, DType type, const std::vector<bool>& elsewhere) {
    KvCache cache;
    cache.type_ = type;
    cache.context_length_ = context_length;
    const uint64_t key_bytes = row_bytes(type, key_columns(config)) * context_length;  // below 2^24 * 2^12 * 2^2 * 2^24
    const uint64_t value_bytes = row_bytes(type, value_columns(config)) * context_length;
    for (uint32_t i = 0; i < config.n_layers; ++i) {
        if (i < elsewhere.size() && elsewhere[i]) {
            cache.layers_.emplace_back();
            continue;
        }
        ASSIGN_OR_RETURN(auto block, Memory::allocate(key_bytes + value_bytes, "KV cache of " + std::to_string(context_length) +
                                                                                   " positions, layer " + std::to_string(i)));
        cache.layers_.push_back({block.data(), value_bytes > 0 ? block.data() + key_bytes : nullptr});
        cache.memory_.push_back(std::move(block));
    }
    return cache;
}

}  // namespace soliloquy
