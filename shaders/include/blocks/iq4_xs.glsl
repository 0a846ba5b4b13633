// x[k] = d * (scale(k / 32) - 32) * level[q]
// block of 256: half d, 16 bits of high parts of scales, 4 bytes of their low nibbles, 128 bytes of nibbles in blocks of 32
#include "shaders/include/blocks/levels_of_16.glsl"
Chunk load_chunk(uint64_t row, uint i) {
    const uint64_t block = row + i / 256 * 136;
    const uint j = i / 32 % 8;
    const uvec2 head = Words2(block).at[0];
    const uint scale = (head.y >> 4 * j & 15) | (head.x >> (16 + 2 * j) & 3) << 4;
    const float d = unpackHalf2x16(head.x).x;
    return Chunk(iq4_levels(nibbles_of_32(block + 8 + 16 * j, i)), d * float(int(scale) - 32), 0.0);
}
