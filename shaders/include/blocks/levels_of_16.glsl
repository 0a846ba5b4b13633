// Levels that a nibble names, as signed bytes: four words of four. The same numbers as in engine/quant/codebooks.h.
uint level_of_16(uint q, uvec4 levels) {
    const uint word = q < 8 ? (q < 4 ? levels.x : levels.y) : (q < 12 ? levels.z : levels.w);
    return (word >> (8 * (q & 3))) & 255u;
}

uvec2 levels_of_16(uvec2 nibbles, uvec4 levels) {
    uvec2 bytes = uvec2(0);
    for (uint k = 0; k < 32; k += 8) {
        bytes.x |= level_of_16((nibbles.x >> k) & 15u, levels) << k;
        bytes.y |= level_of_16((nibbles.y >> k) & 15u, levels) << k;
    }
    return bytes;
}

// -127 -104 -83 -65   -49 -35 -22 -10   1 13 25 38   53 69 89 113
uvec2 iq4_levels(uvec2 nibbles) { return levels_of_16(nibbles, uvec4(0xbfad9881u, 0xf6eaddcfu, 0x26190d01u, 0x71594535u)); }
// 0 1 2 3   4 6 8 12   0 -1 -2 -3   -4 -6 -8 -12
uvec2 mxfp4_levels(uvec2 nibbles) { return levels_of_16(nibbles, uvec4(0x03020100u, 0x0c080604u, 0xfdfeff00u, 0xf4f8fafcu)); }
