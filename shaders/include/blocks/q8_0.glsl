// x[k] = d * q        block of 32: half d, 32 signed bytes
Chunk load_chunk(uint64_t row, uint i) {
    const uint64_t block = row + i / 32 * 34;
    return Chunk(load_bytes8(block + 2 + i % 32), load_half(block), 0.0);
}
