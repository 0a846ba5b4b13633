/// engine/backend/cpu/simd/bytes.h: little-endian numbers at any alignment. Unnamed namespace: one copy per instruction set.
#pragma once

#include <cstddef>
#include <cstdint>

namespace soliloquy {
namespace {

[[nodiscard]] inline uint16_t load_u16(const std::byte* p) noexcept {
    uint16_t v;
    __builtin_memcpy(&v, p, 2);
    return v;
}
[[nodiscard]] inline uint32_t load_u32(const std::byte* p) noexcept {
    uint32_t v;
    __builtin_memcpy(&v, p, 4);
    return v;
}
[[nodiscard]] inline uint64_t load_u64(const std::byte* p) noexcept {
    uint64_t v;
    __builtin_memcpy(&v, p, 8);
    return v;
}

/// The 6-bit scales and minima of a Q4_K or Q5_K block, eight bytes each; `packed` are its 12 bytes.
struct ScaleMinBytes {
    uint64_t scales, minima;
};
[[nodiscard]] inline ScaleMinBytes unpack_scale_min_bytes(const std::byte* packed) noexcept {
    const uint32_t a = load_u32(packed), b = load_u32(packed + 4), c = load_u32(packed + 8);
    const uint32_t scale_low = a & 0x3f3f3f3fu, min_low = b & 0x3f3f3f3fu;
    const uint32_t scale_high = (c & 0x0f0f0f0fu) | ((a >> 6 & 0x03030303u) << 4);
    const uint32_t min_high = (c >> 4 & 0x0f0f0f0fu) | ((b >> 6 & 0x03030303u) << 4);
    return {scale_low | static_cast<uint64_t>(scale_high) << 32, min_low | static_cast<uint64_t>(min_high) << 32};
}

}  // namespace
}  // namespace soliloquy
