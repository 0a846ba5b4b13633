/// engine/ops/rope.params.h: parameters of Rope on a device.
#ifndef SOLILOQUY_OPS_ROPE_PARAMS_H
#define SOLILOQUY_OPS_ROPE_PARAMS_H
#include "engine/ops/params.h"

SOLILOQUY_PARAMS_BEGIN

/// Workgroup (h, t) rotates head h of row t.
struct RopeParams {
    Address x;          // F32 [tokens, x_stride], in place
    Address rotations;  // F32 [tokens, frequencies, 2]: cosine, sine
    uint x_stride;
    uint head_dim;
    uint offset;       // of the rotated numbers in a head
    uint frequencies;  // pairs of a head that are rotated
    uint halves;       // 1: pairs (i, i + frequencies); 0: (2 i, 2 i + 1)
};

SOLILOQUY_PARAMS_END
#endif
