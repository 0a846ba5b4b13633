/// engine/backend/cpu/simd/block_types.h: the way from a tile to the kernel of its type.
/// The including file defines Q4_0 .. Iq4Xs, Decoded<> and matmul_blocks<W> before it.
#pragma once

#include "engine/backend/cpu/simd/float_matmul.h"

namespace soliloquy {
namespace {

/// Calls matmul_blocks of the type's kernel; false for types without one.
inline bool matmul_block_type(const MatMulTile& tile) noexcept {
    switch (tile.type) {
        case DType::q4_0:
            matmul_blocks<Q4_0>(tile);
            return true;
        case DType::q4_1:
            matmul_blocks<Q4_1>(tile);
            return true;
        case DType::q5_0:
            matmul_blocks<Q5_0>(tile);
            return true;
        case DType::q5_1:
            matmul_blocks<Q5_1>(tile);
            return true;
        case DType::q8_0:
            matmul_blocks<Q8_0>(tile);
            return true;
        case DType::iq4_nl:
            matmul_blocks<Iq4Nl>(tile);
            return true;
        case DType::mxfp4:
            matmul_blocks<Mxfp4>(tile);
            return true;
        case DType::q2_k:
            matmul_blocks<Q2_K>(tile);
            return true;
        case DType::q3_k:
            matmul_blocks<Q3_K>(tile);
            return true;
        case DType::q4_k:
            matmul_blocks<Q4_K>(tile);
            return true;
        case DType::q5_k:
            matmul_blocks<Q5_K>(tile);
            return true;
        case DType::q6_k:
            matmul_blocks<Q6_K>(tile);
            return true;
        case DType::iq4_xs:
            matmul_blocks<Iq4Xs>(tile);
            return true;
        case DType::iq2_xxs:
            matmul_blocks<Decoded<Iq2Xxs>>(tile);
            return true;
        case DType::iq2_xs:
            matmul_blocks<Decoded<Iq2Xs>>(tile);
            return true;
        case DType::iq2_s:
            matmul_blocks<Decoded<Iq2S>>(tile);
            return true;
        case DType::iq3_xxs:
            matmul_blocks<Decoded<Iq3Xxs>>(tile);
            return true;
        case DType::iq3_s:
            matmul_blocks<Decoded<Iq3S>>(tile);
            return true;
        case DType::iq1_s:
            matmul_blocks<Decoded<Iq1S>>(tile);
            return true;
        case DType::iq1_m:
            matmul_blocks<Decoded<Iq1M>>(tile);
            return true;
        default:
            return false;
    }
}

/// q8 for exactly the types of matmul_block_type.
inline ActivationFormat block_activation_format(DType weight) noexcept {
    return dtype_traits(weight).quantized ? ActivationFormat::q8 : ActivationFormat::f32;
}

template <class S>
inline void matmul_any(const MatMulTile& tile) noexcept {
    if (tile.tokens == 0 || tile.row_begin >= tile.row_end) return;
    if (!matmul_block_type(tile)) FloatMatMul<S>::matmul(tile.type, tile);
}

}  // namespace
}  // namespace soliloquy
