// x[k] = the number, F16
#define BLOCK_IS_FLOAT
void load_block8(uint64_t row, uint i, out vec4 lo, out vec4 hi) {
    const uvec4 bits = load_bytes16(row + 2 * i);
    lo = vec4(unpackHalf2x16(bits.x), unpackHalf2x16(bits.y));
    hi = vec4(unpackHalf2x16(bits.z), unpackHalf2x16(bits.w));
}
float load_block1(uint64_t row, uint i) { return load_half(row + 2 * i); }
