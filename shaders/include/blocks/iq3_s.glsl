// x = d * (1 + 2 * scale) * magnitude * sign
// block of 256: half d, per 4 numbers a byte of index, a ninth bit of each, per 8 numbers a byte of signs, 8 nibbles of scales
#define BLOCK_HAS_CODEBOOK
Chunk load_chunk(uint64_t row, uint i) {
    const uint64_t block = row + i / 256 * 110;
    const uint g = i / 8 % 32;
    const uint codes = load_u16(block + 2 + 2 * g), ninth = load_u8(block + 66 + g / 4) >> 2 * (g % 4);
    const uint level = load_u8(block + 106 + g / 8) >> 4 * (g / 4 % 2) & 15;
    ConstUints grid = ConstUints(codebook_address());
    const uvec2 groups = uvec2(grid.at[(codes & 255) | (ninth & 1) << 8], grid.at[codes >> 8 | (ninth & 2) << 7]);
    return Chunk(with_signs(groups, load_u8(block + 74 + g)), load_half(block) * float(1 + 2 * level), 0.0);
}
