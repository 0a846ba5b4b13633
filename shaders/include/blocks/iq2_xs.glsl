// x = d * (0.5 + scale) / 4 * magnitude * sign        block of 256: half d, per 8 numbers 9 bits of index and 7 of signs, 16 nibbles of scales
#define BLOCK_HAS_CODEBOOK
Chunk load_chunk(uint64_t row, uint i) {
    const uint64_t block = row + i / 256 * 74;
    const uint g = i / 8 % 32;
    const uint code = load_u16(block + 2 + 2 * g);
    const uint level = load_u8(block + 66 + g / 4) >> 4 * (g / 2 % 2) & 15;
    const uvec2 group = Words2(codebook_address()).at[code & 511];
    return Chunk(with_signs(group, eighth_sign(code >> 9)), load_half(block) * (0.5 + float(level)) * 0.25, 0.0);
}
