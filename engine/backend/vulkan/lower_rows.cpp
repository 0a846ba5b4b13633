/// engine/backend/vulkan/lower_rows.cpp: norms, rotations, sums: ops that touch every row once.
#include "engine/backend/vulkan/lowering.h"
#include "engine/ops/rms_norm.params.h"

namespace soliloquy::vulkan {
namespace {

constexpr uint32_t kRowWorkgroup = 256;

}  // namespace

Result<size_t> lower_op(Lowering& lowering, size_t i, const RmsNorm& op) {
    Binding& b = lowering.binding();
    const TensorInfo& x = lowering.graph()[op.x];
    const auto dim = static_cast<uint32_t>(lowering.graph()[op.w].columns);
    const auto vectors = static_cast<uint32_t>(x.columns / dim);
    lowering.emit({.shader = "rms_norm",
                   .constants = {kRowWorkgroup},
                   .params = params_of(params::RmsNormParams{.x = b.address(op.x),
                                                             .w = b.address(op.w),
                                                             .y = b.address(op.y),
                                                             .x_stride = b.stride(op.x),
                                                             .y_stride = b.stride(op.y),
                                                             .dim = dim,
                                                             .eps = op.eps}),
                   .grid =
                       [vectors, of = x.rows_of](const StepShape& step) {
                           return Grid{vectors, step.rows(of), 1};
                       },
                   .label = "rms_norm"},
                  i);
    return size_t{1};
}

}  // namespace soliloquy::vulkan
