/// engine/ops/rope.h: rotates pairs of numbers by an angle that grows with the position (Su et al. 2021, equation 15).
///   (a, b) -> (a cos p f_i - b sin p f_i, a sin p f_i + b cos p f_i) * magnitude        p = position of the token, f_i = frequencies[i]
/// x : F32 [tokens, n * head_dim], in place; each head's numbers [offset, offset + 2 * n_frequencies) are rotated.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/ops/tensor.h"

namespace soliloquy {

enum class RopePairs : uint8_t {
    interleaved,  ///< (0, 1), (2, 3), ...
    halves,       ///< (0, n), (1, n + 1), ...
};

/// Shared by all rotations of a model, so that a backend needs their sines once per step.
struct RopeTable {
    std::vector<float> frequencies;  ///< radians per position
    float magnitude = 1.0f;          ///< YaRN's attention factor; 1 without it
};

struct Rope {
    static constexpr std::string_view name = "rope";
    static constexpr double max_nmse = 1e-10;
    Tensor x;
    std::shared_ptr<const RopeTable> table;
    RopePairs pairs = RopePairs::interleaved;
    uint32_t head_dim = 0;
    uint32_t offset = 0;
};

}  // namespace soliloquy
