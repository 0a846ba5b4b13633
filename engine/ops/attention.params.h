/// engine/ops/attention.params.h: parameters of AttentionGqa and AttentionMla on a device: attention to a range of positions, and the sum
/// of such ranges.
#ifndef SOLILOQUY_OPS_ATTENTION_PARAMS_H
#define SOLILOQUY_OPS_ATTENTION_PARAMS_H
#include "engine/ops/params.h"

SOLILOQUY_PARAMS_BEGIN

/// Workgroup (b, g, s): block b of the query rows that share key head g, over part s of the positions that they see. A query row is one
/// head of one token: row i is head i % group of token i / group. The sizes of heads are specialization constants.
struct AttentionParams {
    Address q;         // F32 [tokens, q_stride]: key_dim - absorbed_dim numbers of each head, q_head apart
    Address absorbed;  // F32 [tokens, absorbed_stride]: absorbed_dim numbers of each head, which go before those of q; 0 = none
    Address k, v;      // caches [positions, columns]
    Address sinks;     // F32 [n_heads], or 0
    Address y;         // F32 [tokens, y_stride]: value_dim numbers of each head; where positions are not split
    Address parts;     // F32 [tokens, n_heads, splits, value_dim + 2]: sum of values, greatest score, sum of weights; where they are
    Address step;
    uint q_stride, q_head;
    uint absorbed_stride;
    uint y_stride;
    uint k_columns, v_columns;  // of the caches
    uint n_heads;
    uint window;  // positions that a token sees; 0 = all
    float scale;
};

/// Workgroup (h, t, c) adds up the parts of head h of token t, of columns from c * gl_WorkGroupSize.x on.
struct AttentionReduceParams {
    Address parts;  // as above
    Address sinks;
    Address y;
    uint y_stride;
    uint splits;  // 0: as many as the third size of the grid
    uint value_dim;
};

SOLILOQUY_PARAMS_END
#endif
