/// engine/backend/vulkan/lower_rows.cpp: norms, rotations, sums: ops that touch every row once.
#include "engine/backend/vulkan/lower_attention.h"
#include "engine/backend/vulkan/lower_matmul.h"
#include "engine/backend/vulkan/lowering.h"
#include "engine/ops/add.params.h"
#include "engine/ops/append_kv.params.h"
#include "engine/ops/rms_norm.params.h"
#include "engine/ops/rope.params.h"
#include "engine/ops/scatter_add.params.h"
#include "engine/ops/select_rows.params.h"
#include "engine/ops/swiglu.params.h"

namespace soliloquy::vulkan {
namespace {

constexpr uint32_t kRowWorkgroup = 256;
constexpr uint32_t kHeadWorkgroup = 64;  // a head's pairs are few

/// An invocation for every number of [rows, columns].
std::function<Grid(const StepShape&)> grid_of_numbers(uint32_t columns, Rows of) {
    return [groups = (columns + kRowWorkgroup - 1) / kRowWorkgroup, of](const StepShape& step) { return Grid{groups, step.rows(of), 1}; };
}

}  // namespace

Result<size_t> lower_op(Lowering& lowering, size_t i, const RmsNorm& op) {
    ASSIGN_OR_RETURN(const size_t with_products, lower_norm_matmul(lowering, i, op));
    if (with_products > 0) return with_products;
    ASSIGN_OR_RETURN(const size_t with_rotations, lower_rotate_append(lowering, i));
    if (with_rotations > 0) return with_rotations;
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

Result<size_t> lower_op(Lowering& lowering, size_t i, const Rope& op) {
    ASSIGN_OR_RETURN(const size_t fused, lower_rotate_append(lowering, i));
    if (fused > 0) return fused;
    Binding& b = lowering.binding();
    const TensorInfo& x = lowering.graph()[op.x];
    const auto heads = static_cast<uint32_t>(x.columns / op.head_dim);
    ASSIGN_OR_RETURN(const Address rotations, b.rotations(op.table));
    lowering.emit({.shader = "rope",
                   .constants = {kHeadWorkgroup},
                   .params = params_of(params::RopeParams{.x = b.address(op.x),
                                                          .rotations = rotations,
                                                          .x_stride = b.stride(op.x),
                                                          .head_dim = op.head_dim,
                                                          .offset = op.offset,
                                                          .frequencies = static_cast<uint32_t>(op.table->frequencies.size()),
                                                          .halves = op.pairs == RopePairs::halves ? 1u : 0u}),
                   .grid =
                       [heads, of = x.rows_of](const StepShape& step) {
                           return Grid{heads, step.rows(of), 1};
                       },
                   .label = "rope"},
                  i);
    return size_t{1};
}

Result<size_t> lower_op(Lowering& lowering, size_t i, const AppendKv& op) {
    Binding& b = lowering.binding();
    const TensorInfo& cache = lowering.graph()[op.cache];
    const auto columns = static_cast<uint32_t>(cache.columns);
    lowering.emit(
        {.shader = "append_kv",
         .constants = {kRowWorkgroup, cache_type(cache.type)},
         .params = params_of(params::AppendKvParams{
             .cache = b.address(op.cache), .x = b.address(op.x), .step = b.step_block(), .x_stride = b.stride(op.x), .columns = columns}),
         .grid = grid_of_numbers(columns, Rows::per_token),
         .label = "append_kv"},
        i);
    return size_t{1};
}

Result<size_t> lower_op(Lowering& lowering, size_t i, const SwiGlu& op) {
    Binding& b = lowering.binding();
    const TensorInfo& gate = lowering.graph()[op.gate];
    const auto columns = static_cast<uint32_t>(gate.columns);
    lowering.emit({.shader = "swiglu",
                   .constants = {kRowWorkgroup},
                   .params = params_of(params::SwiGluParams{.gate = b.address(op.gate),
                                                            .up = b.address(op.up),
                                                            .y = b.address(op.y),
                                                            .gate_stride = b.stride(op.gate),
                                                            .up_stride = b.stride(op.up),
                                                            .y_stride = b.stride(op.y),
                                                            .columns = columns,
                                                            .limit = op.limit,
                                                            .alpha = op.alpha}),
                   .grid = grid_of_numbers(columns, gate.rows_of),
                   .label = "swiglu"},
                  i);
    return size_t{1};
}

Result<size_t> lower_op(Lowering& lowering, size_t i, const Add& op) {
    Binding& b = lowering.binding();
    const TensorInfo& y = lowering.graph()[op.y];
    const auto columns = static_cast<uint32_t>(y.columns);
    lowering.emit({.shader = "add",
                   .constants = {kRowWorkgroup},
                   .params = params_of(params::AddParams{.a = b.address(op.a),
                                                         .b = b.address(op.b),
                                                         .y = b.address(op.y),
                                                         .a_stride = b.stride(op.a),
                                                         .b_stride = b.stride(op.b),
                                                         .y_stride = b.stride(op.y),
                                                         .columns = columns}),
                   .grid = grid_of_numbers(columns, y.rows_of),
                   .label = "add"},
                  i);
    return size_t{1};
}

Result<size_t> lower_op(Lowering& lowering, size_t i, const ScatterAdd& op) {
    Binding& b = lowering.binding();
    const TensorInfo& y = lowering.graph()[op.y];
    const auto columns = static_cast<uint32_t>(y.columns);
    lowering.emit({.shader = "scatter_add",
                   .constants = {kRowWorkgroup},
                   .params = params_of(params::ScatterAddParams{.x = b.address(op.x),
                                                                .weights = b.address(op.weights),
                                                                .y = b.address(op.y),
                                                                .x_stride = b.stride(op.x),
                                                                .weights_stride = b.stride(op.weights),
                                                                .y_stride = b.stride(op.y),
                                                                .columns = columns,
                                                                .n_used = static_cast<uint32_t>(lowering.graph()[op.weights].columns)}),
                   .grid = grid_of_numbers(columns, y.rows_of),
                   .label = "scatter_add"},
                  i);
    return size_t{1};
}

Result<size_t> lower_op(Lowering& lowering, size_t i, const SelectRows& op) {
    Binding& b = lowering.binding();
    const TensorInfo& y = lowering.graph()[op.y];
    const auto columns = static_cast<uint32_t>(y.columns);
    lowering.emit({.shader = "select_rows",
                   .constants = {kRowWorkgroup},
                   .params = params_of(params::SelectRowsParams{.x = b.address(op.x),
                                                                .y = b.address(op.y),
                                                                .step = b.step_block(),
                                                                .x_stride = b.stride(op.x),
                                                                .y_stride = b.stride(op.y),
                                                                .columns = columns}),
                   .grid = grid_of_numbers(columns, Rows::per_output),
                   .label = "select_rows"},
                  i);
    return size_t{1};
}

}  // namespace soliloquy::vulkan
