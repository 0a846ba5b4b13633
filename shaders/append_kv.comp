// cache[position + t, i] = x[t, i], rounded to nearest even where the cache is F16, in blocks of 32 where it is Q8_0
#version 460
#extension GL_GOOGLE_include_directive : require
#include "shaders/include/cache_rows.glsl"
#include "engine/ops/append_kv.params.h"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const uint kType = 1;
layout(push_constant, scalar) uniform Push { AppendKvParams p; };

void main() {
    const uint i = gl_GlobalInvocationID.x, row = gl_WorkGroupID.y;
    const uint64_t position = StepBlock(p.step).head.position + row;
    const uint64_t cached = p.cache + bytes_of(kType, position * p.columns);
    ConstFloats x = ConstFloats(p.x + 4 * (uint64_t(row) * p.x_stride));
    if (kType == kCacheQ8) {
        if (32 * i >= p.columns) return;
        float block[32];
        for (uint k = 0; k < 32; ++k) block[k] = x.at[32 * i + k];
        store_q8_block(cached, i, block);
    } else if (i < p.columns) {
        store_in_cache(kType, cached, i, x.at[i]);
    }
}
