/// engine/backend/cpu/simd/weight_rows.cpp: part of a row of weights as numbers, whatever its type.
#include "engine/backend/cpu/simd/weight_rows.h"

#include <cstdint>
#include <cstring>

#include "engine/core/float16.h"

namespace soliloquy {
namespace {

uint16_t half_at(const std::byte* p) noexcept {
    uint16_t half;
    std::memcpy(&half, p, sizeof half);
    return half;
}

}  // namespace

void read_weights(DType type, const std::byte* row, size_t n, float* out) noexcept {
    if (type == DType::f32) {
        std::memcpy(out, row, n * sizeof(float));
    } else if (type == DType::f16) {
        for (size_t i = 0; i < n; ++i) out[i] = f16_to_f32(half_at(row + 2 * i));
    } else if (type == DType::bf16) {
        for (size_t i = 0; i < n; ++i) out[i] = bf16_to_f32(half_at(row + 2 * i));
    } else if (type == DType::q8_0) {
        for (size_t b = 0; b < n / 32; ++b) {
            const std::byte* block = row + b * 34;
            const float scale = f16_to_f32(half_at(block));
            for (size_t i = 0; i < 32; ++i) out[b * 32 + i] = scale * static_cast<float>(static_cast<int8_t>(block[2 + i]));
        }
    } else {
        std::memset(out, 0, n * sizeof(float));
    }
}

}  // namespace soliloquy
