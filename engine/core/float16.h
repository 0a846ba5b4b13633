/// engine/core/float16.h: conversions between F32 and the two 16-bit floating point formats, without tables or instructions
/// of one processor. Both directions are exact where exact is possible and round to nearest, ties to even, elsewhere.
///   F16  (IEEE 754 binary16): 1 sign, 5 exponent (bias 15),  10 mantissa bits
///   BF16 (upper half of F32): 1 sign, 8 exponent (bias 127),  7 mantissa bits
#pragma once

#include <bit>
#include <cstdint>

namespace soliloquy {

/// Every F16 value is an F32 value. Written as selects, so that a loop over it becomes vector code.
[[nodiscard]] constexpr float f16_to_f32(uint16_t half) noexcept {
    const uint32_t sign = static_cast<uint32_t>(half & 0x8000u) << 16;
    const uint32_t magnitude = half & 0x7fffu;
    const uint32_t subnormal = std::bit_cast<uint32_t>(static_cast<float>(magnitude) * 0x1p-24f);
    const uint32_t normal = (magnitude << 13) + (112u << 23);
    const uint32_t infinite_or_nan = (magnitude << 13) | 0x7f800000u;
    const uint32_t bits = magnitude < 0x0400u ? subnormal : magnitude < 0x7c00u ? normal : infinite_or_nan;
    return std::bit_cast<float>(sign | bits);
}

/// Beyond +-65504 the nearest value may be an infinity; a NaN stays a (quiet) NaN.
[[nodiscard]] constexpr uint16_t f32_to_f16(float value) noexcept {
    const uint32_t bits = std::bit_cast<uint32_t>(value);
    const uint32_t sign = (bits >> 16) & 0x8000u;
    const uint32_t magnitude = bits & 0x7fffffffu;
    if (magnitude > 0x7f800000u) return static_cast<uint16_t>(sign | 0x7e00u | ((magnitude >> 13) & 0x01ffu));
    if (magnitude >= 0x47800000u) return static_cast<uint16_t>(sign | 0x7c00u);  // 2^16 and more
    if (magnitude < 0x38800000u) {
        // Below 2^-14 the result counts units of 2^-24, which is the unit in the last place of 0.5.
        const float shifted = std::bit_cast<float>(magnitude) + 0.5f;
        return static_cast<uint16_t>(sign | (std::bit_cast<uint32_t>(shifted) - std::bit_cast<uint32_t>(0.5f)));
    }
    const uint32_t rounded = magnitude + 0x0fffu + ((magnitude >> 13) & 1u);
    return static_cast<uint16_t>(sign | ((rounded - (112u << 23)) >> 13));
}

[[nodiscard]] constexpr float bf16_to_f32(uint16_t brain) noexcept { return std::bit_cast<float>(static_cast<uint32_t>(brain) << 16); }

[[nodiscard]] constexpr uint16_t f32_to_bf16(float value) noexcept {
    const uint32_t bits = std::bit_cast<uint32_t>(value);
    if ((bits & 0x7fffffffu) > 0x7f800000u) return static_cast<uint16_t>((bits >> 16) | 0x0040u);
    return static_cast<uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}

}  // namespace soliloquy
