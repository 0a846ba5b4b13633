// shaders/include/memory.glsl: device memory by address. Every tensor is an address in the parameter block; nothing is bound.
#ifndef MEMORY_GLSL
#define MEMORY_GLSL
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_scalar_block_layout : require
#extension GL_EXT_shader_explicit_arithmetic_types_int64 : require
#extension GL_EXT_shader_16bit_storage : require
#extension GL_EXT_shader_8bit_storage : require
#extension GL_EXT_shader_explicit_arithmetic_types_int8 : require
#extension GL_EXT_shader_explicit_arithmetic_types_int16 : require
#include "engine/ops/params.h"

layout(buffer_reference, scalar, buffer_reference_align = 4) buffer Floats { float at[]; };
layout(buffer_reference, scalar, buffer_reference_align = 4) readonly buffer ConstFloats { float at[]; };
layout(buffer_reference, scalar, buffer_reference_align = 4) buffer Ints { int at[]; };
layout(buffer_reference, scalar, buffer_reference_align = 4) readonly buffer ConstUints { uint at[]; };
layout(buffer_reference, scalar, buffer_reference_align = 2) buffer Halves { uint16_t at[]; };  // F16 bits: unpackHalf2x16, packHalf2x16
layout(buffer_reference, scalar, buffer_reference_align = 4) readonly buffer StepBlock {
    StepHead head;
    uint ids[];
};
#endif
