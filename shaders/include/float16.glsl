// shaders/include/float16.glsl: F32 to F16, rounded to nearest even as the host rounds; packHalf2x16 may round as the device likes.
#ifndef FLOAT16_GLSL
#define FLOAT16_GLSL
#include "shaders/include/memory.glsl"

// value, counted in units of 2^-24 and rounded to nearest even: F16 numbers below 2^-14. In integers, because devices may flush.
uint subnormal_half(uint magnitude) {
    const uint exponent = magnitude >> 23;  // at most 112
    if (exponent < 102) return 0u;          // below 2^-25
    const uint shift = 126 - exponent;      // 14..24
    const uint mantissa = (magnitude & 0x7fffffu) | 0x800000u;
    const uint kept = mantissa >> shift, rest = mantissa & ((1u << shift) - 1u), half_way = 1u << (shift - 1);
    return kept + (rest > half_way || (rest == half_way && (kept & 1u) != 0u) ? 1u : 0u);
}

uint16_t half_bits(float value) {
    const uint bits = floatBitsToUint(value);
    const uint sign = (bits >> 16) & 0x8000u, magnitude = bits & 0x7fffffffu;
    uint result;
    if (magnitude > 0x7f800000u) {
        result = 0x7e00u | ((magnitude >> 13) & 0x01ffu);
    } else if (magnitude >= 0x47800000u) {
        result = 0x7c00u;
    } else if (magnitude < 0x38800000u) {
        result = subnormal_half(magnitude);
    } else {
        result = (magnitude + 0x0fffu + ((magnitude >> 13) & 1u) - (112u << 23)) >> 13;
    }
    return uint16_t(sign | result);
}
#endif
