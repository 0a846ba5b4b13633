// x = d * (0.5 + scale) / 2 * magnitude * sign
// block of 256: half d, per 4 numbers a byte of index; then per 32 numbers a word: four times seven sign bits, four bits of scale
#define BLOCK_HAS_CODEBOOK
Chunk load_chunk(uint64_t row, uint i) {
    const uint64_t block = row + i / 256 * 98;
    const uint g = i / 8 % 32;
    const uint codes = load_u16(block + 2 + 2 * g), at = 66 + 4 * (g / 4);
    const uint word = load_u16(block + at) | load_u16(block + at + 2) << 16;
    ConstUints grid = ConstUints(codebook_address());
    const uvec2 groups = uvec2(grid.at[codes & 255], grid.at[codes >> 8]);
    const float scale = load_half(block) * (0.5 + float(word >> 28)) * 0.5;
    return Chunk(with_signs(groups, eighth_sign(word >> 7 * (g % 4) & 127)), scale, 0.0);
}
