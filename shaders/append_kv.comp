// cache[position + t, i] = x[t, i], rounded to nearest even where the cache is F16
#version 460
#extension GL_GOOGLE_include_directive : require
#include "shaders/include/cache_rows.glsl"
#include "engine/ops/append_kv.params.h"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const uint kType = 1;
layout(push_constant, scalar) uniform Push { AppendKvParams p; };

void main() {
    const uint i = gl_GlobalInvocationID.x, row = gl_WorkGroupID.y;
    if (i >= p.columns) return;
    const uint position = StepBlock(p.step).head.position;
    const float number = ConstFloats(p.x + 4 * (uint64_t(row) * p.x_stride)).at[i];
    store_in_cache(kType, p.cache + bytes_of(kType, uint64_t(position + row) * p.columns), i, number);
}
