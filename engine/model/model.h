/// engine/model/model.h: a loaded model from the inside: what a decoder needs of it.
#pragma once

#include "engine/model/decoder.h"
#include "engine/model/weights.h"

namespace soliloquy {

class LoadedModel final : public Model {
  public:
    LoadedModel(std::shared_ptr<const GgufFile> file, ModelConfig config, ModelWeights weights, bool exact)
        : file_(std::move(file)), config_(std::move(config)), weights_(std::move(weights)), exact_(exact) {}

    [[nodiscard]] uint32_t vocabulary_size() const noexcept override { return config_.vocabulary_size; }
    [[nodiscard]] uint32_t trained_context_length() const noexcept override { return config_.context_length; }
    [[nodiscard]] uint64_t parameters() const noexcept override;
    [[nodiscard]] uint64_t active_parameters() const noexcept override;
    [[nodiscard]] uint64_t weight_bytes_per_token() const noexcept override;
    [[nodiscard]] uint64_t kv_bytes_per_position() const noexcept override;

    [[nodiscard]] const ModelConfig& config() const noexcept { return config_; }
    [[nodiscard]] const ModelWeights& weights() const noexcept { return weights_; }
    [[nodiscard]] bool exact() const noexcept { return exact_; }
    [[nodiscard]] DType cache_type() const noexcept { return exact_ ? DType::f32 : DType::f16; }

  private:
    std::shared_ptr<const GgufFile> file_;
    ModelConfig config_;
    ModelWeights weights_;
    bool exact_;
};

}  // namespace soliloquy
