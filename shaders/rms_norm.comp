// y[t, v, i] = w[i] * x[t, v, i] / sqrt(mean_j x[t, v, j]^2 + eps)
#version 460
#extension GL_GOOGLE_include_directive : require
#include "shaders/include/memory.glsl"
#include "shaders/include/workgroup.glsl"
#include "engine/ops/rms_norm.params.h"

layout(push_constant, scalar) uniform Push { RmsNormParams p; };

void main() {
    const uint vector = gl_WorkGroupID.x, row = gl_WorkGroupID.y;
    const uint64_t x_at = uint64_t(row) * p.x_stride + vector * p.dim, y_at = uint64_t(row) * p.y_stride + vector * p.dim;
    ConstFloats x = ConstFloats(p.x + 4 * x_at);
    Floats y = Floats(p.y + 4 * y_at);
    ConstFloats w = ConstFloats(p.w);
    float squares = 0.0;
    for (uint i = gl_LocalInvocationID.x; i < p.dim; i += gl_WorkGroupSize.x) squares += x.at[i] * x.at[i];
    const float scale = inversesqrt(workgroup_sum(squares) / float(p.dim) + p.eps);
    for (uint i = gl_LocalInvocationID.x; i < p.dim; i += gl_WorkGroupSize.x) y.at[i] = w.at[i] * x.at[i] * scale;
}
