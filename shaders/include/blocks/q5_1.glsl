// x[k] = d * (q + 16 * bit k of qh) + m        block of 32: halves d, m, 32 fifth bits, 16 bytes of nibbles
#define BLOCK_HAS_BASE
Chunk load_chunk(uint64_t row, uint i) {
    const uint64_t block = row + i / 32 * 24;
    const vec2 dm = unpackHalf2x16(load_u32(block));
    const uint fifth = load_u8(block + 4 + (i / 8 & 3));
    return Chunk(nibbles_of_32(block + 8, i) | bits_to_bytes(fifth) << 4, dm.x, dm.y);
}
