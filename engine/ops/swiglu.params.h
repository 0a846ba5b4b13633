/// engine/ops/swiglu.params.h: parameters of SwiGlu on a device.
#ifndef SOLILOQUY_OPS_SWIGLU_PARAMS_H
#define SOLILOQUY_OPS_SWIGLU_PARAMS_H
#include "engine/ops/params.h"

SOLILOQUY_PARAMS_BEGIN

/// Invocation (i, r) makes number i of row r.
struct SwiGluParams {
    Address gate, up, y;  // F32 [rows, stride]
    uint gate_stride, up_stride, y_stride;
    uint columns;
    float limit;  // 0 = none
    float alpha;
};

SOLILOQUY_PARAMS_END
#endif
