/// engine/backend/vulkan/shader_library.h: the compiled shaders, which are part of the program.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace soliloquy::vulkan {

struct EmbeddedShader {
    std::string_view name;
    std::span<const uint32_t> code;  ///< SPIR-V
};

[[nodiscard]] std::vector<EmbeddedShader> all_shaders();

/// The SPIR-V of shaders/<name>.comp, or of a variant "<file>_<variant>"; empty when there is none.
[[nodiscard]] std::span<const uint32_t> find_shader(std::string_view name) noexcept;

}  // namespace soliloquy::vulkan
