// q[i] = round(x[i] / scale),  scale = max |x| / 127 over each 32;  x may be normed first: gain * x / sqrt(mean_j x_j^2 + eps)
#version 460
#extension GL_GOOGLE_include_directive : require
#include "shaders/include/memory.glsl"
#include "shaders/include/workgroup.glsl"
#include "engine/ops/matmul.params.h"

layout(push_constant, scalar) uniform Push { QuantizeParams p; };
layout(buffer_reference, scalar, buffer_reference_align = 4) buffer Uints { uint at[]; };

shared float largest[256];  // of four numbers each; eight of them make a block

void main() {
    const uint lane = gl_LocalInvocationID.x, z = gl_WorkGroupID.y, row = gl_WorkGroupID.z;
    ConstFloats x = ConstFloats(p.x + 4 * (uint64_t(row) * p.x_stride + z * p.x_slot));
    const uint64_t y = p.y + (uint64_t(row) * gl_NumWorkGroups.y + z) * (p.columns + p.columns / 8);
    float norm = 1.0;
    if (p.gain != 0) {
        float squares = 0.0;
        for (uint i = lane; i < p.columns; i += gl_WorkGroupSize.x) squares += x.at[i] * x.at[i];
        norm = inversesqrt(workgroup_sum(squares) / float(p.columns) + p.eps);
    }
    const uint i = 4 * gl_GlobalInvocationID.x;
    const bool inside = i < p.columns;
    vec4 numbers = vec4(0.0);
    if (inside) {
        numbers = vec4(x.at[i], x.at[i + 1], x.at[i + 2], x.at[i + 3]);
        if (p.gain != 0) {
            ConstFloats gain = ConstFloats(p.gain);
            numbers *= norm * vec4(gain.at[i], gain.at[i + 1], gain.at[i + 2], gain.at[i + 3]);
        }
        if (p.h != 0) {
            for (uint k = 0; k < 4; ++k) Floats(p.h).at[i + k] = numbers[k];
        }
    }
    const vec4 sizes = abs(numbers);
    largest[lane] = max(max(sizes.x, sizes.y), max(sizes.z, sizes.w));
    barrier();
    if (!inside) return;
    float most = 0.0;
    for (uint k = 0; k < 8; ++k) most = max(most, largest[(lane & ~7u) + k]);
    const ivec4 q = ivec4(roundEven(numbers * (most > 0.0 ? 127.0 / most : 0.0))) & 255;
    Uints(y).at[i / 4] = uint(q.x | q.y << 8 | q.z << 16 | q.w << 24);
    if (lane % 8 == 0) Floats(y + p.columns).at[i / 32] = most / 127.0;
}
