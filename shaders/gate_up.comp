// y[z, o] = swiglu(W_gate[e] h + gate_bias[e], W_up[e] h + up_bias[e])[o],  e = ids[z],  h = x or gain * x / sqrt(mean_j x_j^2 + eps)
#version 460
#extension GL_GOOGLE_include_directive : require
layout(constant_id = 1) const uint ROWS = 1;
const uint SUMS = 2 * ROWS + 1;  // gates, ups, squares
#include "shaders/include/matvec.glsl"
#include "engine/ops/matmul.params.h"

layout(push_constant, scalar) uniform Push { GateUpParams p; };
uint64_t codebook_address() { return p.codebook; }

// silu(gate) * up, or with a limit the clamped form of engine/ops/swiglu.h
float swiglu(float gate, float up) {
    if (p.limit <= 0.0) return gate / (1.0 + exp(min(-gate, 80.0))) * up;
    const float g = min(gate, p.limit);
    return g / (1.0 + exp(min(-p.alpha * g, 80.0))) * (clamp(up, -p.limit, p.limit) + 1.0);
}

void main() {
    const uint z = gl_WorkGroupID.y, first_row = gl_WorkGroupID.x * ROWS;
    const uint slice = p.ids != 0 ? ConstUints(p.ids).at[z] : 0;
    const uint64_t at = slice * p.slice_bytes + uint64_t(first_row) * p.row_bytes;
    float sums[SUMS];
    for (uint n = 0; n < SUMS; ++n) sums[n] = 0.0;
    for (uint i = 8 * gl_LocalInvocationID.x; i < p.columns; i += 8 * gl_WorkGroupSize.x) {
        Operand x = load_operand(p.x, i, p.columns);
#ifndef PACKED_DOT
        if (p.gain != 0) apply_gain(p.gain, i, p.columns, x, sums[2 * ROWS]);
#endif
        for (uint n = 0; n < 2 * ROWS; ++n) {
            const uint64_t row = (n < ROWS ? p.gate : p.up) + at + min(n % ROWS, p.rows - 1 - first_row) * p.row_bytes;
            sums[n] += dot8(row, i, p.columns, x);
        }
    }
    workgroup_sums(sums);
    const float scale = p.gain != 0 ? inversesqrt(sums[2 * ROWS] / float(p.columns) + p.eps) : 1.0;
    for (uint r = gl_LocalInvocationID.x; r < ROWS; r += gl_WorkGroupSize.x) {
        const uint row = first_row + r;
        if (row >= p.rows) continue;
        const float gate = p.gate_bias != 0 ? ConstFloats(p.gate_bias).at[slice * p.rows + row] : 0.0;
        const float up = p.up_bias != 0 ? ConstFloats(p.up_bias).at[slice * p.rows + row] : 0.0;
        Floats(p.y).at[z * p.y_slot + row] = swiglu(sums[r] * scale + gate, sums[ROWS + r] * scale + up);
    }
}
