// x[k] = d * (q - 8)        block of 32: half d, 16 bytes of nibbles
#define BLOCK_HAS_BASE
Chunk load_chunk(uint64_t row, uint i) {
    const uint64_t block = row + i / 32 * 18;
    const float d = load_half(block);
    return Chunk(nibbles_of_32(block + 2, i), d, -8.0 * d);
}
