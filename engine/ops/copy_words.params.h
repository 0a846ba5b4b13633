/// engine/ops/copy_words.params.h: parameters of the copy that measures a device's memory. No op of a graph.
#ifndef SOLILOQUY_OPS_COPY_WORDS_PARAMS_H
#define SOLILOQUY_OPS_COPY_WORDS_PARAMS_H
#include "engine/ops/params.h"

SOLILOQUY_PARAMS_BEGIN

/// All invocations together copy 16 bytes each, in turns.
struct CopyWordsParams {
    Address x, y;
    uint quads;  // of 16 bytes
    uint reserved;
};

SOLILOQUY_PARAMS_END
#endif
