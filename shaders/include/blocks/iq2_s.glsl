// x = d * (0.5 + scale) / 4 * magnitude * sign
// block of 256: half d, per 8 numbers a byte of index, then a byte of signs, then 2 more bits of index, 16 nibbles of scales
#define BLOCK_HAS_CODEBOOK
Chunk load_chunk(uint64_t row, uint i) {
    const uint64_t block = row + i / 256 * 82;
    const uint g = i / 8 % 32;
    const uint index = load_u8(block + 2 + g) | (load_u8(block + 66 + g / 4) >> 2 * (g % 4) & 3) << 8;
    const uint level = load_u8(block + 74 + g / 4) >> 4 * (g / 2 % 2) & 15;
    const uvec2 group = Words2(codebook_address()).at[index];
    return Chunk(with_signs(group, load_u8(block + 34 + g)), load_half(block) * (0.5 + float(level)) * 0.25, 0.0);
}
