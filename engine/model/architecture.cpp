/// engine/model/architecture.cpp: the table of architectures.
#include "engine/model/architecture.h"

namespace soliloquy {
namespace {

constexpr Architecture kArchitectures[] = {
    {"deepseek", read_deepseek}, {"deepseek2", read_deepseek2}, {"gpt-oss", read_gpt_oss}, {"llama", read_llama},
    {"olmoe", read_olmoe},       {"qwen2", read_qwen2},         {"qwen3", read_qwen3},     {"qwen3moe", read_qwen3moe},
};

}  // namespace

std::span<const Architecture> architectures() noexcept { return kArchitectures; }

Result<ModelConfig> read_config(const GgufFile& file) {
    ASSIGN_OR_RETURN(const std::string_view name, file.get_string("general.architecture"));
    std::string known;
    for (const Architecture& each : architectures()) {
        if (each.name != name) {
            known += (known.empty() ? "" : ", ") + std::string(each.name);
            continue;
        }
        ASSIGN_OR_RETURN(ModelConfig config, each.read(ConfigReader(file, name)));
        RETURN_IF_ERROR(check_config(config));
        return config;
    }
    return Error{ErrorCode::unsupported,
                 "general.architecture: this program does not run '" + std::string(name.substr(0, 64)) + "'; it runs " + known};
}

}  // namespace soliloquy
