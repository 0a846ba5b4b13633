/// engine/backend/cpu/simd/block_chunks.h: a row of blocks cut into chunks of 256 weights, whatever the instruction set.
#pragma once

#include <cstddef>

namespace soliloquy {
namespace {

/// The bytes of chunk c of a row: in place, or, at the end of a row of 32-blocks, copied beside blocks of zeros.
template <class W>
[[nodiscard]] inline const std::byte* chunk_at(const std::byte* row, size_t c, size_t blocks, std::byte* padded) noexcept {
    if constexpr (!W::kSuper) {
        if (c * 8 + 8 > blocks) {
            __builtin_memset(padded, 0, W::kBytes);
            __builtin_memcpy(padded, row + c * W::kBytes, (blocks - c * 8) * (W::kBytes / 8));
            return padded;
        }
    }
    return row + c * W::kBytes;
}

}  // namespace
}  // namespace soliloquy
