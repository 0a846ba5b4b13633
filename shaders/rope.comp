// (a, b) -> (a cos - b sin, a sin + b cos) for the pairs of every head; cosine and sine come from the host
#version 460
#extension GL_GOOGLE_include_directive : require
#include "shaders/include/memory.glsl"
#include "engine/ops/rope.params.h"

layout(local_size_x_id = 0) in;
layout(push_constant, scalar) uniform Push { RopeParams p; };

void main() {
    const uint head = gl_WorkGroupID.x, row = gl_WorkGroupID.y;
    Floats x = Floats(p.x + 4 * (uint64_t(row) * p.x_stride + head * p.head_dim + p.offset));
    ConstFloats rotation = ConstFloats(p.rotations + 8 * (uint64_t(row) * p.frequencies));
    for (uint i = gl_LocalInvocationID.x; i < p.frequencies; i += gl_WorkGroupSize.x) {
        const uint first = p.halves != 0 ? i : 2 * i, second = p.halves != 0 ? i + p.frequencies : 2 * i + 1;
        const float a = x.at[first], b = x.at[second], cosine = rotation.at[2 * i], sine = rotation.at[2 * i + 1];
        x.at[first] = a * cosine - b * sine;
        x.at[second] = a * sine + b * cosine;
    }
}
