/// engine/ops/rms_norm.params.h: parameters of RmsNorm on a device.
#ifndef SOLILOQUY_OPS_RMS_NORM_PARAMS_H
#define SOLILOQUY_OPS_RMS_NORM_PARAMS_H
#include "engine/ops/params.h"

SOLILOQUY_PARAMS_BEGIN

/// One workgroup scales one vector of `dim` numbers: workgroup (v, t) is vector v of row t.
struct RmsNormParams {
    Address x, w, y;  // F32 [rows, x_stride], [dim], [rows, y_stride]
    uint x_stride;    // numbers from one row to the next
    uint y_stride;
    uint dim;  // of one vector; a row holds gl_NumWorkGroups.x of them
    float eps;
};

SOLILOQUY_PARAMS_END
#endif
