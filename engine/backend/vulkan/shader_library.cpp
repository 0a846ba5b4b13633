/// engine/backend/vulkan/shader_library.cpp: finds a shader among those that the build embedded, one group per source file.
#include "engine/backend/vulkan/shader_library.h"

#include "groups.inc"

namespace soliloquy::vulkan {

std::vector<EmbeddedShader> all_shaders() {
    std::vector<EmbeddedShader> all;
    for (const auto group : kGroups) {
        const auto shaders = group();
        all.insert(all.end(), shaders.begin(), shaders.end());
    }
    return all;
}

std::span<const uint32_t> find_shader(std::string_view name) noexcept {
    for (const auto group : kGroups) {
        for (const EmbeddedShader& each : group()) {
            if (each.name == name) return each.code;
        }
    }
    return {};
}

}  // namespace soliloquy::vulkan
