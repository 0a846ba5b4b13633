// y = sum_s e^(m[s] - M) o[s] / (sum_s e^(m[s] - M) l[s] + e^(sink - M)) over the parts s of a head's positions;  M = max m
#version 460
#extension GL_GOOGLE_include_directive : require
#include "shaders/include/memory.glsl"
#include "engine/ops/attention.params.h"

layout(local_size_x_id = 0) in;
layout(push_constant, scalar) uniform Push { AttentionReduceParams p; };

void main() {
    const uint head = gl_WorkGroupID.x;
    const uint64_t t = gl_WorkGroupID.y;
    const uint first = gl_WorkGroupID.z * gl_WorkGroupSize.x;
    if (first >= p.value_dim) return;
    const uint size = p.value_dim + 2, splits = p.splits != 0 ? p.splits : gl_NumWorkGroups.z;
    ConstFloats parts = ConstFloats(p.parts + 4 * (t * gl_NumWorkGroups.x + head) * splits * size);
    Floats y = Floats(p.y + 4 * (t * p.y_stride + head * p.value_dim));
    float greatest = p.sinks != 0 ? ConstFloats(p.sinks).at[head] : -1e30;
    for (uint s = 0; s < splits; ++s) greatest = max(greatest, parts.at[s * size + p.value_dim]);
    float total = p.sinks != 0 ? exp(ConstFloats(p.sinks).at[head] - greatest) : 0.0;
    for (uint s = 0; s < splits; ++s) total += exp(parts.at[s * size + p.value_dim] - greatest) * parts.at[s * size + p.value_dim + 1];
    for (uint i = first + gl_LocalInvocationID.x; i < p.value_dim; i += gl_NumWorkGroups.z * gl_WorkGroupSize.x) {
        float sum = 0.0;
        for (uint s = 0; s < splits; ++s) {
            if (parts.at[s * size + p.value_dim + 1] > 0.0) sum += exp(parts.at[s * size + p.value_dim] - greatest) * parts.at[s * size + i];
        }
        y.at[i] = sum / total;
    }
}
