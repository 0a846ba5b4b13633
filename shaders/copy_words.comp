// y[i] = x[i]: measures what a device's memory gives to shaders, and nothing else.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "shaders/include/memory.glsl"
#include "engine/ops/copy_words.params.h"

layout(local_size_x_id = 0) in;
layout(push_constant, scalar) uniform Push { CopyWordsParams p; };
layout(buffer_reference, scalar, buffer_reference_align = 16) buffer Quads { uvec4 at[]; };

void main() {
    const uint all = gl_NumWorkGroups.x * gl_WorkGroupSize.x;
    for (uint i = gl_GlobalInvocationID.x; i < p.quads; i += all) Quads(p.y).at[i] = Quads(p.x).at[i];
}
