// x[k] = 2^(e - 128) * level[q], levels twice those of E2M1        block of 32: byte e, 16 bytes of nibbles
#include "shaders/include/blocks/levels_of_16.glsl"
Chunk load_chunk(uint64_t row, uint i) {
    const uint64_t block = row + i / 32 * 17;
    const uint e = load_u8(block);
    const float d = uintBitsToFloat(e < 2 ? 0x00200000u << e : (e - 1) << 23);  // subnormal where e < 2
    return Chunk(mxfp4_levels(nibbles_of_32(block + 1, i)), d, 0.0);
}
