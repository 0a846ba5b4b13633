// x[k] = d * (q + 16 * bit k of qh - 16)        block of 32: half d, 32 fifth bits, 16 bytes of nibbles
#define BLOCK_HAS_BASE
Chunk load_chunk(uint64_t row, uint i) {
    const uint64_t block = row + i / 32 * 22;
    const float d = load_half(block);
    const uint fifth = load_u8(block + 2 + (i / 8 & 3));
    return Chunk(nibbles_of_32(block + 6, i) | bits_to_bytes(fifth) << 4, d, -16.0 * d);
}
