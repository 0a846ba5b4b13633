// what goes before attention, a workgroup for each vector: x[0..n) = w x / rms(x);  rotate pairs from an offset on;  cache[position + t] = x
#version 460
#extension GL_GOOGLE_include_directive : require
#include "shaders/include/cache_rows.glsl"
#include "shaders/include/workgroup.glsl"
#include "engine/ops/rotate_append.params.h"

layout(constant_id = 1) const uint kType = 1;  // of the caches
layout(constant_id = 2) const uint kQueryDim = 128;
layout(constant_id = 3) const uint kKeyDim = 128;
layout(constant_id = 4) const uint kValueDim = 128;
layout(constant_id = 5) const uint kQueryOffset = 0;  // of the rotated numbers
layout(constant_id = 6) const uint kKeyOffset = 0;
layout(constant_id = 7) const uint kKeyNormDim = 128;  // numbers of a key that the norm scales; all of a query
layout(constant_id = 8) const uint kFrequencies = 64;
layout(constant_id = 9) const uint kHalves = 0;
layout(push_constant, scalar) uniform Push { RotateAppendParams p; };

const uint kWidest = kKeyDim > kValueDim ? kKeyDim : kValueDim;
shared float numbers[kQueryDim > kWidest ? kQueryDim : kWidest];

void main() {
    const uint me = gl_LocalInvocationID.x, t = gl_WorkGroupID.y;
    const bool is_query = gl_WorkGroupID.x < p.n_q, is_value = gl_WorkGroupID.x >= p.n_q + p.n_k;
    const uint vector = gl_WorkGroupID.x - (is_query ? 0 : is_value ? p.n_q + p.n_k : p.n_q);
    const uint dim = is_query ? kQueryDim : is_value ? kValueDim : kKeyDim;
    const uint64_t rows = is_query ? p.q : is_value ? p.v : p.k;
    const uint stride = is_query ? p.q_stride : is_value ? p.v_stride : p.k_stride;
    Floats x = Floats(rows + 4 * (uint64_t(t) * stride + vector * dim));

    const uint64_t gains = is_query ? p.q_norm : is_value ? 0 : p.k_norm;
    const uint norm_dim = is_query ? kQueryDim : kKeyNormDim;
    float squares = 0.0;
    for (uint i = me; i < dim; i += gl_WorkGroupSize.x) {
        const float number = x.at[i];
        numbers[i] = number;
        if (i < norm_dim) squares += number * number;
    }
    if (gains != 0) {
        const float scale = inversesqrt(workgroup_sum(squares) / float(norm_dim) + (is_query ? p.q_eps : p.k_eps));
        for (uint i = me; i < norm_dim; i += gl_WorkGroupSize.x) numbers[i] = ConstFloats(gains).at[i] * numbers[i] * scale;
    }
    barrier();
    if (!is_value) {
        ConstFloats rotation = ConstFloats(p.rotations + 8 * (uint64_t(t) * kFrequencies));
        const uint offset = is_query ? kQueryOffset : kKeyOffset;
        for (uint i = me; i < kFrequencies; i += gl_WorkGroupSize.x) {
            const uint first = offset + (kHalves != 0 ? i : 2 * i), second = offset + (kHalves != 0 ? i + kFrequencies : 2 * i + 1);
            const float a = numbers[first], b = numbers[second], cosine = rotation.at[2 * i], sine = rotation.at[2 * i + 1];
            numbers[first] = a * cosine - b * sine;
            numbers[second] = a * sine + b * cosine;
        }
    }
    barrier();

    const uint64_t position = StepBlock(p.step).head.position + t;
    const uint columns = is_value ? p.v_columns : p.k_columns;
    const uint64_t cached = (is_value ? p.v_cache : p.k_cache) + bytes_of(kType, position * columns + vector * dim);
    for (uint i = me; i < dim; i += gl_WorkGroupSize.x) {
        if (!is_value) x.at[i] = numbers[i];
        if (!is_query && kType != kCacheQ8) store_in_cache(kType, cached, i, numbers[i]);
    }
    if (is_query || kType != kCacheQ8) return;
    for (uint b = me; b < dim / 32; b += gl_WorkGroupSize.x) {
        float block[32];
        for (uint k = 0; k < 32; ++k) block[k] = numbers[32 * b + k];
        store_q8_block(cached, b, block);
    }
}
