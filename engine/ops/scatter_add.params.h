/// engine/ops/scatter_add.params.h: parameters of ScatterAdd on a device.
#ifndef SOLILOQUY_OPS_SCATTER_ADD_PARAMS_H
#define SOLILOQUY_OPS_SCATTER_ADD_PARAMS_H
#include "engine/ops/params.h"

SOLILOQUY_PARAMS_BEGIN

/// Invocation (i, r) makes number i of row r.
struct ScatterAddParams {
    Address x, weights, y;  // F32 [tokens, stride]
    uint x_stride, weights_stride, y_stride;
    uint columns;  // of y
    uint n_used;
};

SOLILOQUY_PARAMS_END
#endif
