/// engine/ops/rotate_append.params.h: parameters of what goes before attention in one dispatch: RmsNorm of heads, Rope, AppendKv.
#ifndef SOLILOQUY_OPS_ROTATE_APPEND_PARAMS_H
#define SOLILOQUY_OPS_ROTATE_APPEND_PARAMS_H
#include "engine/ops/params.h"

SOLILOQUY_PARAMS_BEGIN

/// Workgroup (i, t) works on vector i of token t: the n_q vectors of the query, then the n_k of the key, the others of the value.
/// The sizes of the vectors are specialization constants.
struct RotateAppendParams {
    Address q, k, v;         // F32 [tokens, stride]; q and k in place
    Address q_norm, k_norm;  // F32 gains; 0 = no norm
    Address k_cache, v_cache;
    Address rotations, step;
    uint q_stride, k_stride, v_stride;
    uint n_q, n_k;
    uint k_columns, v_columns;  // of the caches
    float q_eps, k_eps;
};

SOLILOQUY_PARAMS_END
#endif
