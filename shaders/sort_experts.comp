// entries = the pairs (t, slot) ordered by ids[t, slot];  tiles = runs of at most 64 of them with one expert
#version 460
#extension GL_GOOGLE_include_directive : require
#include "shaders/include/memory.glsl"
#include "shaders/include/workgroup.glsl"
#include "engine/ops/matmul_experts.params.h"

layout(push_constant, scalar) uniform Push { SortExpertsParams p; };
layout(buffer_reference, scalar, buffer_reference_align = 4) writeonly buffer Tiles {
    uint count;
    ExpertTile at[];
};

const uint kMostExperts = 1024;
const uint kTile = 64;
shared uint next[kMostExperts];  // first the number of an expert's entries, then where its next one goes

uint expert_of(uint entry) { return ConstUints(p.ids).at[entry / p.n_used * p.ids_stride + entry % p.n_used]; }

void main() {
    const uint lane = gl_LocalInvocationID.x, width = gl_WorkGroupSize.x;
    const uint entries = ConstUints(p.row_count).at[0] * p.n_used;
    for (uint e = lane; e < p.n_experts; e += width) next[e] = 0;
    barrier();
    for (uint i = lane; i < entries; i += width) atomicAdd(next[expert_of(i)], 1);
    barrier();
    if (lane == 0) {
        uint begin = 0, tiles = 0;
        for (uint e = 0; e < p.n_experts; ++e) {
            const uint end = begin + next[e];
            next[e] = begin;
            for (; begin < end; begin += min(kTile, end - begin)) {
                Tiles(p.tiles).at[tiles++] = ExpertTile(e, begin, min(begin + kTile, end));
            }
        }
        Tiles(p.tiles).count = tiles;
    }
    barrier();
    for (uint i = lane; i < entries; i += width) Ints(p.entries).at[atomicAdd(next[expert_of(i)], 1)] = int(i);
}
