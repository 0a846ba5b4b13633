/// engine/ops/append_kv.params.h: parameters of AppendKv on a device.
#ifndef SOLILOQUY_OPS_APPEND_KV_PARAMS_H
#define SOLILOQUY_OPS_APPEND_KV_PARAMS_H
#include "engine/ops/params.h"

SOLILOQUY_PARAMS_BEGIN

/// Row gl_WorkGroupID.y of the step becomes row position + gl_WorkGroupID.y of the cache.
struct AppendKvParams {
    Address cache;  // [positions, columns], of the type that specialization constant 1 names
    Address x;      // F32 [tokens, x_stride]
    Address step;
    uint x_stride;
    uint columns;
};

SOLILOQUY_PARAMS_END
#endif
