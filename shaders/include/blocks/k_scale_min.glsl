// The 6-bit scale and minimum of 32 numbers of a Q4_K or Q5_K block, times d and -dmin. `head`: the first 16 bytes of the block.
vec2 k_scale_min(uvec4 head, uint j) {
    const uint shift = 8 * (j & 3);
    const uvec3 bytes = head.yzw >> shift & 255u;
    const uvec2 six = j < 4 ? bytes.xy & 63u : (uvec2(bytes.z, bytes.z >> 4) & 15u) | bytes.xy >> 6 << 4;
    return unpackHalf2x16(head.x) * vec2(six) * vec2(1.0, -1.0);
}
