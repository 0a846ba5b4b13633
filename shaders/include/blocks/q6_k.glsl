// x[k] = d * scales[k / 16] * (q - 32)        block of 256: 128 bytes of low nibbles, 64 of high pairs, 16 signed scales, half d
#define BLOCK_HAS_BASE
Chunk load_chunk(uint64_t row, uint i) {
    const uint64_t block = row + i / 256 * 210;
    const uint k = i % 256, upper = k / 128, line = k / 32 % 4;
    const float scale = load_half(block + 208) * float(load_i8(block + 192 + k / 16));
    const uvec2 low = load_bytes8(block + 64 * upper + 32 * (line & 1) + k % 32) >> 4 * (line / 2) & 0x0f0f0f0fu;
    const uvec2 high = load_bytes8(block + 128 + 32 * upper + k % 32) >> 2 * line & 0x03030303u;
    return Chunk(low | high << 4, scale, -32.0 * scale);
}
