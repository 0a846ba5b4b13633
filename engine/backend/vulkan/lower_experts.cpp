/// engine/backend/vulkan/lower_experts.cpp: linear layers of routed experts, with the activation between them and the weighted sum behind.
#include "engine/backend/vulkan/lower_linear.h"

namespace soliloquy::vulkan {
namespace {

Resource resource_of(const Graph& graph, Tensor t) { return graph.owner(t).index; }

Linear linear_of(Lowering& lowering, const MatMulExperts& op) {
    Binding& b = lowering.binding();
    const Graph& g = lowering.graph();
    const Weight& w = g[op.w].weight;
    const bool shared_input = g[op.x].columns == w.columns;
    return {.weight = w,
            .w = b.address(op.w),
            .bias = b.address(op.bias),
            .x = rows_of(b, op.x, shared_input ? 0 : static_cast<uint32_t>(w.columns)),
            .y = rows_of(b, op.y, static_cast<uint32_t>(w.rows)),
            .residual = {},
            .ids = rows_of(b, op.ids),
            .weights = {},
            .slots = static_cast<uint32_t>(g[op.ids].columns),
            .rows_of = g[op.x].rows_of,
            .reads = {resource_of(g, op.x), resource_of(g, op.ids)},
            .writes = {resource_of(g, op.y)}};
}

/// MatMulExperts `i`, MatMulExperts and SwiGlu behind it as the two halves of the experts' gated layer.
const SwiGlu* gated_experts(const Lowering& lowering, size_t i, const MatMulExperts& gate) {
    const MatMulExperts* up = lowering.op_at<MatMulExperts>(i + 1);
    const SwiGlu* act = lowering.op_at<SwiGlu>(i + 2);
    if (up == nullptr || act == nullptr || up->x != gate.x || up->ids != gate.ids || gate.y == up->y) return nullptr;
    if (act->gate != gate.y || act->up != up->y) return nullptr;
    const Graph& g = lowering.graph();
    const Weight &a = g[gate.w].weight, &b = g[up->w].weight;
    if (a.type != b.type || a.rows != b.rows || a.columns != b.columns || a.row_bytes != b.row_bytes || a.slice_bytes != b.slice_bytes)
        return nullptr;
    if (g[gate.x].columns != a.columns) return nullptr;  // an input for each expert
    const Tensor y = g.owner(act->y);
    if (y == g.owner(gate.x) || y == g.owner(gate.ids)) return nullptr;
    const auto unused = [&](Tensor t) { return t == act->y || lowering.is_dead(t, i + 3); };
    return unused(gate.y) && unused(up->y) ? act : nullptr;
}

Status emit_gated_experts(Lowering& lowering, const MatMulExperts& gate, const MatMulExperts& up, const SwiGlu& act) {
    Binding& b = lowering.binding();
    const Graph& g = lowering.graph();
    const Weight& w = g[gate.w].weight;
    GateUp both;
    both.gate_weight = w;
    both.gate = b.address(gate.w);
    both.up = b.address(up.w);
    both.gate_bias = b.address(gate.bias);
    both.up_bias = b.address(up.bias);
    both.ids = b.address(gate.ids);
    both.y = b.address(act.y);
    both.input.x = b.address(gate.x);
    both.input.reads = {resource_of(g, gate.x), resource_of(g, gate.ids)};
    both.slots = static_cast<uint32_t>(g[gate.ids].columns);
    both.y_slot = static_cast<uint32_t>(w.rows);
    both.limit = act.limit;
    both.alpha = act.alpha;
    both.rows_of = g[gate.x].rows_of;
    both.writes = {resource_of(g, act.y)};
    return emit_gate_up(lowering, both);
}

/// MatMulExperts `i` and the ScatterAdd behind it as one: y += sum_j weights[j] W[ids[j]] x[j].
const ScatterAdd* weighted_sum(const Lowering& lowering, size_t i, const MatMulExperts& down) {
    const ScatterAdd* sum = lowering.op_at<ScatterAdd>(i + 1);
    if (sum == nullptr || sum->x != down.y) return nullptr;
    const Graph& g = lowering.graph();
    const Tensor y = g.owner(sum->y);
    if (y == g.owner(down.x) || y == g.owner(down.ids) || y == g.owner(sum->weights)) return nullptr;
    return lowering.is_dead(down.y, i + 2) ? sum : nullptr;
}

}  // namespace

Result<size_t> lower_op(Lowering& lowering, size_t i, const MatMulExperts& op) {
    Binding& b = lowering.binding();
    const Graph& g = lowering.graph();
    if (lowering.single()) {
        if (const SwiGlu* act = gated_experts(lowering, i, op)) {
            RETURN_IF_ERROR(emit_gated_experts(lowering, op, *lowering.op_at<MatMulExperts>(i + 1), *act));
            return size_t{3};
        }
    }
    Linear linear = linear_of(lowering, op);
    if (lowering.single()) {
        const ScatterAdd* sum = weighted_sum(lowering, i, op);
        if (sum != nullptr) {
            linear.weights = rows_of(b, sum->weights);
            linear.y = linear.residual = rows_of(b, sum->y);
            linear.reads.push_back(resource_of(g, sum->weights));
            linear.reads.push_back(resource_of(g, sum->y));
            linear.writes = {resource_of(g, sum->y)};
        }
        RETURN_IF_ERROR(emit_matvec(lowering, linear, 1, 1, 1));
        return sum != nullptr ? size_t{2} : size_t{1};
    }
    RETURN_IF_ERROR(emit_matvec(lowering, linear, 1, 1, kMostFewTokens));
    ASSIGN_OR_RETURN(const SortedExperts sorted, sort_experts(lowering, op.ids, g[op.w].weight.slices));
    RETURN_IF_ERROR(emit_grouped_matmul(lowering, linear, sorted));
    return size_t{1};
}

}  // namespace soliloquy::vulkan
