/// engine/backend/vulkan/dispatch.h: one dispatch of a compiled plan: which shader, with which parameters, over which grid.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <type_traits>
#include <vector>

#include "engine/backend/backend.h"

namespace soliloquy::vulkan {

/// An address in the memory of the device (VK_KHR_buffer_device_address); 0 = nothing there.
using Address = uint64_t;

/// Names of memory for barriers: the index of a tensor that owns its memory, or a number behind the last of them for scratch.
using Resource = uint32_t;

/// Workgroups. A zero anywhere: nothing to do in this step.
struct Grid {
    uint32_t x = 1, y = 1, z = 1;
    [[nodiscard]] bool empty() const noexcept { return x == 0 || y == 0 || z == 0; }
};

/// What a command buffer is recorded for. What changes without a new recording (position, ids) the shaders read from the step block.
struct StepShape {
    uint32_t tokens = 1, outputs = 1;
    [[nodiscard]] uint32_t rows(Rows of) const noexcept { return of == Rows::per_output ? outputs : tokens; }
    bool operator==(const StepShape&) const = default;
};

struct Dispatch {
    std::string shader;               ///< file in shaders/ without ".comp"; for block types its variant: "matvec_q4_k"
    std::vector<uint32_t> constants;  ///< specialization constants 0, 1, ...; number 0 is the width of the workgroup
    std::vector<std::byte> params;    ///< push constants, at most 128 bytes
    std::function<Grid(const StepShape&)> grid;
    std::vector<Resource> reads = {}, writes = {};
    std::string label = {};  ///< for timings: "attn_q.weight", "attention_mla"
    uint64_t bytes = 0;      ///< of weights that it reads when one token is at work, for GB/s; 0 = not worth telling
};

template <typename Params>
[[nodiscard]] std::vector<std::byte> params_of(const Params& params) {
    static_assert(std::is_trivially_copyable_v<Params> && sizeof(Params) <= 128);
    std::vector<std::byte> bytes(sizeof(Params));
    std::memcpy(bytes.data(), &params, sizeof(Params));
    return bytes;
}

}  // namespace soliloquy::vulkan
