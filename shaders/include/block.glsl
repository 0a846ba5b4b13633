// shaders/include/block.glsl: eight consecutive weights of any type in a GGUF file. The type is chosen by -DBLOCK_<TYPE>; formulas and
// layouts stand in engine/quant/block_formats.h. i is the index of the first of the eight in its row, a multiple of 8.
//   dequantize8(row, i, lo, hi)        the numbers
//   load_chunk(row, i)                 quantised types: signed bytes q and the two numbers of  x = scale * q + base
// Rows of F32, F16 and BF16 may end anywhere (dequantize8_of(row, i, n, ..) gives zeros behind the end); others are multiples of 32 or 256.
#ifndef BLOCK_GLSL
#define BLOCK_GLSL
#include "shaders/include/memory.glsl"

layout(buffer_reference, scalar, buffer_reference_align = 1) readonly buffer Bytes { uint8_t at[]; };
layout(buffer_reference, scalar, buffer_reference_align = 1) readonly buffer SignedBytes { int8_t at[]; };
layout(buffer_reference, scalar, buffer_reference_align = 2) readonly buffer ConstHalves { uint16_t at[]; };
layout(buffer_reference, scalar, buffer_reference_align = 8) readonly buffer Words2 { uvec2 at[]; };
layout(buffer_reference, scalar, buffer_reference_align = 16) readonly buffer Words4 { uvec4 at[]; };
layout(buffer_reference, scalar, buffer_reference_align = 16) readonly buffer Floats4 { vec4 at[]; };

uint load_u8(uint64_t from) { return uint(Bytes(from).at[0]); }
int load_i8(uint64_t from) { return int(SignedBytes(from).at[0]); }
uint load_u16(uint64_t from) { return uint(ConstHalves(from).at[0]); }
uint load_u32(uint64_t from) { return ConstUints(from).at[0]; }
float load_half(uint64_t from) { return unpackHalf2x16(load_u16(from)).x; }
uvec2 load_words2(uint64_t from) { return uvec2(ConstUints(from).at[0], ConstUints(from).at[1]); }

// Eight bytes at any address, by the words that they lie in: at most 3 bytes behind them are read, within the same word.
uvec2 load_bytes8(uint64_t from) {
    const uint shift = 8 * (uint(from) & 3);
    ConstUints words = ConstUints(from & ~uint64_t(3));
    const uvec2 low = uvec2(words.at[0], words.at[1]);
    if (shift == 0) return low;
    return low >> shift | uvec2(low.y, words.at[2]) << (32 - shift);
}

// Sixteen bytes at an even address.
uvec4 load_bytes16(uint64_t from) {
    if ((uint(from) & 15) == 0) return Words4(from).at[0];
    return uvec4(load_bytes8(from), load_bytes8(from + 8));
}

void load_floats8(uint64_t from, out vec4 lo, out vec4 hi) {
    if ((uint(from) & 15) == 0) {
        lo = Floats4(from).at[0];
        hi = Floats4(from).at[1];
    } else {
        ConstFloats x = ConstFloats(from);
        lo = vec4(x.at[0], x.at[1], x.at[2], x.at[3]);
        hi = vec4(x.at[4], x.at[5], x.at[6], x.at[7]);
    }
}

// Eight floats of which those with index n or higher do not exist and count as zero.
void load_floats8_of(uint64_t row, uint i, uint n, out vec4 lo, out vec4 hi) {
    if (i + 8 <= n) {
        load_floats8(row + 4 * i, lo, hi);
        return;
    }
    lo = hi = vec4(0.0);
    for (uint k = 0; k < 4; ++k) {
        if (i + k < n) lo[k] = ConstFloats(row).at[i + k];
        if (i + 4 + k < n) hi[k] = ConstFloats(row).at[i + 4 + k];
    }
}

struct Chunk {
    uvec2 q;  // eight signed bytes
    float scale, base;
};

// Numbers i .. i + 7 of a block of 32: number k < 16 is the low nibble of byte k, the others are the high nibbles.
uvec2 nibbles_of_32(uint64_t qs, uint i) { return load_bytes8(qs + (i & 8)) >> (i & 16) / 4 & 0x0f0f0f0fu; }
// Bit k of eight becomes byte k.
uvec2 bits_to_bytes(uint bits) { return (uvec2(bits, bits >> 4) & 15u) * 0x00204081u & 0x01010101u; }
// Byte k (not zero) negated where bit k is set.
uvec2 with_signs(uvec2 magnitudes, uint signs) {
    const uvec2 ones = bits_to_bytes(signs);
    return (magnitudes ^ ones * 255u) + ones;
}
// Eight sign bits out of seven: their number is even.
uint eighth_sign(uint seven) { return seven | (bitCount(seven) & 1) << 7; }

uint64_t codebook_address();  // of the type's table of groups (engine/quant/codebooks.h); the shader has it among its parameters

#if defined BLOCK_F32
#include "shaders/include/blocks/f32.glsl"
#elif defined BLOCK_F16
#include "shaders/include/blocks/f16.glsl"
#elif defined BLOCK_BF16
#include "shaders/include/blocks/bf16.glsl"
#elif defined BLOCK_Q8_0
#include "shaders/include/blocks/q8_0.glsl"
#elif defined BLOCK_Q4_0
#include "shaders/include/blocks/q4_0.glsl"
#elif defined BLOCK_Q4_1
#include "shaders/include/blocks/q4_1.glsl"
#elif defined BLOCK_Q5_0
#include "shaders/include/blocks/q5_0.glsl"
#elif defined BLOCK_Q5_1
#include "shaders/include/blocks/q5_1.glsl"
#elif defined BLOCK_Q2_K
#include "shaders/include/blocks/q2_k.glsl"
#elif defined BLOCK_Q3_K
#include "shaders/include/blocks/q3_k.glsl"
#elif defined BLOCK_Q4_K
#include "shaders/include/blocks/q4_k.glsl"
#elif defined BLOCK_Q5_K
#include "shaders/include/blocks/q5_k.glsl"
#elif defined BLOCK_Q6_K
#include "shaders/include/blocks/q6_k.glsl"
#elif defined BLOCK_IQ4_NL
#include "shaders/include/blocks/iq4_nl.glsl"
#elif defined BLOCK_IQ4_XS
#include "shaders/include/blocks/iq4_xs.glsl"
#elif defined BLOCK_IQ3_S
#include "shaders/include/blocks/iq3_s.glsl"
#elif defined BLOCK_IQ3_XXS
#include "shaders/include/blocks/iq3_xxs.glsl"
#elif defined BLOCK_IQ2_XXS
#include "shaders/include/blocks/iq2_xxs.glsl"
#elif defined BLOCK_IQ2_XS
#include "shaders/include/blocks/iq2_xs.glsl"
#elif defined BLOCK_IQ2_S
#include "shaders/include/blocks/iq2_s.glsl"
#elif defined BLOCK_IQ1_S
#include "shaders/include/blocks/iq1_s.glsl"
#elif defined BLOCK_IQ1_M
#include "shaders/include/blocks/iq1_m.glsl"
#elif defined BLOCK_MXFP4
#include "shaders/include/blocks/mxfp4.glsl"
#else
#error "compile with -DBLOCK_<TYPE>"
#endif

vec4 bytes_to_floats(uint q) {
    const int bytes = int(q);
    return vec4(bitfieldExtract(bytes, 0, 8), bitfieldExtract(bytes, 8, 8), bitfieldExtract(bytes, 16, 8), bytes >> 24);
}

#ifdef BLOCK_IS_FLOAT
void dequantize8_of(uint64_t row, uint i, uint n, out vec4 lo, out vec4 hi) {
    if (i + 8 <= n) {
        load_block8(row, i, lo, hi);
        return;
    }
    lo = hi = vec4(0.0);
    for (uint k = 0; k < 4; ++k) {
        if (i + k < n) lo[k] = load_block1(row, i + k);
        if (i + 4 + k < n) hi[k] = load_block1(row, i + 4 + k);
    }
}
#else
void dequantize8_of(uint64_t row, uint i, uint n, out vec4 lo, out vec4 hi) {
    const Chunk chunk = load_chunk(row, i);
    lo = chunk.scale * bytes_to_floats(chunk.q.x) + chunk.base;
    hi = chunk.scale * bytes_to_floats(chunk.q.y) + chunk.base;
}
#endif
#endif
