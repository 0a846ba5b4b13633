// x = d * (0.5 + scale) / 4 * magnitude * sign        block of 256: half d, then per 32 numbers four indices of 8 and a word:
// four times seven sign bits, four bits of scale
#define BLOCK_HAS_CODEBOOK
Chunk load_chunk(uint64_t row, uint i) {
    const uint64_t block = row + i / 256 * 66;
    const uint g = i / 8 % 4;
    const uvec2 words = load_bytes8(block + 2 + 8 * (i / 32 % 8));
    const float scale = load_half(block) * (0.5 + float(words.y >> 28)) * 0.25;
    const uvec2 group = Words2(codebook_address()).at[words.x >> 8 * g & 255];
    return Chunk(with_signs(group, eighth_sign(words.y >> 7 * g & 127)), scale, 0.0);
}
