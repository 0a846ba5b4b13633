// x[k] = d * scale(k / 32) * q - dmin * min(k / 32)        block of 256: halves d, dmin, 12 bytes of scales, 128 bytes of nibbles
#define BLOCK_HAS_BASE
#include "shaders/include/blocks/k_scale_min.glsl"
Chunk load_chunk(uint64_t row, uint i) {
    const uint64_t block = row + i / 256 * 144;
    const uint j = i / 32 % 8;
    const vec2 step = k_scale_min(Words4(block).at[0], j);
    const uvec2 q = Words2(block + 16 + 32 * (j / 2) + i % 32).at[0] >> 4 * (j & 1) & 0x0f0f0f0fu;
    return Chunk(q, step.x, step.y);
}
