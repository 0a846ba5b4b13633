/// engine/model/rope.h: the frequencies by which a model's positions rotate, with context extension.
#pragma once

#include <memory>
#include <span>

#include "engine/model/config.h"

namespace soliloquy {

/// f_i = base^(-2i/n), divided by `factors` (rope_freqs.weight; may be empty), stretched as the config says.
[[nodiscard]] std::shared_ptr<const RopeTable> make_rope_table(const RopeConfig& config, std::span<const float> factors);

/// What DeepSeek's YaRN multiplies the attention scale by: (1 + 0.1 m ln s)^2; 1 without it.
[[nodiscard]] double yarn_attention_scale(const RopeConfig& config);

}  // namespace soliloquy
