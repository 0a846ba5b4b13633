// y[t, i] = table[ids[t], i]
#version 460
#extension GL_GOOGLE_include_directive : require
#include "shaders/include/block.glsl"
#include "shaders/include/workgroup.glsl"
#include "engine/ops/embed.params.h"

layout(push_constant, scalar) uniform Push { EmbedParams p; };
uint64_t codebook_address() { return p.codebook; }

void main() {
    const uint t = gl_WorkGroupID.x;
    const uint64_t row = p.table + uint64_t(StepBlock(p.step).ids[t]) * p.row_bytes;
    Floats y = Floats(p.y + 4 * (uint64_t(t) * p.y_stride));
    for (uint i = 8 * gl_LocalInvocationID.x; i < p.columns; i += 8 * gl_WorkGroupSize.x) {
        vec4 lo, hi;
        dequantize8_of(row, i, p.columns, lo, hi);
        for (uint k = 0; k < min(p.columns - i, 8); ++k) y.at[i + k] = k < 4 ? lo[k] : hi[k & 3];
    }
}
