// q[i] = round(x[i] / scale),  scale = max |x| / 127 over each 32;  x may be normed first: gain * x / sqrt(mean_j x_j^2 + eps)
#version 460
#extension GL_GOOGLE_include_directive : require
#include "shaders/include/memory.glsl"
#include "shaders/include/workgroup.glsl"
#include "engine/ops/matmul.params.h"

layout(push_constant, scalar) uniform Push { QuantizeParams p; };
layout(buffer_reference, scalar, buffer_reference_align = 4) buffer Uints { uint at[]; };

void main() {
    const uint lane = gl_LocalInvocationID.x, width = gl_WorkGroupSize.x, row = gl_WorkGroupID.y;
    ConstFloats x = ConstFloats(p.x + 4 * (uint64_t(row) * p.x_stride));
    const uint64_t y = p.y + uint64_t(row) * (p.columns + p.columns / 8);
    float norm = 1.0;
    if (p.gain != 0) {
        float squares = 0.0;
        for (uint i = lane; i < p.columns; i += width) squares += x.at[i] * x.at[i];
        norm = inversesqrt(workgroup_sum(squares) / float(p.columns) + p.eps);
    }
    for (uint b = lane; b < p.columns / 32; b += width) {
        float most = 0.0;
        for (uint i = 32 * b; i < 32 * b + 32; ++i) {
            float number = x.at[i];
            if (p.gain != 0) number *= ConstFloats(p.gain).at[i] * norm;
            if (p.h != 0) Floats(p.h).at[i] = number;
            most = max(most, abs(number));
        }
        const float inverse = most > 0.0 ? 127.0 / most : 0.0;
        for (uint i = 32 * b; i < 32 * b + 32; i += 4) {
            uint word = 0;
            for (uint k = 0; k < 4; ++k) {
                float number = x.at[i + k];
                if (p.gain != 0) number *= ConstFloats(p.gain).at[i + k] * norm;
                word |= (uint(int(roundEven(number * inverse))) & 255u) << (8 * k);
            }
            Uints(y).at[i / 4] = word;
        }
        Floats(y + p.columns).at[b] = most / 127.0;
    }
}
