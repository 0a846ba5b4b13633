// x = d * (1 + 2 * scale) * (value +- 1/8), value -1, 0 or 1
// block of 256: per 8 numbers a byte of index, then a nibble (3 more bits, the sign of 1/8); four 16-bit words: the half d in their top
// nibbles, below it four 3-bit scales of 16 numbers each
#define BLOCK_HAS_CODEBOOK
#define BLOCK_HAS_BASE
Chunk load_chunk(uint64_t row, uint i) {
    const uint64_t block = row + i / 256 * 56;
    const uint g = i / 8 % 32;
    const uvec2 words = Words2(block + 48).at[0];
    const uvec2 tops = words >> 12 & 0x000f000fu;
    const uvec2 halves = (tops | tops >> 12) & 255u;  // nibbles 0 and 1, nibbles 2 and 3
    const float d = unpackHalf2x16(halves.x | halves.y << 8).x;
    const uint level = ((g < 16 ? words.x : words.y) >> (16 * (g / 8 % 2) + 3 * (g / 2 % 4))) & 7;
    const uint nibble = load_u8(block + 32 + g / 2) >> 4 * (g % 2);
    const uint index = load_u8(block + g) | (nibble & 7) << 8;
    const float scale = d * float(1 + 2 * level);
    return Chunk(Words2(codebook_address()).at[index], scale, (nibble & 8) != 0 ? -0.125 * scale : 0.125 * scale);
}
