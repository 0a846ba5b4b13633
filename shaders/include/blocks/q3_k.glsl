// x[k] = d * (scale(k / 16) - 32) * (q + 4 * bit k / 32 of hmask[k % 32] - 4)
// block of 256: 32 bytes hmask, 64 bytes of 2-bit q as in q2_k, 12 bytes of 6-bit scales, half d
#define BLOCK_HAS_BASE
Chunk load_chunk(uint64_t row, uint i) {
    const uint64_t block = row + i / 256 * 110;
    const uint k = i % 256, s = k / 16;
    const uint low = load_u8(block + 96 + s % 8) >> 4 * (s / 8) & 15;
    const uint high = load_u8(block + 104 + s % 4) >> 2 * (s / 4) & 3;
    const float scale = load_half(block + 108) * float(int(low | high << 4) - 32);
    const uvec2 q = load_bytes8(block + 32 + 32 * (k / 128) + k % 32) >> 2 * (k / 32 % 4) & 0x03030303u;
    const uvec2 third = load_bytes8(block + k % 32) >> k / 32 & 0x01010101u;
    return Chunk(q | third << 2, scale, -4.0 * scale);
}
