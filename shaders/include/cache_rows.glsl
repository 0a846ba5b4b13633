// shaders/include/cache_rows.glsl: numbers of a KV cache, whatever their type.
#ifndef CACHE_ROWS_GLSL
#define CACHE_ROWS_GLSL
#include "shaders/include/float16.glsl"

const uint kCacheF32 = 0, kCacheF16 = 1;

layout(buffer_reference, scalar, buffer_reference_align = 8) readonly buffer HalfQuads { uvec2 at[]; };
layout(buffer_reference, scalar, buffer_reference_align = 4) readonly buffer HalfPairs { uint at[]; };
layout(buffer_reference, scalar, buffer_reference_align = 16) readonly buffer FloatQuads { vec4 at[]; };
layout(buffer_reference, scalar, buffer_reference_align = 8) readonly buffer FloatPairs { vec2 at[]; };

uint64_t bytes_of(uint type, uint64_t numbers) { return type == kCacheF16 ? 2 * numbers : 4 * numbers; }

float cache_number(uint type, uint64_t row, uint i) {
    if (type == kCacheF16) return unpackHalf2x16(uint(Halves(row).at[i])).x;
    return Floats(row).at[i];
}

// Numbers 2 i and 2 i + 1 of a row that begins at a multiple of two numbers.
vec2 cache_pair(uint type, uint64_t row, uint i) {
    if (type == kCacheF16) return unpackHalf2x16(HalfPairs(row).at[i]);
    return FloatPairs(row).at[i];
}

// Numbers 4 i to 4 i + 3 of a row that begins at a multiple of four numbers.
vec4 cache_quad(uint type, uint64_t row, uint i) {
    if (type == kCacheF16) {
        const uvec2 halves = HalfQuads(row).at[i];
        return vec4(unpackHalf2x16(halves.x), unpackHalf2x16(halves.y));
    }
    return FloatQuads(row).at[i];
}

void store_in_cache(uint type, uint64_t row, uint i, float number) {
    if (type == kCacheF16) {
        Halves(row).at[i] = half_bits(number);
    } else {
        Floats(row).at[i] = number;
    }
}
#endif
