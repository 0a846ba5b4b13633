/// engine/ops/select_rows.params.h: parameters of SelectRows on a device.
#ifndef SOLILOQUY_OPS_SELECT_ROWS_PARAMS_H
#define SOLILOQUY_OPS_SELECT_ROWS_PARAMS_H
#include "engine/ops/params.h"

SOLILOQUY_PARAMS_BEGIN

/// Invocation (i, r) makes number i of row r.
struct SelectRowsParams {
    Address x, y;  // F32 [tokens, x_stride], [outputs, y_stride]
    Address step;
    uint x_stride, y_stride;
    uint columns;
};

SOLILOQUY_PARAMS_END
#endif
