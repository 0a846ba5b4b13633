/// engine/ops/attention_mla.params.h: parameters of AttentionMla on a device for one token: what goes before the softmax, and behind it.
#ifndef SOLILOQUY_OPS_ATTENTION_MLA_PARAMS_H
#define SOLILOQUY_OPS_ATTENTION_MLA_PARAMS_H
#include "engine/ops/params.h"

SOLILOQUY_PARAMS_BEGIN

/// Workgroups [0, n_heads) rotate the heads of the query, workgroup n_heads norms, rotates and appends the latent row, and the others
/// multiply by k_b: `groups` of them for each head. Sizes are specialization constants.
struct MlaPrepareParams {
    Address q;      // F32 [n_heads, nope + rope], in place
    Address row;    // F32 [latent + rope], in place
    Address norm;   // F32 [latent]; 0 = no norm
    Address cache;  // [positions, latent + rope]
    Address rotations, step;
    Address k_b;       // [n_heads, latent, nope]
    Address absorbed;  // F32 [n_heads, latent]
    Address codebook;
    uint n_heads;
    uint groups;
    uint row_bytes, slice_bytes;  // of k_b
    float eps;
};

/// Workgroup (c, h): chunk c of the rows of v_b of head h, times the sum of the head's parts (AttentionParams).
struct MlaExpandParams {
    Address parts;
    Address v_b;  // [n_heads, value, latent]
    Address y;    // F32 [n_heads, value]
    Address codebook;
    uint splits;
    uint value;
    uint row_bytes, slice_bytes;  // of v_b
};

SOLILOQUY_PARAMS_END
#endif
