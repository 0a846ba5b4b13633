/// engine/backend/cpu/simd/block_types.h: which types have kernels for 8-bit activations, and the way from a tile to its kernel.
/// The including file defines Q4_0 .. Iq4Xs and matmul_blocks<W> before it.
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
        default:
            return false;
    }
}

/// q8 for exactly the types of matmul_block_type.
inline ActivationFormat block_activation_format(DType weight) noexcept {
    switch (weight) {
        case DType::q4_0:
        case DType::q4_1:
        case DType::q5_0:
        case DType::q5_1:
        case DType::q8_0:
        case DType::iq4_nl:
        case DType::mxfp4:
        case DType::q2_k:
        case DType::q3_k:
        case DType::q4_k:
        case DType::q5_k:
        case DType::q6_k:
        case DType::iq4_xs:
            return ActivationFormat::q8;
        default:
            return ActivationFormat::f32;
    }
}

template <class S>
inline void matmul_any(const MatMulTile& tile) noexcept {
    if (tile.tokens == 0 || tile.row_begin >= tile.row_end) return;
    if (matmul_block_type(tile) || FloatMatMul<S>::matmul_float(tile)) return;
    FloatMatMul<S>::matmul_through_panel(tile);
}

}  // namespace
}  // namespace soliloquy
