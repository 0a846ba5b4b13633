// y[t, z, o] = (W[slice] x[t, z] + bias[slice])[o] + residual[t, o], a tile of 64 rows by 64 tokens at a time
// Tiles of W and x lie in shared memory, 32 columns of each, columns first; every one of 256 invocations sums 4 x 4 numbers.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "shaders/include/block.glsl"
#include "engine/ops/matmul.params.h"
#include "engine/ops/matmul_experts.params.h"

layout(local_size_x_id = 0) in;  // 256
layout(push_constant, scalar) uniform Push { MatMulParams p; };
uint64_t codebook_address() { return p.codebook; }
layout(buffer_reference, scalar, buffer_reference_align = 4) readonly buffer Tiles {
    uint count;
    ExpertTile at[];
};

const uint kTile = 64, kDepth = 32;
// Number (column, row) of a tile: vector row / 4 of the column, moved so that neither reads nor writes meet in one bank.
shared vec4 w_tile[kDepth * kTile / 4];
shared vec4 x_tile[kDepth * kTile / 4];
uint vector_at(uint column, uint quad) { return column * (kTile / 4) + (quad ^ (column / 8 * 2)); }

// Where the rows of this workgroup come from and go to.
uint first_row, first, count, slice, slot;

uint entry_at(uint n) { return ConstUints(p.entries).at[first + n]; }
uint64_t x_row(uint n) {
    if (p.entries == 0) return p.x + 4 * (uint64_t(first + n) * p.x_stride + slot * p.x_slot);
    const uint entry = entry_at(n);
    return p.x + 4 * (uint64_t(entry / p.n_used) * p.x_stride + entry % p.n_used * p.x_slot);
}

void main() {
    const uint lane = gl_LocalInvocationID.x;
    first_row = gl_WorkGroupID.x * kTile;
    if (p.entries == 0) {
        first = gl_WorkGroupID.y * kTile;
        count = min(ConstUints(p.row_count).at[0] - first, kTile);
        slice = slot = gl_WorkGroupID.z;
    } else {
        if (gl_WorkGroupID.y >= Tiles(p.tiles).count) return;
        const ExpertTile tile = Tiles(p.tiles).at[gl_WorkGroupID.y];
        first = tile.begin;
        count = tile.end - tile.begin;
        slice = tile.expert;
        slot = 0;
    }

    const uint line = lane / 4, group = 8 * (lane % 4);  // what this invocation brings: eight columns of one row of each tile
    const uint64_t w_row = p.w + slice * p.slice_bytes + uint64_t(min(first_row + line, p.rows - 1)) * p.row_bytes;
    const uint64_t x_line = x_row(min(line, count - 1));
    const uint quad_w = lane % 16, quad_x = lane / 16;  // what it sums: rows 4 quad_w .., tokens 4 quad_x ..
    vec4 sums[4] = vec4[4](vec4(0.0), vec4(0.0), vec4(0.0), vec4(0.0));
    for (uint from = 0; from < p.columns; from += kDepth) {
        vec4 w_lo = vec4(0.0), w_hi = vec4(0.0), x_lo = vec4(0.0), x_hi = vec4(0.0);
        if (from + group < p.columns) {
            dequantize8_of(w_row, from + group, p.columns, w_lo, w_hi);
            load_floats8_of(x_line, from + group, p.columns, x_lo, x_hi);
        }
        barrier();
        for (uint k = 0; k < 4; ++k) {
            const uint low = vector_at(group + k, line / 4), high = vector_at(group + 4 + k, line / 4);
            w_tile[low][line % 4] = w_lo[k];
            w_tile[high][line % 4] = w_hi[k];
            x_tile[low][line % 4] = x_lo[k];
            x_tile[high][line % 4] = x_hi[k];
        }
        barrier();
        for (uint k = 0; k < kDepth; ++k) {
            const vec4 w = w_tile[vector_at(k, quad_w)], x = x_tile[vector_at(k, quad_x)];
            for (uint n = 0; n < 4; ++n) sums[n] += w * x[n];
        }
    }
    for (uint n = 0; n < 4; ++n) {
        const uint column = 4 * quad_x + n;
        if (column >= count) break;
        uint t = first + column, z = slot;
        if (p.entries != 0) {
            const uint entry = entry_at(column);
            t = entry / p.n_used;
            z = entry % p.n_used;
        }
        for (uint k = 0; k < 4; ++k) {
            const uint row = first_row + 4 * quad_w + k;
            if (row >= p.rows) break;
            float sum = sums[n][k];
            if (p.bias != 0) sum += ConstFloats(p.bias).at[slice * p.rows + row];
            if (p.residual != 0) sum += ConstFloats(p.residual + 4 * (uint64_t(t) * p.residual_stride)).at[row];
            Floats(p.y + 4 * (uint64_t(t) * p.y_stride + z * p.y_slot)).at[row] = sum;
        }
    }
}
