// x[k] = d * (scales[k / 16] & 15) * q - dmin * (scales[k / 16] >> 4)
// block of 256: 16 scales, 64 bytes of 2-bit q (rows of 32, four rows in a byte), halves d, dmin
#define BLOCK_HAS_BASE
Chunk load_chunk(uint64_t row, uint i) {
    const uint64_t block = row + i / 256 * 84;
    const uint k = i % 256;
    const vec2 dm = unpackHalf2x16(load_u32(block + 80));
    const uint scale = load_u8(block + k / 16);
    const uvec2 q = load_words2(block + 16 + 32 * (k / 128) + k % 32) >> 2 * (k / 32 % 4) & 0x03030303u;
    return Chunk(q, dm.x * float(scale & 15), -dm.y * float(scale >> 4));
}
