// y = gate / (1 + e^-gate) * up;   with a limit: g = min(gate, limit), u = clamp(up, +-limit), y = g / (1 + e^(-alpha g)) * (u + 1)
#version 460
#extension GL_GOOGLE_include_directive : require
#include "shaders/include/memory.glsl"
#include "engine/ops/swiglu.params.h"

layout(local_size_x_id = 0) in;
layout(push_constant, scalar) uniform Push { SwiGluParams p; };

void main() {
    const uint i = gl_GlobalInvocationID.x;
    const uint64_t row = gl_WorkGroupID.y;
    if (i >= p.columns) return;
    float gate = ConstFloats(p.gate + 4 * row * p.gate_stride).at[i], up = ConstFloats(p.up + 4 * row * p.up_stride).at[i];
    float steepness = 1.0;
    if (p.limit > 0.0) {
        gate = min(gate, p.limit);
        up = clamp(up, -p.limit, p.limit) + 1.0;
        steepness = p.alpha;
    }
    // e^80 is finite, and gate / e^80 is nothing beside any other number of a row.
    Floats(p.y + 4 * row * p.y_stride).at[i] = gate / (1.0 + exp(min(-steepness * gate, 80.0))) * up;
}
