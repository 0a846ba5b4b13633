// y[t, z, o] = sum_j weights[t, j] (W[slice] x[t, j] + bias[slice])[o] + residual[t, o]
// The invocations of a workgroup share the columns of ROWS rows for TOKENS tokens; a sum over slots is one long row.
#version 460
#extension GL_GOOGLE_include_directive : require
layout(constant_id = 1) const uint ROWS = 2;
layout(constant_id = 2) const uint TOKENS = 1;   // 1 where there are ids
layout(constant_id = 3) const bool SUMMED = false;  // over p.slots slots, with weights
const uint SUMS = ROWS * TOKENS;
#include "shaders/include/matvec.glsl"
#include "engine/ops/matmul.params.h"

layout(push_constant, scalar) uniform Push { MatVecParams p; };
uint64_t codebook_address() { return p.codebook; }

uint slice_of(uint t, uint slot) { return p.ids == 0 ? slot : ConstUints(p.ids).at[t * p.ids_stride + slot]; }
float weight_of(uint t, uint slot) { return ConstFloats(p.weights).at[t * p.weights_stride + slot]; }

float sums[SUMS];

// Adds eight columns' products of all rows and tokens.
void add_products(uint64_t slice, uint first_row, uint first_token, uint tokens, uint slot, uint i, float weight) {
    Operand x[TOKENS];
    for (uint c = 0; c < TOKENS; ++c) {
        const uint t = min(first_token + c, tokens - 1);
        x[c] = load_operand(p.x + 4 * (uint64_t(t) * p.x_stride + slot * p.x_slot), i, p.columns);
    }
    for (uint r = 0; r < ROWS; ++r) {
        const uint64_t row = slice + uint64_t(min(first_row + r, p.rows - 1)) * p.row_bytes;
        for (uint c = 0; c < TOKENS; ++c) {
            const float product = dot8(row, i, p.columns, x[c]);
            sums[c * ROWS + r] += SUMMED ? weight * product : product;
        }
    }
}

void main() {
    const uint first_row = gl_WorkGroupID.x * ROWS, first_token = gl_WorkGroupID.z * TOKENS, z = gl_WorkGroupID.y;
    const uint tokens = TOKENS == 1 ? first_token + 1 : ConstUints(p.row_count).at[0];
    for (uint n = 0; n < SUMS; ++n) sums[n] = 0.0;
    if (SUMMED) {
        const uint padded = (p.columns + 7) / 8 * 8;
        uint slot = 0;
        for (uint i = 8 * gl_LocalInvocationID.x;; i += 8 * gl_WorkGroupSize.x) {
            for (; i >= padded && slot < p.slots; i -= padded) ++slot;
            if (slot >= p.slots) break;
            const uint64_t slice = p.w + slice_of(first_token, slot) * p.slice_bytes;
            add_products(slice, first_row, first_token, tokens, slot, i, weight_of(first_token, slot));
        }
    } else {
        const uint64_t slice = p.w + slice_of(first_token, z) * p.slice_bytes;
        for (uint i = 8 * gl_LocalInvocationID.x; i < p.columns; i += 8 * gl_WorkGroupSize.x) {
            add_products(slice, first_row, first_token, tokens, z, i, 1.0);
        }
    }
    workgroup_sums(sums);
    for (uint n = gl_LocalInvocationID.x; n < SUMS; n += gl_WorkGroupSize.x) {
        const uint row = first_row + n % ROWS, t = first_token + n / ROWS;
        if (row >= p.rows || t >= tokens) continue;
        float sum = sums[n];
        if (p.bias != 0) {
            for (uint slot = SUMMED ? 0 : z; slot < (SUMMED ? p.slots : z + 1); ++slot) {
                const float bias = ConstFloats(p.bias).at[slice_of(t, slot) * p.rows + row];
                sum += SUMMED ? weight_of(t, slot) * bias : bias;
            }
        }
        if (p.residual != 0) sum += ConstFloats(p.residual + 4 * (uint64_t(t) * p.residual_stride)).at[row];
        Floats(p.y + 4 * (uint64_t(t) * p.y_stride + z * p.y_slot)).at[row] = sum;
    }
}
