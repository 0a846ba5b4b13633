// shaders/include/cache_rows.glsl: numbers of a KV cache, whatever their type.
#ifndef CACHE_ROWS_GLSL
#define CACHE_ROWS_GLSL
#include "shaders/include/float16.glsl"

const uint kCacheF32 = 0, kCacheF16 = 1, kCacheQ8 = 2;  // Q8_0: blocks of 32 numbers, an F16 scale d and signed bytes q; x = d q
const uint kQ8Bytes = 34;

layout(buffer_reference, scalar, buffer_reference_align = 8) readonly buffer HalfQuads { uvec2 at[]; };
layout(buffer_reference, scalar, buffer_reference_align = 4) readonly buffer HalfPairs { uint at[]; };
layout(buffer_reference, scalar, buffer_reference_align = 16) readonly buffer FloatQuads { vec4 at[]; };
layout(buffer_reference, scalar, buffer_reference_align = 8) readonly buffer FloatPairs { vec2 at[]; };

uint64_t bytes_of(uint type, uint64_t numbers) {
    if (type == kCacheQ8) return numbers / 32 * kQ8Bytes;
    return type == kCacheF16 ? 2 * numbers : 4 * numbers;
}

// Numbers 2 i and 2 i + 1 of a row of Q8_0, without the scale of their block.
vec2 q8_pair(uint64_t block, uint i) {
    const int bytes = int(Halves(block + 2).at[i]);
    return vec2(bitfieldExtract(bytes, 0, 8), bitfieldExtract(bytes, 8, 8));
}
float q8_scale(uint64_t block) { return unpackHalf2x16(uint(Halves(block).at[0])).x; }

float cache_number(uint type, uint64_t row, uint i) {
    if (type == kCacheQ8) {
        const uint64_t block = row + i / 32 * kQ8Bytes;
        return q8_scale(block) * q8_pair(block, i % 32 / 2)[i % 2];
    }
    if (type == kCacheF16) return unpackHalf2x16(uint(Halves(row).at[i])).x;
    return Floats(row).at[i];
}

// Numbers 2 i and 2 i + 1 of a row that begins at a multiple of two numbers.
vec2 cache_pair(uint type, uint64_t row, uint i) {
    if (type == kCacheQ8) {
        const uint64_t block = row + i / 16 * kQ8Bytes;
        return q8_scale(block) * q8_pair(block, i % 16);
    }
    if (type == kCacheF16) return unpackHalf2x16(HalfPairs(row).at[i]);
    return FloatPairs(row).at[i];
}

// Numbers 4 i to 4 i + 3 of a row that begins at a multiple of four numbers.
vec4 cache_quad(uint type, uint64_t row, uint i) {
    if (type == kCacheQ8) {
        const uint64_t block = row + i / 8 * kQ8Bytes;
        return q8_scale(block) * vec4(q8_pair(block, i % 8 * 2), q8_pair(block, i % 8 * 2 + 1));
    }
    if (type == kCacheF16) {
        const uvec2 halves = HalfQuads(row).at[i];
        return vec4(unpackHalf2x16(halves.x), unpackHalf2x16(halves.y));
    }
    return FloatQuads(row).at[i];
}

// Block `b` of a row of Q8_0: d = max |x| / 127, q = x / d rounded.
void store_q8_block(uint64_t row, uint b, float x[32]) {
    float peak = 0.0;
    for (uint i = 0; i < 32; ++i) peak = max(peak, abs(x[i]));
    const float d = peak / 127.0, inverse = d > 0.0 ? 1.0 / d : 0.0;
    const uint64_t block = row + b * kQ8Bytes;
    Halves(block).at[0] = half_bits(d);
    for (uint i = 0; i < 16; ++i) {
        const ivec2 q = ivec2(clamp(roundEven(vec2(x[2 * i], x[2 * i + 1]) * inverse), -127.0, 127.0));
        Halves(block + 2).at[i] = uint16_t((q.x & 255) | (q.y & 255) << 8);
    }
}

// Numbers of the other types.
void store_in_cache(uint type, uint64_t row, uint i, float number) {
    if (type == kCacheF16) {
        Halves(row).at[i] = half_bits(number);
    } else {
        Floats(row).at[i] = number;
    }
}
#endif
