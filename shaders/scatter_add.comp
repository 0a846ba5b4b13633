// y[t, i] += sum_j weights[t, j] * x[t, j, i]
#version 460
#extension GL_GOOGLE_include_directive : require
#include "shaders/include/memory.glsl"
#include "engine/ops/scatter_add.params.h"

layout(local_size_x_id = 0) in;
layout(push_constant, scalar) uniform Push { ScatterAddParams p; };

void main() {
    const uint i = gl_GlobalInvocationID.x;
    const uint64_t row = gl_WorkGroupID.y;
    if (i >= p.columns) return;
    ConstFloats x = ConstFloats(p.x + 4 * row * p.x_stride);
    ConstFloats weights = ConstFloats(p.weights + 4 * row * p.weights_stride);
    Floats y = Floats(p.y + 4 * row * p.y_stride);
    float sum = y.at[i];
    for (uint j = 0; j < p.n_used; ++j) sum += weights.at[j] * x.at[j * p.columns + i];
    y.at[i] = sum;
}
