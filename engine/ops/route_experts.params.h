/// engine/ops/route_experts.params.h: parameters of RouteExperts on a device.
#ifndef SOLILOQUY_OPS_ROUTE_EXPERTS_PARAMS_H
#define SOLILOQUY_OPS_ROUTE_EXPERTS_PARAMS_H
#include "engine/ops/params.h"

SOLILOQUY_PARAMS_BEGIN

/// Workgroup t chooses the experts of token t. The gate and the number of experts are specialization constants.
struct RouteExpertsParams {
    Address logits;   // F32 [tokens, logits_stride]
    Address bias;     // F32 [experts], or 0
    Address ids;      // I32 [tokens, ids_stride]
    Address weights;  // F32 [tokens, weights_stride]
    uint logits_stride, ids_stride, weights_stride;
    uint n_used;
    uint n_groups, n_groups_used;
    uint normalize;
    float scale;
};

SOLILOQUY_PARAMS_END
#endif
