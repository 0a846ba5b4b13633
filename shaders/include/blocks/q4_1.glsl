// x[k] = d * q + m        block of 32: halves d, m, 16 bytes of nibbles
#define BLOCK_HAS_BASE
Chunk load_chunk(uint64_t row, uint i) {
    const uint64_t block = row + i / 32 * 20;
    const vec2 dm = unpackHalf2x16(load_u32(block));
    return Chunk(nibbles_of_32(block + 4, i), dm.x, dm.y);
}
