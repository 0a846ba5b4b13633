// before latent attention to one token: q_rope rotated;  row = (w c / rms(c), r rotated) appended;  absorbed[h] = k_b[h] q_nope[h]
#version 460
#extension GL_GOOGLE_include_directive : require
layout(constant_id = 2) const uint kVectorSize = 128;  // nope: numbers of a head that are not rotated
layout(constant_id = 3) const uint kLatent = 512;
layout(constant_id = 4) const uint kType = 1;  // of the cache
layout(constant_id = 5) const uint kFrequencies = 32;
layout(constant_id = 6) const uint kHalves = 0;
const uint kRowsEach = 4;
#include "shaders/include/vector_rows.glsl"
#include "shaders/include/cache_rows.glsl"
#include "engine/ops/attention_mla.params.h"

layout(push_constant, scalar) uniform Push { MlaPrepareParams p; };
uint64_t codebook_address() { return p.codebook; }

const uint kRope = 2 * kFrequencies, kRow = kLatent + kRope;
shared float numbers[kRow];

// Rotates pair i of the numbers a and b of a head.
void rotate(uint i, inout float a, inout float b) {
    const float cosine = ConstFloats(p.rotations).at[2 * i], sine = ConstFloats(p.rotations).at[2 * i + 1], first = a;
    a = first * cosine - b * sine;
    b = first * sine + b * cosine;
}
uint first_of_pair(uint i) { return kHalves != 0 ? i : 2 * i; }
uint second_of_pair(uint i) { return kHalves != 0 ? i + kFrequencies : 2 * i + 1; }

void rotate_query(uint head) {
    Floats x = Floats(p.q + 4 * (head * (kVectorSize + kRope) + kVectorSize));
    for (uint i = gl_LocalInvocationID.x; i < kFrequencies; i += kWidth) {
        float a = x.at[first_of_pair(i)], b = x.at[second_of_pair(i)];
        rotate(i, a, b);
        x.at[first_of_pair(i)] = a;
        x.at[second_of_pair(i)] = b;
    }
}

void append_row() {
    const uint me = gl_LocalInvocationID.x;
    Floats row = Floats(p.row);
    float squares = 0.0;
    for (uint i = me; i < kRow; i += kWidth) {
        const float number = row.at[i];
        numbers[i] = number;
        if (i < kLatent) squares += number * number;
    }
    if (p.norm != 0) {
        const float scale = inversesqrt(workgroup_sum(squares) / float(kLatent) + p.eps);
        for (uint i = me; i < kLatent; i += kWidth) numbers[i] *= ConstFloats(p.norm).at[i] * scale;
    }
    barrier();
    for (uint i = me; i < kFrequencies; i += kWidth)
        rotate(i, numbers[kLatent + first_of_pair(i)], numbers[kLatent + second_of_pair(i)]);
    barrier();
    const uint64_t cached = p.cache + bytes_of(kType, uint64_t(StepBlock(p.step).head.position) * kRow);
    for (uint i = me; i < kRow; i += kWidth) {
        row.at[i] = numbers[i];
        if (kType != kCacheQ8) store_in_cache(kType, cached, i, numbers[i]);
    }
    if (kType != kCacheQ8) return;
    for (uint b = me; b < kRow / 32; b += kWidth) {
        float block[32];
        for (uint k = 0; k < 32; ++k) block[k] = numbers[32 * b + k];
        store_q8_block(cached, b, block);
    }
}

void absorb(uint head, uint group) {
    ConstFloats x = ConstFloats(p.q + 4 * (head * (kVectorSize + kRope)));
    for (uint i = gl_LocalInvocationID.x; i < (kVectorSize + 7) / 8 * 8; i += kWidth) vector[i] = i < kVectorSize ? x.at[i] : 0.0;
    multiply_rows(p.k_b + uint64_t(head) * p.slice_bytes, p.row_bytes, kLatent, group * kRowsOfGroup, p.absorbed + 4 * (head * kLatent));
}

void main() {
    const uint work = gl_WorkGroupID.x;
    if (work < p.n_heads) {
        rotate_query(work);
    } else if (work == p.n_heads) {
        append_row();
    } else {
        absorb((work - p.n_heads - 1) / p.groups, (work - p.n_heads - 1) % p.groups);
    }
}
