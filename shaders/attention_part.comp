// s[r, p] = scale q[r] . k[p];  over a part of the positions: m[r] = max s, l[r] = sum_p e^(s - m), o[r] = sum_p e^(s - m) v[p];  y = o / l
#version 460
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_KHR_shader_subgroup_arithmetic : require
#include "shaders/include/cache_rows.glsl"
#include "engine/ops/attention.params.h"

layout(local_size_x_id = 0) in;
layout(constant_id = 0) const uint kWidth = 128;
layout(constant_id = 1) const uint kRows = 8;  // query rows of a workgroup: all of them use each key and value that it reads
layout(constant_id = 2) const uint kType = 1;  // of the caches
layout(constant_id = 3) const uint kKeyDim = 128;
layout(constant_id = 4) const uint kAbsorbedDim = 0;
layout(constant_id = 5) const uint kValueDim = 128;
layout(constant_id = 6) const uint kKeyQuads = 1;    // 1: rows and heads of keys begin at multiples of four numbers
layout(constant_id = 7) const uint kValuePairs = 1;  // 1: those of values begin at multiples of two
layout(constant_id = 8) const uint kValueLanes = 64;  // invocations side by side on one value: a power of two, at most kWidth
layout(push_constant, scalar) uniform Push { AttentionParams p; };

const uint kLanes = 4;                // invocations side by side on one key
const uint kTile = kWidth / kLanes;   // positions at a time
const uint kPitch = kTile + 8;        // keeps the lanes of a key in different banks
const uint kQuads = (kKeyDim + 3) / 4;
const uint kVectors = kValuePairs != 0 ? kValueDim / 2 : kValueDim;  // of a value: pairs or single numbers
const uint kSlots = (kVectors + kValueLanes - 1) / kValueLanes;      // of them for each invocation
const uint kTeams = kWidth / kValueLanes;                            // share the positions of a tile
const float kLowest = -1e30;  // stands for minus infinity, which devices need not know

shared vec4 queries[kRows * kQuads];
shared float lane_sums[kRows * kLanes * kPitch];  // at the end: [kTeams, kValueLanes, kRows], which is no more
shared float weights[kTile * kRows];
shared float greatest[kRows], total[kRows], rescale[kRows];

uint n_rows, group, first_row, first_position;

uint row_at(uint r) { return min(first_row + r, n_rows - 1); }
uint last_of(uint row) { return first_position + row / group; }  // position of the row's token
uint first_of(uint row) {
    const uint last = last_of(row);
    return p.window == 0 || last < p.window ? 0 : last - p.window + 1;
}

void load_queries() {
    for (uint i = gl_LocalInvocationID.x; i < kRows * kQuads * 4; i += kWidth) {
        const uint row = row_at(i / (4 * kQuads)), d = i % (4 * kQuads);
        const uint64_t t = row / group;
        const uint head = gl_WorkGroupID.y * group + row % group;
        float number = 0.0;
        if (d < kAbsorbedDim) {
            number = ConstFloats(p.absorbed + 4 * (t * p.absorbed_stride + head * kAbsorbedDim)).at[d];
        } else if (d < kKeyDim) {
            number = ConstFloats(p.q + 4 * (t * p.q_stride + head * p.q_head)).at[d - kAbsorbedDim];
        }
        queries[i / 4][i % 4] = p.scale * number;
    }
}

// lane_sums[r, lane, position of the tile] = the lane's part of s[r, p]
void score_tile(uint tile, uint end) {
    const uint lane = gl_LocalInvocationID.x % kLanes, at = gl_LocalInvocationID.x / kLanes;
    const uint64_t position = min(tile + at, end - 1);
    const uint64_t key = p.k + bytes_of(kType, position * p.k_columns + gl_WorkGroupID.y * kKeyDim);
    float sums[kRows];
    [[unroll]] for (uint r = 0; r < kRows; ++r) sums[r] = 0.0;
    for (uint d = lane; d < kQuads; d += kLanes) {
        vec4 k;
        if (kKeyQuads != 0) {
            k = cache_quad(kType, key, d);
        } else {
            for (uint i = 0; i < 4; ++i) k[i] = cache_number(kType, key, min(4 * d + i, kKeyDim - 1));
        }
        [[unroll]] for (uint r = 0; r < kRows; ++r) sums[r] += dot(queries[r * kQuads + d], k);
    }
    [[unroll]] for (uint r = 0; r < kRows; ++r) lane_sums[(r * kLanes + lane) * kPitch + at] = sums[r];
}

// Each subgroup takes rows of its own: weights[p, r] = e^(s - m), with the running maximum m and sum.
void weigh_tile(uint tile, uint end) {
    for (uint r = gl_SubgroupID; r < kRows; r += gl_NumSubgroups) {
        const uint row = row_at(r), first = first_of(row), last = min(last_of(row), end - 1);
        const float before = greatest[r], sum_before = total[r];
        float most = before;
        for (uint i = gl_SubgroupInvocationID; i < kTile; i += gl_SubgroupSize) {
            float s = kLowest;
            if (tile + i >= first && tile + i <= last) {
                s = 0.0;
                [[unroll]] for (uint lane = 0; lane < kLanes; ++lane) s += lane_sums[(r * kLanes + lane) * kPitch + i];
            }
            weights[i * kRows + r] = s;
            most = max(most, s);
        }
        most = subgroupMax(most);
        float sum = 0.0;
        for (uint i = gl_SubgroupInvocationID; i < kTile; i += gl_SubgroupSize) {
            const float s = weights[i * kRows + r];
            const float weight = s > kLowest ? exp(s - most) : 0.0;
            weights[i * kRows + r] = weight;
            sum += weight;
        }
        sum = subgroupAdd(sum);
        if (subgroupElect()) {
            const float kept = exp(before - most);
            rescale[r] = kept;
            total[r] = sum_before * kept + sum;
            greatest[r] = most;
        }
    }
}

vec2 value_vector(uint64_t value, uint i) {
    return kValuePairs != 0 ? cache_pair(kType, value, i) : vec2(cache_number(kType, value, i), 0.0);
}

vec2 sums[kRows * kSlots];  // of values, of this invocation's columns and team

void add_values(uint tile, uint end) {
    const uint lane = gl_LocalInvocationID.x % kValueLanes, team = gl_LocalInvocationID.x / kValueLanes;
    [[unroll]] for (uint r = 0; r < kRows; ++r) {
        const float kept = rescale[r];
        [[unroll]] for (uint slot = 0; slot < kSlots; ++slot) sums[r * kSlots + slot] *= kept;
    }
    const uint count = min(kTile, end - tile);
    for (uint i = team; i < count; i += kTeams) {
        const uint64_t value = p.v + bytes_of(kType, uint64_t(tile + i) * p.v_columns + gl_WorkGroupID.y * kValueDim);
        [[unroll]] for (uint slot = 0; slot < kSlots; ++slot) {
            const vec2 v = value_vector(value, min(slot * kValueLanes + lane, kVectors - 1));
            [[unroll]] for (uint r = 0; r < kRows; ++r) sums[r * kSlots + slot] += weights[i * kRows + r] * v;
        }
    }
}

// The teams' sums, in those of the first team.
void join_teams() {
    if (kTeams == 1) return;  // and more than one slot only then
    const uint me = gl_LocalInvocationID.x;
    for (uint part = 0; part < (kValuePairs != 0 ? 2 : 1); ++part) {
        barrier();
        [[unroll]] for (uint r = 0; r < kRows; ++r) lane_sums[r * kWidth + me] = sums[r * kSlots][part];
        barrier();
        if (me < kValueLanes) {
            [[unroll]] for (uint r = 0; r < kRows; ++r) {
                float sum = 0.0;
                for (uint team = 0; team < kTeams; ++team) sum += lane_sums[r * kWidth + team * kValueLanes + me];
                sums[r * kSlots][part] = sum;
            }
        }
    }
}

// Numbers of the invocation's columns of row r, each times `factor`.
void store_row(uint64_t to, uint r, float factor) {
    [[unroll]] for (uint slot = 0; slot < kSlots; ++slot) {
        const uint i = slot * kValueLanes + gl_LocalInvocationID.x;
        if (i >= kVectors) continue;
        const vec2 numbers = sums[r * kSlots + slot] * factor;
        if (kValuePairs != 0) {
            Floats(to).at[2 * i] = numbers.x;
            Floats(to).at[2 * i + 1] = numbers.y;
        } else {
            Floats(to).at[i] = numbers.x;
        }
    }
}

void store() {
    const uint splits = gl_NumWorkGroups.z;
    for (uint r = 0; r < kRows && first_row + r < n_rows; ++r) {
        const uint row = first_row + r, head = gl_WorkGroupID.y * group + row % group;
        const uint64_t t = row / group;
        if (splits == 1) {
            float most = greatest[r], sum = total[r], kept = 1.0;
            if (p.sinks != 0) {
                const float sink = ConstFloats(p.sinks).at[head], with_sink = max(most, sink);
                kept = exp(most - with_sink);
                sum = sum * kept + exp(sink - with_sink);
            }
            if (gl_LocalInvocationID.x < kValueLanes) store_row(p.y + 4 * (t * p.y_stride + head * kValueDim), r, kept / sum);
        } else {
            const uint64_t part = p.parts + 4 * (((t * p.n_heads + head) * splits + gl_WorkGroupID.z) * (kValueDim + 2));
            if (gl_LocalInvocationID.x < kValueLanes && total[r] > 0.0) store_row(part, r, 1.0);
            if (gl_LocalInvocationID.x == 0) {
                Floats(part).at[kValueDim] = greatest[r];
                Floats(part).at[kValueDim + 1] = total[r];
            }
        }
    }
}

void main() {
    const StepHead step = StepBlock(p.step).head;
    first_position = step.position;
    group = p.n_heads / gl_NumWorkGroups.y;
    n_rows = step.tokens * group;
    first_row = gl_WorkGroupID.x * kRows;
    if (first_row >= n_rows) return;
    for (uint i = gl_LocalInvocationID.x; i < kRows; i += kWidth) {
        greatest[i] = kLowest;
        total[i] = 0.0;
    }
    [[unroll]] for (uint i = 0; i < kRows * kSlots; ++i) sums[i] = vec2(0.0);

    const uint seen_from = first_of(first_row), seen_to = last_of(row_at(kRows - 1)) + 1;
    const uint tiles = (seen_to - seen_from + kTile - 1) / kTile;
    const uint tiles_of_part = (tiles + gl_NumWorkGroups.z - 1) / gl_NumWorkGroups.z;
    const uint begin = min(seen_from + gl_WorkGroupID.z * tiles_of_part * kTile, seen_to);
    const uint end = min(begin + tiles_of_part * kTile, seen_to);
    if (begin < end) load_queries();
    barrier();
    for (uint tile = begin; tile < end; tile += kTile) {
        score_tile(tile, end);
        barrier();
        weigh_tile(tile, end);
        barrier();
        add_values(tile, end);
    }
    join_teams();
    store();
}
