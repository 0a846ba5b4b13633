// behind latent attention to one token: y[h] = v_b[h] c,  c = sum_s e^(m[s] - M) o[s] / sum_s e^(m[s] - M) l[s] over the parts of a head
#version 460
#extension GL_GOOGLE_include_directive : require
layout(constant_id = 2) const uint kVectorSize = 512;  // numbers of a latent
const uint kRowsEach = 8;
#include "shaders/include/vector_rows.glsl"
#include "engine/ops/attention_mla.params.h"

layout(push_constant, scalar) uniform Push { MlaExpandParams p; };
uint64_t codebook_address() { return p.codebook; }

const uint kMostSplits = 64;
const uint kPart = kVectorSize + 2;
shared float shares[kMostSplits];  // of the parts in the sum

void main() {
    const uint me = gl_LocalInvocationID.x, head = gl_WorkGroupID.y;
    ConstFloats parts = ConstFloats(p.parts + 4 * (uint64_t(head) * p.splits * kPart));
    float greatest = parts.at[kVectorSize], total = 0.0;
    for (uint s = 1; s < p.splits; ++s) greatest = max(greatest, parts.at[s * kPart + kVectorSize]);
    for (uint s = 0; s < p.splits; ++s) total += exp(parts.at[s * kPart + kVectorSize] - greatest) * parts.at[s * kPart + kVectorSize + 1];
    for (uint s = me; s < p.splits; s += kWidth) {
        const bool empty = parts.at[s * kPart + kVectorSize + 1] == 0.0;
        shares[s] = empty ? 0.0 : exp(parts.at[s * kPart + kVectorSize] - greatest) / total;
    }
    barrier();
    for (uint i = me; i < (kVectorSize + 7) / 8 * 8; i += kWidth) {
        float sum = 0.0;
        for (uint s = 0; s < p.splits; ++s) {
            if (shares[s] != 0.0 && i < kVectorSize) sum += shares[s] * parts.at[s * kPart + i];
        }
        vector[i] = sum;
    }
    multiply_rows(p.v_b + uint64_t(head) * p.slice_bytes, p.row_bytes, p.value, gl_WorkGroupID.x * kRowsOfGroup,
                  p.y + 4 * (head * p.value));
}
