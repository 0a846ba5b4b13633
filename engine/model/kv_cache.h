/// engine/model/kv_cache.h: what a timeline remembers of its positions: latent rows (MLA), or keys and values (GQA).
#pragma once

#include <vector>

#include "engine/backend/memory.h"
#include "engine/model/config.h"

namespace soliloquy {

class KvCache {
  public:
    /// F16, F32 or Q8_0, whose heads are multiples of 32 numbers. The memory is asked for at once and becomes real page by page as
    /// positions are written. Layers for which `elsewhere` is true (none beyond its end) get no memory: their device keeps it.
    static Result<KvCache> create(const ModelConfig& config, uint32_t context_length, DType type, const std::vector<bool>& elsewhere = {});

    struct Layer {
        std::byte* keys = nullptr;    ///< [context, key_columns]; for MLA the latent and the rotated key
        std::byte* values = nullptr;  ///< [context, value_columns]; for MLA none: the values are in the latent
    };
    [[nodiscard]] const Layer& layer(uint32_t i) const noexcept { return layers_[i]; }
    [[nodiscard]] DType type() const noexcept { return type_; }
    [[nodiscard]] uint32_t context_length() const noexcept { return context_length_; }

    [[nodiscard]] static uint64_t key_columns(const ModelConfig& config) noexcept;
    [[nodiscard]] static uint64_t value_columns(const ModelConfig& config) noexcept;
    [[nodiscard]] static uint64_t bytes_per_position(const ModelConfig& config, DType type) noexcept;

  private:
    std::vector<Memory> memory_;  // one block per layer
    std::vector<Layer> layers_;
    DType type_ = DType::f16;
    uint32_t context_length_ = 0;
};

}  // namespace soliloquy
