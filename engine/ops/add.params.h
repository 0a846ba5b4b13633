/// engine/ops/add.params.h: parameters of Add on a device.
#ifndef SOLILOQUY_OPS_ADD_PARAMS_H
#define SOLILOQUY_OPS_ADD_PARAMS_H
#include "engine/ops/params.h"

SOLILOQUY_PARAMS_BEGIN

/// Invocation (i, r) makes number i of row r.
struct AddParams {
    Address a, b, y;  // F32 [rows, stride]
    uint a_stride, b_stride, y_stride;
    uint columns;
};

SOLILOQUY_PARAMS_END
#endif
