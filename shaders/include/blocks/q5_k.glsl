// x[k] = d * scale(k / 32) * (q + 16 * bit k / 32 of qh[k % 32]) - dmin * min(k / 32)
// block of 256: halves d, dmin, 12 bytes of scales, 32 bytes of fifth bits, 128 bytes of nibbles
#define BLOCK_HAS_BASE
#include "shaders/include/blocks/k_scale_min.glsl"
Chunk load_chunk(uint64_t row, uint i) {
    const uint64_t block = row + i / 256 * 176;
    const uint j = i / 32 % 8;
    const vec2 step = k_scale_min(Words4(block).at[0], j);
    const uvec2 q = Words2(block + 48 + 32 * (j / 2) + i % 32).at[0] >> 4 * (j & 1) & 0x0f0f0f0fu;
    const uvec2 fifth = Words2(block + 16 + i % 32).at[0] >> j & 0x01010101u;
    return Chunk(q | fifth << 4, step.x, step.y);
}
