// y[o, i] = x[tokens - outputs + o, i]
#version 460
#extension GL_GOOGLE_include_directive : require
#include "shaders/include/memory.glsl"
#include "engine/ops/select_rows.params.h"

layout(local_size_x_id = 0) in;
layout(push_constant, scalar) uniform Push { SelectRowsParams p; };

void main() {
    const uint i = gl_GlobalInvocationID.x;
    if (i >= p.columns) return;
    const StepHead step = StepBlock(p.step).head;
    const uint64_t row = gl_WorkGroupID.y, source = step.tokens - step.outputs + gl_WorkGroupID.y;
    Floats(p.y + 4 * row * p.y_stride).at[i] = ConstFloats(p.x + 4 * source * p.x_stride).at[i];
}
