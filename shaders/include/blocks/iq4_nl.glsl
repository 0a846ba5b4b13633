// x[k] = d * level[q]        block of 32: half d, 16 bytes of nibbles
#include "shaders/include/blocks/levels_of_16.glsl"
Chunk load_chunk(uint64_t row, uint i) {
    const uint64_t block = row + i / 32 * 18;
    return Chunk(iq4_levels(nibbles_of_32(block + 2, i)), load_half(block), 0.0);
}
