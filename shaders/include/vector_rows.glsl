// shaders/include/vector_rows.glsl: a few rows of a small matrix times a vector that the workgroup shares: kVectorSize and kRowsEach are
// constants of the shader. kLanes invocations side by side on one row, kRowsEach rows one after the other.
#ifndef VECTOR_ROWS_GLSL
#define VECTOR_ROWS_GLSL
#include "shaders/include/block.glsl"
#include "shaders/include/workgroup.glsl"

layout(constant_id = 0) const uint kWidth = 64;
layout(constant_id = 1) const uint kLanes = 16;  // a power of two, at most kWidth
const uint kRowsAtOnce = kWidth / kLanes;
const uint kRowsOfGroup = kRowsAtOnce * kRowsEach;
shared float vector[(kVectorSize + 7) / 8 * 8];  // zeros behind the end
shared float lane_parts[kRowsEach * kWidth];

// y[row] = matrix[row] . vector for kRowsOfGroup rows from first_row on. All invocations must come here, the vector being stored.
void multiply_rows(uint64_t matrix, uint row_bytes, uint rows, uint first_row, uint64_t y) {
    const uint me = gl_LocalInvocationID.x, lane = me % kLanes, team = me / kLanes;
    barrier();
    for (uint r = 0; r < kRowsEach; ++r) {
        const uint64_t row = matrix + uint64_t(min(first_row + r * kRowsAtOnce + team, rows - 1)) * row_bytes;
        float sum = 0.0;
        for (uint i = 8 * lane; i < kVectorSize; i += 8 * kLanes) {
            vec4 lo, hi;
            dequantize8_of(row, i, kVectorSize, lo, hi);
            sum += dot(lo, vec4(vector[i], vector[i + 1], vector[i + 2], vector[i + 3]));
            sum += dot(hi, vec4(vector[i + 4], vector[i + 5], vector[i + 6], vector[i + 7]));
        }
        lane_parts[r * kWidth + me] = sum;
    }
    barrier();
    for (uint r = me; r < kRowsOfGroup && first_row + r < rows; r += kWidth) {
        float sum = 0.0;
        for (uint i = 0; i < kLanes; ++i) sum += lane_parts[r * kLanes + i];
        Floats(y).at[first_row + r] = sum;
    }
}
#endif
