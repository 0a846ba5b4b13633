// y[t, i] = a[t, i] + b[t, i]
#version 460
#extension GL_GOOGLE_include_directive : require
#include "shaders/include/memory.glsl"
#include "engine/ops/add.params.h"

layout(local_size_x_id = 0) in;
layout(push_constant, scalar) uniform Push { AddParams p; };

void main() {
    const uint i = gl_GlobalInvocationID.x;
    const uint64_t row = gl_WorkGroupID.y;
    if (i >= p.columns) return;
    Floats(p.y + 4 * row * p.y_stride).at[i] = ConstFloats(p.a + 4 * row * p.a_stride).at[i] + ConstFloats(p.b + 4 * row * p.b_stride).at[i];
}
