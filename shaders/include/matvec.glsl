// shaders/include/matvec.glsl: eight products of a row of weights with x, and sums over a workgroup of several numbers at once.
// With -DPACKED_DOT x comes as signed bytes in blocks of 32 (shaders/quantize.comp) and the products are integer ones.
#ifndef MATVEC_GLSL
#define MATVEC_GLSL
#include "shaders/include/block.glsl"
#include "shaders/include/workgroup.glsl"

#ifdef PACKED_DOT
#extension GL_EXT_spirv_intrinsics : require
// The dot product of four signed bytes with four (OpSDot of two packed words).
spirv_instruction(extensions = ["SPV_KHR_integer_dot_product"], capabilities = [6019, 6018], id = 4450)
int dot_packed(int a, int b, spirv_literal int packing);
int dot4(uint a, uint b) { return dot_packed(int(a), int(b), 0); }

struct Operand {
    uvec2 q;
    float scale;
    float sum;  // of x
};

Operand load_operand(uint64_t x, uint i, uint columns) {
    const uvec2 q = load_words2(x + i);
    const float scale = ConstFloats(x + columns).at[i / 32];
#ifdef BLOCK_HAS_BASE
    return Operand(q, scale, scale * float(dot4(q.x, 0x01010101u) + dot4(q.y, 0x01010101u)));
#else
    return Operand(q, scale, 0.0);
#endif
}

float dot8(uint64_t row, uint i, uint columns, Operand x) {
    const Chunk chunk = load_chunk(row, i);
    return chunk.scale * x.scale * float(dot4(chunk.q.x, x.q.x) + dot4(chunk.q.y, x.q.y)) + chunk.base * x.sum;
}
#else
struct Operand {
    vec4 lo, hi;
};

Operand load_operand(uint64_t x, uint i, uint columns) {
    Operand operand;
    load_floats8_of(x, i, columns, operand.lo, operand.hi);
    return operand;
}

float dot8(uint64_t row, uint i, uint columns, Operand x) {
    vec4 lo, hi;
    dequantize8_of(row, i, columns, lo, hi);
    return dot(lo, x.lo) + dot(hi, x.hi);
}

// x times the gain of a norm; squares gets the sum of x^2.
void apply_gain(uint64_t gain, uint i, uint columns, inout Operand x, inout float squares) {
    squares += dot(x.lo, x.lo) + dot(x.hi, x.hi);
    const Operand by = load_operand(gain, i, columns);
    x.lo *= by.lo;
    x.hi *= by.hi;
}
#endif

// Several sums over the workgroup: SUMS (a constant of the shader) numbers of every invocation in, all totals out, in every invocation.
shared float several_partials[SUMS * kMostSubgroups];
void workgroup_sums(inout float sums[SUMS]) {
    for (uint n = 0; n < SUMS; ++n) sums[n] = subgroupAdd(sums[n]);
    if (gl_NumSubgroups == 1) return;
    if (subgroupElect()) {
        for (uint n = 0; n < SUMS; ++n) several_partials[n * kMostSubgroups + gl_SubgroupID] = sums[n];
    }
    barrier();
    for (uint n = 0; n < SUMS; ++n) {
        sums[n] = 0.0;
        for (uint i = 0; i < gl_NumSubgroups; ++i) sums[n] += several_partials[n * kMostSubgroups + i];
    }
}
#endif
