/// engine/ops/embed.params.h: parameters of Embed on a device.
#ifndef SOLILOQUY_OPS_EMBED_PARAMS_H
#define SOLILOQUY_OPS_EMBED_PARAMS_H
#include "engine/ops/params.h"

SOLILOQUY_PARAMS_BEGIN

/// One workgroup copies one row: workgroup t that of token t.
struct EmbedParams {
    Address table, y, step, codebook;  // table of the variant's type [vocabulary, columns]; y : F32 [tokens, y_stride]; step : StepBlock
    uint columns;
    uint row_bytes;  // of the table
    uint y_stride;
};

SOLILOQUY_PARAMS_END
#endif
