/// engine/ops/matmul_experts.params.h: parameters of the list that brings a batch's rows for one expert together.
#ifndef SOLILOQUY_OPS_MATMUL_EXPERTS_PARAMS_H
#define SOLILOQUY_OPS_MATMUL_EXPERTS_PARAMS_H
#include "engine/ops/params.h"

SOLILOQUY_PARAMS_BEGIN

/// One tile of the list: at most 64 entries [begin, end), all of one expert.
struct ExpertTile {
    uint expert, begin, end;
};

/// Sorts (token, slot) pairs by expert and cuts the list into tiles, in one workgroup.
struct SortExpertsParams {
    Address ids;        // I32 [tokens, ids_stride]
    Address tiles;      // uint count, then that many ExpertTile
    Address entries;    // uint token * n_used + slot, [tokens * n_used]
    Address row_count;  // of tokens: a number of the step block
    uint ids_stride, n_used, n_experts;
};

SOLILOQUY_PARAMS_END
#endif
