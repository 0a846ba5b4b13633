/// engine/ops/params.h: lets C++ and GLSL read one parameter block. A block is a struct of addresses first, then 32-bit numbers, so that
/// both languages lay it out alike; it travels as push constants, of which every device has 128 bytes.
#ifndef SOLILOQUY_OPS_PARAMS_H
#define SOLILOQUY_OPS_PARAMS_H
#ifdef __cplusplus
#include <cstdint>
#define SOLILOQUY_PARAMS_BEGIN namespace soliloquy::params {
#define SOLILOQUY_PARAMS_END }
namespace soliloquy::params {
using Address = uint64_t;  ///< of device memory; 0 = no such operand
using uint = uint32_t;
}  // namespace soliloquy::params
#else
#define SOLILOQUY_PARAMS_BEGIN
#define SOLILOQUY_PARAMS_END
#define Address uint64_t
#endif

SOLILOQUY_PARAMS_BEGIN

/// What changes from step to step; the token ids lie behind it. `rows_of` of other blocks says which number counts their rows.
struct StepHead {
    uint tokens;    // of this step
    uint position;  // of the first of them
    uint outputs;   // how many of the last ones get logits
    uint reserved;
};

SOLILOQUY_PARAMS_END
#endif
