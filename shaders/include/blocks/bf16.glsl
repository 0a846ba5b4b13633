// x[k] = the number, the upper half of an F32
#define BLOCK_IS_FLOAT
vec2 bf16_pair(uint bits) { return uintBitsToFloat(uvec2(bits << 16, bits & 0xffff0000u)); }
void load_block8(uint64_t row, uint i, out vec4 lo, out vec4 hi) {
    const uvec4 bits = load_bytes16(row + 2 * i);
    lo = vec4(bf16_pair(bits.x), bf16_pair(bits.y));
    hi = vec4(bf16_pair(bits.z), bf16_pair(bits.w));
}
float load_block1(uint64_t row, uint i) { return uintBitsToFloat(load_u16(row + 2 * i) << 16); }
