/// engine/backend/cpu/simd/block_chunks.h: a row of blocks cut into chunks of 256 weights, whatever the instruction set.
#pragma once

#include <cstddef>

#include "engine/backend/cpu/cpu_kernels.h"

namespace soliloquy {
namespace {

/// Bytes of 256 weights in the file.
template <class W>
[[nodiscard]] constexpr size_t file_bytes() noexcept {
    if constexpr (requires { W::kFileBytes; }) {
        return W::kFileBytes;
    } else {
        return W::kBytes;
    }
}

/// The kBytes of chunk c of a row: in place; or decoded, where the type is; or, at the end of a row of 32-blocks, copied beside
/// blocks of zeros.
template <class W>
[[nodiscard]] inline const std::byte* chunk_at(const std::byte* row, size_t c, size_t blocks, std::byte* padded) noexcept {
    if constexpr (requires { W::kFileBytes; }) {
        W::decode(row + c * W::kFileBytes, padded);
        return padded;
    } else if constexpr (!W::kSuper) {
        if (c * 8 + 8 > blocks) {
            __builtin_memset(padded, 0, W::kBytes);
            __builtin_memcpy(padded, row + c * W::kBytes, (blocks - c * 8) * (W::kBytes / 8));
            return padded;
        }
    }
    return row + c * W::kBytes;
}

/// What to fetch into the cache while rows [r, r + count) of a tile are worked on. Several rows are read side by side, each of them too
/// short for the processor to foresee the next ones; memory answers after about 100 ns, in which a core could have read 2 KB.
[[nodiscard]] inline const std::byte* read_ahead(const MatMulTile& tile, size_t r, size_t count) noexcept {
    constexpr size_t kDistance = 4096;
    const size_t rows = count * tile.w_stride;
    return tile.w + r * tile.w_stride + (rows > kDistance ? rows : kDistance);
}

}  // namespace
}  // namespace soliloquy
