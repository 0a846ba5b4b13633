/// engine/fit.h: how much memory a model file will need, known from its header alone.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "engine/core/result.h"
#include "engine/engine.h"

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

/// How much of a model a GPU would take, in the order of preference of engine/backend/placement.h.
struct GpuFit {
    uint32_t layers = 0, n_layers = 0;                ///< whose attention would be there, of how many
    uint32_t expert_layers = 0, n_expert_layers = 0;  ///< whose experts would be there, of how many that have any
    uint64_t gpu_bytes = 0;                           ///< of weights, cache and activations there
    uint64_t all_bytes = 0;                           ///< that everything would need there
    std::string words;                                ///< "everything on the GPU (...)", "experts of 24 of 27 layers on the GPU, ..."
};
/// `free_bytes` of `memory_bytes` of the GPU's memory are free. From the header of the file: weights and cache as loading counts them,
/// activations up to twice as many, so that less may be foreseen there than goes there, never more.
[[nodiscard]] Result<GpuFit> estimate_gpu_fit(const std::filesystem::path& path, uint32_t context_length, uint64_t free_bytes,
                                              uint64_t memory_bytes);

/// Where open_engine() would put a file, foreseen from its header: the choice of a device, with the placement where that is a GPU. Asks the
/// drivers, as list_devices() does.
[[nodiscard]] Result<DeviceChoice> foresee_device(const std::filesystem::path& path, const LoadOptions& options);

/// The context that open_engine() gives a model when none is asked for: its own, at most 32,768.
[[nodiscard]] uint32_t default_context_length(uint32_t trained_context_length) noexcept;

}  // namespace soliloquy
