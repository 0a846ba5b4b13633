// x = d * (1 + 2 * scale) * (value +- 1/8), value -1, 0 or 1
// block of 256: half d, per 8 numbers a byte of index; then per 32 numbers 16 bits: four times 3 more bits of index, 3 of scale, the sign of 1/8
#define BLOCK_HAS_CODEBOOK
#define BLOCK_HAS_BASE
Chunk load_chunk(uint64_t row, uint i) {
    const uint64_t block = row + i / 256 * 50;
    const uint g = i / 8 % 32;
    const uint qh = load_u16(block + 34 + 2 * (g / 4));
    const uint index = load_u8(block + 2 + g) | (qh >> 3 * (g % 4) & 7) << 8;
    const float scale = load_half(block) * float(1 + 2 * (qh >> 12 & 7));
    return Chunk(Words2(codebook_address()).at[index], scale, qh >= 0x8000u ? -0.125 * scale : 0.125 * scale);
}
