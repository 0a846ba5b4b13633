/// engine/backend/vulkan/lower_matmul.h: linear layers that other families of ops bring in.
#pragma once

#include "engine/backend/vulkan/lower_linear.h"

namespace soliloquy::vulkan {

/// y[t, h, o] = sum_i W[h, o, i] x[t, h, i]: each head with its own slice of a stack, as multi-head latent attention has before and behind
/// its softmax. x and y are activations or scratch; `reads` and `writes` name them for barriers.
struct SlicedProduct {
    Tensor w;  ///< [slices, out, in], any type
    DeviceRows x, y;
    Rows rows_of = Rows::per_token;
    std::vector<Resource> reads = {}, writes = {};
};
[[nodiscard]] Status emit_slices(Lowering& lowering, const SlicedProduct& product);

/// RmsNorm `i` together with the linear layers behind it that read it, for steps of one token; gives how many ops that took, 0 when the
/// norm must be computed by itself.
[[nodiscard]] Result<size_t> lower_norm_matmul(Lowering& lowering, size_t i, const RmsNorm& norm);

}  // namespace soliloquy::vulkan
