/// engine/fit.h: how much memory a model file will need, known from its header alone.
#pragma once

#include <cstdint>
#include <filesystem>

#include "engine/core/result.h"

namespace soliloquy {

/// Bytes that a loaded model and one timeline of it occupy. Weights stay in the mapped file and count as memory all the same: a model whose
/// weights are not resident reads them from the disk for every token.
struct FitEstimate {
    uint64_t weights_bytes = 0;          ///< of all tensors
    uint64_t kv_bytes_per_position = 0;  ///< 2-byte numbers: layers * (latent + rope) for MLA, layers * kv heads * (key + value) for GQA
    uint64_t scratch_bytes = 0;          ///< activations of one prefill batch, logits included; within a factor of two
    uint32_t trained_context_length = 0;

    [[nodiscard]] uint64_t kv_bytes(uint32_t context_length) const noexcept { return kv_bytes_per_position * context_length; }
    [[nodiscard]] uint64_t total_bytes(uint32_t context_length) const noexcept {
        return weights_bytes + kv_bytes(context_length) + scratch_bytes;
    }
};

/// Reads metadata and tensor records of all parts of the file, no weights. The Error of a file that is no model this program runs names
/// what is missing.
[[nodiscard]] Result<FitEstimate> estimate_fit(const std::filesystem::path& path);

/// The context that open_engine() gives a model when none is asked for: its own, at most 32,768.
[[nodiscard]] uint32_t default_context_length(uint32_t trained_context_length) noexcept;

}  // namespace soliloquy
