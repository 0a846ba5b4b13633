/// engine/ops/matmul.params.h: parameters of linear layers on a device, with what is fused to them.
#ifndef SOLILOQUY_OPS_MATMUL_PARAMS_H
#define SOLILOQUY_OPS_MATMUL_PARAMS_H
#include "engine/ops/params.h"

SOLILOQUY_PARAMS_BEGIN

/// y[t, z, o] = sum_j weights[t, j] (W[slice] x[t, j] + bias[slice])[o] + residual[t, o]        for a few tokens
/// Without `weights` there is no sum: slot z is the workgroup's own. slice = ids[t, slot], or the slot where there are no ids.
/// Workgroups: (groups of rows, slots z, groups of tokens).
struct MatVecParams {
    Address w;            // of the variant's type [slices, rows, columns]
    Address x;            // F32 [tokens, x_stride]; slot j at j * x_slot. Packed variants: see QuantizeParams
    Address y;            // F32 [tokens, y_stride]; slot z at z * y_slot
    Address bias;         // F32 [slices, rows], optional
    Address residual;     // F32 [tokens, residual_stride], optional; may be y
    Address ids;          // I32 [tokens, ids_stride], optional
    Address weights;      // F32 [tokens, weights_stride], optional
    Address codebook;     // of IQ types
    Address row_count;    // of tokens: a number of the step block
    Address slice_bytes;  // a size, not an address
    uint columns, rows;
    uint row_bytes;
    uint slots;  // that are summed; 1 without weights
    uint x_stride, x_slot;
    uint y_stride, y_slot;
    uint residual_stride, ids_stride, weights_stride;
};

/// y_m = W_m (x or norm(x)) + bias_m for up to three matrices of one type and one token; norm(x) = gain * x / rms(x).
/// Workgroups: (groups of rows of the tallest matrix, matrices).
struct NormMatVecParams {
    Address x;         // F32 [columns]. Packed variants: see QuantizeParams
    Address gain;      // F32 [columns]; 0: x is used as it is
    Address h;         // F32 [columns]: gets norm(x); optional
    Address codebook;  // of IQ types
    Address w[3];
    Address y[3];     // F32 [rows]
    Address bias[3];  // F32 [rows], optional
    uint rows[3];
    uint columns;
    uint row_bytes;
    float eps;
};

/// y[z, o] = swiglu(W_gate[slice] h + gate_bias[slice], W_up[slice] h + up_bias[slice])[o],  slice = ids[z] (0 without ids),
/// h = x or norm(x), for one token. Workgroups: (groups of rows, slots z).
struct GateUpParams {
    Address gate, up;            // of the variant's type [slices, rows, columns]
    Address x;                   // F32 [columns]. Packed variants: see QuantizeParams
    Address y;                   // F32; slot z at z * y_slot
    Address gate_bias, up_bias;  // F32 [slices, rows], optional
    Address ids;                 // I32, optional
    Address gain;                // F32 [columns], optional: of the norm
    Address codebook;            // of IQ types
    Address slice_bytes;         // a size, not an address
    uint columns, rows;
    uint row_bytes;
    uint y_slot;
    float limit, alpha;  // of SwiGlu
    float eps;           // of the norm
};

/// y[t, z, o] = (W[slice] x[t, z] + bias[slice])[o] + residual[t, o] for many tokens, in tiles of 64 x 64.
/// Workgroups: (tiles of rows, tiles of tokens, slices), or with `tiles` (tiles of rows, tiles of the list): see SortExpertsParams.
struct MatMulParams {
    Address w;          // of the variant's type [slices, rows, columns]
    Address x;          // F32 [tokens, x_stride]; slot j at j * x_slot
    Address y;          // F32 [tokens, y_stride]; slot j at j * y_slot
    Address bias;       // F32 [slices, rows], optional
    Address residual;   // F32 [tokens, residual_stride], optional; may be y
    Address codebook;   // of IQ types
    Address row_count;  // of tokens: a number of the step block
    Address tiles, entries;
    Address slice_bytes;  // a size, not an address
    uint columns, rows;
    uint row_bytes;
    uint x_stride, x_slot;
    uint y_stride, y_slot;
    uint residual_stride;
    uint n_used;  // slots of a token in the list
};

/// x as signed bytes in blocks of 32: x[i] = scale * q[i]. A packed row of `columns` (a multiple of 32) numbers: the bytes, then F32
/// scales. With a gain norm(x) is packed, and written to h too if there is one. Workgroups: (parts of 4 numbers for every invocation,
/// slots, rows).
struct QuantizeParams {
    Address x, y;     // F32 [rows, x_stride], slot z at z * x_slot; y : [rows, slots] of columns + columns / 8 bytes
    Address gain, h;  // F32 [columns], [columns]; optional
    uint columns, x_stride, x_slot;
    float eps;
};

SOLILOQUY_PARAMS_END
#endif
