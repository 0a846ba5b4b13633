// y_m = W_m norm(x) + bias_m,  norm(x) = gain * x / sqrt(mean_j x_j^2 + eps): the dots are taken with gain * x and scaled at the end
#version 460
#extension GL_GOOGLE_include_directive : require
layout(constant_id = 1) const uint ROWS = 2;
const uint SUMS = ROWS + 1;  // the last: of squares
#include "shaders/include/matvec.glsl"
#include "engine/ops/matmul.params.h"

layout(push_constant, scalar) uniform Push { NormMatVecParams p; };
uint64_t codebook_address() { return p.codebook; }

void main() {
    const uint m = gl_WorkGroupID.y, first_row = gl_WorkGroupID.x * ROWS, rows = p.rows[m];
    if (first_row >= rows) return;
    const uint64_t w = p.w[m] + uint64_t(first_row) * p.row_bytes;
    float sums[SUMS];
    for (uint n = 0; n < SUMS; ++n) sums[n] = 0.0;
    for (uint i = 8 * gl_LocalInvocationID.x; i < p.columns; i += 8 * gl_WorkGroupSize.x) {
        Operand x = load_operand(p.x, i, p.columns);
#ifndef PACKED_DOT
        if (p.gain != 0) apply_gain(p.gain, i, p.columns, x, sums[ROWS]);
#endif
        for (uint r = 0; r < ROWS; ++r) sums[r] += dot8(w + min(r, rows - 1 - first_row) * p.row_bytes, i, p.columns, x);
    }
    workgroup_sums(sums);
    const float scale = p.gain != 0 ? inversesqrt(sums[ROWS] / float(p.columns) + p.eps) : 1.0;
    for (uint r = gl_LocalInvocationID.x; r < ROWS; r += gl_WorkGroupSize.x) {
        if (first_row + r >= rows) continue;
        const float bias = p.bias[m] != 0 ? ConstFloats(p.bias[m]).at[first_row + r] : 0.0;
        Floats(p.y[m]).at[first_row + r] = sums[r] * scale + bias;
    }
#ifndef PACKED_DOT
    if (p.h == 0 || m != 0 || gl_WorkGroupID.x != 0) return;
    for (uint i = gl_LocalInvocationID.x; i < p.columns; i += gl_WorkGroupSize.x) {
        Floats(p.h).at[i] = ConstFloats(p.x).at[i] * ConstFloats(p.gain).at[i] * scale;
    }
#endif
}
