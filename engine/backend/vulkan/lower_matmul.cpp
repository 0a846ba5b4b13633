/// engine/backend/vulkan/lower_matmul.cpp: look-ups and linear layers, alone or with the norm before them and the sum or activation behind.
#include "engine/backend/vulkan/lower_matmul.h"

#include "engine/ops/embed.params.h"

namespace soliloquy::vulkan {
namespace {

constexpr uint32_t kEmbedWorkgroup = 64;

bool overlap(const Graph& graph, Tensor a, Tensor b) { return graph.owner(a) == graph.owner(b); }
Resource resource_of(const Graph& graph, Tensor t) { return graph.owner(t).index; }

Product product_of(Lowering& lowering, const MatMul& op) {
    Binding& b = lowering.binding();
    const Graph& g = lowering.graph();
    return {
        .weight = g[op.w].weight, .w = b.address(op.w), .bias = b.address(op.bias), .y = b.address(op.y), .written = resource_of(g, op.y)};
}

Linear linear_of(Lowering& lowering, const MatMul& op) {
    Binding& b = lowering.binding();
    const Graph& g = lowering.graph();
    return {.weight = g[op.w].weight,
            .w = b.address(op.w),
            .bias = b.address(op.bias),
            .x = rows_of(b, op.x),
            .y = rows_of(b, op.y),
            .residual = {},
            .ids = {},
            .weights = {},
            .slots = 1,
            .rows_of = g[op.x].rows_of,
            .reads = {resource_of(g, op.x)},
            .writes = {resource_of(g, op.y)}};
}

/// MatMul `i` and the Add behind it as one: y = W x + residual. The sum may go where the residual is, not where x is, which other
/// workgroups still read.
const Add* residual_of(const Lowering& lowering, size_t i, const MatMul& op) {
    const Add* add = lowering.op_at<Add>(i + 1);
    if (add == nullptr || (add->a == op.y) == (add->b == op.y)) return nullptr;
    const Graph& g = lowering.graph();
    const Tensor other = add->a == op.y ? add->b : add->a;
    if (overlap(g, add->y, op.x) || overlap(g, other, op.y)) return nullptr;
    if (overlap(g, add->y, other) && add->y != other) return nullptr;
    return add->y == op.y || lowering.is_dead(op.y, i + 2) ? add : nullptr;
}

/// MatMul `i`, MatMul and SwiGlu behind it as the two halves of a gated layer.
const SwiGlu* gated_layer(const Lowering& lowering, size_t i, const MatMul& gate) {
    const MatMul* up = lowering.op_at<MatMul>(i + 1);
    const SwiGlu* act = lowering.op_at<SwiGlu>(i + 2);
    if (up == nullptr || act == nullptr || up->x != gate.x || act->gate != gate.y || act->up != up->y || gate.y == up->y) return nullptr;
    const Graph& g = lowering.graph();
    const Weight &a = g[gate.w].weight, &b = g[up->w].weight;
    if (a.type != b.type || a.rows != b.rows || a.columns != b.columns || a.row_bytes != b.row_bytes) return nullptr;
    if (overlap(g, act->y, gate.x)) return nullptr;
    const auto unused = [&](Tensor t) { return t == act->y || lowering.is_dead(t, i + 3); };
    return unused(gate.y) && unused(up->y) ? act : nullptr;
}

Status emit_gated_layer(Lowering& lowering, size_t i, const SwiGlu& act, const NormedInput& input) {
    Binding& b = lowering.binding();
    const Graph& g = lowering.graph();
    const MatMul &gate = *lowering.op_at<MatMul>(i), &up = *lowering.op_at<MatMul>(i + 1);
    return emit_gate_up(lowering, {.gate_weight = g[gate.w].weight,
                                   .gate = b.address(gate.w),
                                   .up = b.address(up.w),
                                   .gate_bias = b.address(gate.bias),
                                   .up_bias = b.address(up.bias),
                                   .ids = 0,
                                   .y = b.address(act.y),
                                   .input = input,
                                   .slots = 1,
                                   .y_slot = 0,
                                   .limit = act.limit,
                                   .alpha = act.alpha,
                                   .rows_of = g[gate.x].rows_of,
                                   .writes = {resource_of(g, act.y)}});
}

/// Linear layers from op `i` on that read x and write elsewhere.
std::vector<Product> products_of_one_input(Lowering& lowering, size_t i, Tensor x, Tensor source) {
    std::vector<Product> products;
    const Graph& g = lowering.graph();
    for (const MatMul* op = lowering.op_at<MatMul>(i); op != nullptr && op->x == x; op = lowering.op_at<MatMul>(++i)) {
        if (overlap(g, op->y, x) || overlap(g, op->y, source)) break;
        if (gated_layer(lowering, i, *op) != nullptr || residual_of(lowering, i, *op) != nullptr) break;
        products.push_back(product_of(lowering, *op));
    }
    return products;
}

}  // namespace

Result<size_t> lower_norm_matmul(Lowering& lowering, size_t i, const RmsNorm& norm) {
    const Graph& g = lowering.graph();
    if (!lowering.single() || g[norm.w].weight.columns != g[norm.x].columns) return size_t{0};
    Binding& b = lowering.binding();
    NormedInput input{.x = b.address(norm.x), .gain = b.address(norm.w), .h = 0, .eps = norm.eps, .reads = {resource_of(g, norm.x)}};
    const MatMul* next = lowering.op_at<MatMul>(i + 1);
    if (next == nullptr || next->x != norm.y) return size_t{0};
    const bool in_place = overlap(g, norm.x, norm.y);

    if (const SwiGlu* act = gated_layer(lowering, i + 1, *next)) {
        if (overlap(g, act->y, norm.x) || !lowering.is_dead(norm.y, i + 4)) return size_t{0};
        RETURN_IF_ERROR(emit_gated_layer(lowering, i + 1, *act, input));
        return size_t{4};
    }
    const std::vector<Product> products = products_of_one_input(lowering, i + 1, norm.y, norm.x);
    if (products.empty()) return size_t{0};
    if (!lowering.is_dead(norm.y, i + 1 + products.size())) {
        if (in_place) return size_t{0};
        input.h = b.address(norm.y);
        input.writes = {resource_of(g, norm.y)};
    }
    RETURN_IF_ERROR(emit_products(lowering, input, products, g[norm.x].rows_of));
    return 1 + products.size();
}

Result<size_t> lower_op(Lowering& lowering, size_t i, const MatMul& op) {
    Binding& b = lowering.binding();
    const Graph& g = lowering.graph();
    if (lowering.single()) {
        const NormedInput input{.x = b.address(op.x), .reads = {resource_of(g, op.x)}};
        if (const SwiGlu* act = gated_layer(lowering, i, op)) {
            RETURN_IF_ERROR(emit_gated_layer(lowering, i, *act, input));
            return size_t{3};
        }
        const std::vector<Product> products = products_of_one_input(lowering, i, op.x, op.x);
        if (!products.empty()) {
            RETURN_IF_ERROR(emit_products(lowering, input, products, g[op.x].rows_of));
            return products.size();
        }
    }
    Linear linear = linear_of(lowering, op);
    size_t taken = 1;
    if (const Add* add = residual_of(lowering, i, op)) {
        const Tensor other = add->a == op.y ? add->b : add->a;
        linear.residual = rows_of(b, other);
        linear.y = rows_of(b, add->y);
        linear.reads.push_back(resource_of(g, other));
        linear.writes = {resource_of(g, add->y)};
        taken = 2;
    }
    RETURN_IF_ERROR(emit_linear(lowering, linear));
    return taken;
}

Status emit_slices(Lowering& lowering, const SlicedProduct& product) {
    const Weight& weight = lowering.graph()[product.w].weight;
    return emit_linear(lowering, {.weight = weight,
                                  .w = lowering.binding().address(product.w),
                                  .bias = 0,
                                  .x = product.x,
                                  .y = product.y,
                                  .residual = {},
                                  .ids = {},
                                  .weights = {},
                                  .slots = static_cast<uint32_t>(weight.slices),
                                  .rows_of = product.rows_of,
                                  .reads = product.reads,
                                  .writes = product.writes,
                                  .may_pack = false});
}

Result<size_t> lower_op(Lowering& lowering, size_t i, const Embed& op) {
    Binding& b = lowering.binding();
    const Weight& table = lowering.graph()[op.table].weight;
    ASSIGN_OR_RETURN(const Address groups, codebook(b, table.type));
    lowering.emit({.shader = variant("embed", table.type),
                   .constants = {kEmbedWorkgroup},
                   .params = params_of(params::EmbedParams{.table = b.address(op.table),
                                                           .y = b.address(op.y),
                                                           .step = b.step_block(),
                                                           .codebook = groups,
                                                           .columns = static_cast<uint32_t>(table.columns),
                                                           .row_bytes = static_cast<uint32_t>(table.row_bytes),
                                                           .y_stride = b.stride(op.y)}),
                   .grid =
                       [](const StepShape& step) {
                           return Grid{step.tokens, 1, 1};
                       },
                   .label = "embed"},
                  i);
    return size_t{1};
}

}  // namespace soliloquy::vulkan
