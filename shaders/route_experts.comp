// p = gate(logits), s = p + bias; ids = the best s within the best groups, weights = p[ids] (/ their sum) * scale
#version 460
#extension GL_GOOGLE_include_directive : require
#include "shaders/include/memory.glsl"
#include "shaders/include/workgroup.glsl"
#include "engine/ops/route_experts.params.h"

layout(constant_id = 1) const uint kGate = 0;
layout(constant_id = 2) const uint kExperts = 64;
layout(constant_id = 3) const uint kGroups = 1;
layout(push_constant, scalar) uniform Push { RouteExpertsParams p; };

const uint kSoftmax = 0, kSigmoid = 1, kSoftmaxSelected = 2, kSqrtSoftplus = 3;
const float kNotANumber = -3.0e38;  // below every score
const float kDropped = -3.2e38;     // and below that
const float kMinSum = 6.103515625e-5;

const uint kQuads = (kExperts + 3) / 4;
const uint kGroupSize = kExperts / kGroups;
const uint kMostUsed = 64;
shared vec4 scores[kQuads];  // those behind the last expert are kDropped
shared float group_scores[kGroups];
shared float chosen[kMostUsed];

bool is_number(float x) { return (floatBitsToUint(x) & 0x7fffffffu) <= 0x7f800000u; }

float score(uint i) { return scores[i / 4][i % 4]; }

float gate(float logit) {
    switch (kGate) {
        case kSigmoid: return 1.0 / (1.0 + exp(-logit));
        // ln(1 + u) = 2 artanh(u / (2 + u)), a series that keeps small u
        case kSqrtSoftplus: {
            const float u = exp(-abs(logit)), z = u / (2.0 + u), z2 = z * z;
            const float series = 1.0 + z2 * (1.0 / 3.0 + z2 * (1.0 / 5.0 + z2 * (1.0 / 7.0 + z2 * (1.0 / 9.0 + z2 * (1.0 / 11.0 + z2 * (1.0 / 13.0))))));
            return sqrt(max(logit, 0.0) + 2.0 * z * series);
        }
        default: return logit;
    }
}

// How many experts go before one with this score: ties go by the index.
uint rank_of(float mine, uint index) {
    uint before = 0;
    for (uint q = 0; q < kQuads; ++q) {
        const vec4 others = scores[q];
        for (uint e = 0; e < 4; ++e) before += others[e] > mine || (others[e] == mine && 4 * q + e < index) ? 1 : 0;
    }
    return before;
}

void drop_groups() {
    for (uint g = gl_LocalInvocationID.x; g < kGroups; g += gl_WorkGroupSize.x) {
        float best = kDropped, second = kDropped;
        for (uint i = g * kGroupSize; i < (g + 1) * kGroupSize; ++i) {
            const float s = score(i);
            second = max(second, min(s, best));
            best = max(best, s);
        }
        // Halves, so that two of the lowest scores have a sum.
        group_scores[g] = kGroupSize > 1 ? 0.5 * best + 0.5 * second : best;
    }
    barrier();
    for (uint i = gl_LocalInvocationID.x; i < kExperts; i += gl_WorkGroupSize.x) {
        const uint mine = i / kGroupSize;
        uint before = 0;
        for (uint g = 0; g < kGroups; ++g)
            before += group_scores[g] > group_scores[mine] || (group_scores[g] == group_scores[mine] && g < mine) ? 1 : 0;
        if (before >= p.n_groups_used) scores[i / 4][i % 4] = kDropped;
    }
    barrier();
}

void main() {
    const uint me = gl_LocalInvocationID.x;
    const uint64_t t = gl_WorkGroupID.x;
    ConstFloats logits = ConstFloats(p.logits + 4 * t * p.logits_stride);
    Ints ids = Ints(p.ids + 4 * t * p.ids_stride);
    Floats weights = Floats(p.weights + 4 * t * p.weights_stride);

    float greatest = kDropped, sum = 1.0;
    if (kGate == kSoftmax) {
        for (uint i = me; i < kExperts; i += gl_WorkGroupSize.x) greatest = max(greatest, logits.at[i]);
        greatest = workgroup_max(greatest);
        sum = 0.0;
        for (uint i = me; i < kExperts; i += gl_WorkGroupSize.x) sum += exp(logits.at[i] - greatest);
        sum = workgroup_sum(sum);
    }
    for (uint i = me; i < 4 * kQuads; i += gl_WorkGroupSize.x) {
        float s = kDropped;
        if (i < kExperts) {
            s = kGate == kSoftmax ? exp(logits.at[i] - greatest) / sum : gate(logits.at[i]);
            if (p.bias != 0) s += ConstFloats(p.bias).at[i];
            if (!is_number(s)) s = kNotANumber;
        }
        scores[i / 4][i % 4] = s;
    }
    barrier();
    if (kGroups > 1) drop_groups();

    for (uint i = me; i < kExperts; i += gl_WorkGroupSize.x) {
        const uint rank = rank_of(score(i), i);
        if (rank >= p.n_used) continue;
        ids.at[rank] = int(i);
        chosen[rank] = kGate == kSoftmax ? exp(logits.at[i] - greatest) / sum : gate(logits.at[i]);
    }
    barrier();

    float factor = p.scale, first = 0.0, all = 0.0;
    if (kGate == kSoftmaxSelected) {
        first = chosen[0];
        for (uint j = 1; j < p.n_used; ++j) first = max(first, chosen[j]);  // a bias may have put another before it
        for (uint j = 0; j < p.n_used; ++j) all += exp(chosen[j] - first);
        factor /= all;  // and the sum of the weights is 1
    } else if (p.normalize != 0) {
        for (uint j = 0; j < p.n_used; ++j) all += chosen[j];
        factor /= max(all, kMinSum);
    }
    for (uint j = me; j < p.n_used; j += gl_WorkGroupSize.x)
        weights.at[j] = (kGate == kSoftmaxSelected ? exp(chosen[j] - first) : chosen[j]) * factor;
}
