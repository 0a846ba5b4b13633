/// engine/model/architecture.h: the architectures that this program runs: each is a function from the file's metadata to a config.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "engine/model/config.h"

namespace soliloquy {

[[nodiscard]] Result<ModelConfig> read_deepseek(const ConfigReader& reader);
[[nodiscard]] Result<ModelConfig> read_deepseek2(const ConfigReader& reader);
[[nodiscard]] Result<ModelConfig> read_gpt_oss(const ConfigReader& reader);
[[nodiscard]] Result<ModelConfig> read_llama(const ConfigReader& reader);
[[nodiscard]] Result<ModelConfig> read_olmoe(const ConfigReader& reader);
[[nodiscard]] Result<ModelConfig> read_qwen2(const ConfigReader& reader);
[[nodiscard]] Result<ModelConfig> read_qwen3(const ConfigReader& reader);
[[nodiscard]] Result<ModelConfig> read_qwen3moe(const ConfigReader& reader);

struct Architecture {
    std::string_view name;  ///< general.architecture
    Result<ModelConfig> (*read)(const ConfigReader& reader);
};

[[nodiscard]] std::span<const Architecture> architectures() noexcept;

/// The checked config of a file; an unknown architecture is an Error that names it and those that run.
[[nodiscard]] Result<ModelConfig> read_config(const GgufFile& file);

}  // namespace soliloquy
