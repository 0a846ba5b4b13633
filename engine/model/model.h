/// engine/model/model.h: a loaded model from the inside: what a decoder needs of it.
#pragma once

#include "engine/model/decoder.h"
#include "engine/model/weights.h"

namespace soliloquy {

class BoundModel final : public Model {
  public:
    BoundModel(std::shared_ptr<const GgufFile> file, ModelConfig config, ModelWeights weights, bool exact)
        : file_(std::move(file)), config_(std::move(config)), weights_(std::move(weights)), exact_(exact) {}
    /// Decides what goes to the device and copies it there. A device that has room for nothing is not used.
    Status use_device(const ModelDevice& device, const std::function<bool(float)>& progress);

    [[nodiscard]] uint32_t vocabulary_size() const noexcept override { return config_.vocabulary_size; }
    [[nodiscard]] uint32_t trained_context_length() const noexcept override { return config_.context_length; }
    [[nodiscard]] uint64_t parameters() const noexcept override;
    [[nodiscard]] uint64_t active_parameters() const noexcept override;
    [[nodiscard]] uint64_t weight_bytes_per_token() const noexcept override;
    [[nodiscard]] uint64_t kv_bytes_per_position() const noexcept override;

    [[nodiscard]] const Placement& placement() const noexcept override { return placement_; }

    [[nodiscard]] const std::shared_ptr<Accelerator>& accelerator() const noexcept { return accelerator_; }
    [[nodiscard]] const std::shared_ptr<const DeviceWeights>& device_weights() const noexcept { return device_weights_; }
    /// By layer.
    [[nodiscard]] const std::vector<bool>& caches_on_device() const noexcept { return caches_on_device_; }
    [[nodiscard]] const ModelConfig& config() const noexcept { return config_; }
    [[nodiscard]] const ModelWeights& weights() const noexcept { return weights_; }
    [[nodiscard]] bool exact() const noexcept { return exact_; }
    [[nodiscard]] DType cache_type() const noexcept { return exact_ ? DType::f32 : DType::f16; }

  private:
    std::shared_ptr<const GgufFile> file_;
    ModelConfig config_;
    ModelWeights weights_;
    bool exact_;
    Placement placement_;
    std::vector<bool> caches_on_device_;
    std::shared_ptr<Accelerator> accelerator_;  // nullptr: the CPU alone
    std::shared_ptr<const DeviceWeights> device_weights_;
};

/// Rows of logits that a device makes at once: more are made in turns, so that a large vocabulary does not fill its memory.
[[nodiscard]] constexpr uint32_t device_outputs(uint32_t max_batch) noexcept { return max_batch < 16 ? max_batch : 16; }

}  // namespace soliloquy
