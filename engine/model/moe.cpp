/// engine/model/moe.cpp: ids, w = route(W_router h),  x += sum_j w_j W_down[j] swiglu(W_gate[j] h, W_up[j] h) + shared(h).
#include "engine/model/moe.h"

namespace soliloquy {

Status bind_moe(TensorTable& table, const ModelConfig& c, const std::string& prefix, FeedForwardWeights& w) {
    const uint64_t ff = c.expert_ff_dim;
    ASSIGN_OR_RETURN(w.gate_inp, table.matrix(prefix + "ffn_gate_inp.weight", c.dim, c.n_experts));
    if (table.has(prefix + "exp_probs_b.bias")) {
        ASSIGN_OR_RETURN(w.probs_b, table.vector(prefix + "exp_probs_b.bias", c.n_experts));
    }
    if (table.has(prefix + "ffn_gate_up_exps.weight")) {
        ASSIGN_OR_RETURN(const Weight both, table.stack(prefix + "ffn_gate_up_exps.weight", c.dim, 2 * ff, c.n_experts));
        w.gate_exps = both.rows_from(0, ff);
        w.up_exps = both.rows_from(ff, ff);
    } else {
        ASSIGN_OR_RETURN(w.gate_exps, table.stack(prefix + "ffn_gate_exps.weight", c.dim, ff, c.n_experts));
        ASSIGN_OR_RETURN(w.up_exps, table.stack(prefix + "ffn_up_exps.weight", c.dim, ff, c.n_experts));
    }
    ASSIGN_OR_RETURN(w.down_exps, table.stack(prefix + "ffn_down_exps.weight", ff, c.dim, c.n_experts));
    if (c.expert_bias) {
        ASSIGN_OR_RETURN(w.gate_inp_bias, table.vector(prefix + "ffn_gate_inp.bias", c.n_experts));
        ASSIGN_OR_RETURN(w.gate_exps_bias, table.vector(prefix + "ffn_gate_exps.bias", ff, c.n_experts));
        ASSIGN_OR_RETURN(w.up_exps_bias, table.vector(prefix + "ffn_up_exps.bias", ff, c.n_experts));
        ASSIGN_OR_RETURN(w.down_exps_bias, table.vector(prefix + "ffn_down_exps.bias", c.dim, c.n_experts));
    }
    if (c.n_shared_experts > 0) {
        const uint64_t shared = ff * c.n_shared_experts;
        ASSIGN_OR_RETURN(w.gate_shexp, table.matrix(prefix + "ffn_gate_shexp.weight", c.dim, shared));
        ASSIGN_OR_RETURN(w.up_shexp, table.matrix(prefix + "ffn_up_shexp.weight", c.dim, shared));
        ASSIGN_OR_RETURN(w.down_shexp, table.matrix(prefix + "ffn_down_shexp.weight", shared, c.dim));
    }
    return Status::success();
}

void add_moe(Forward& f, const FeedForwardWeights& w) {
    Graph& g = f.graph;
    const ModelConfig& c = f.config;
    const Activations& s = f.s;
    g.add(RmsNorm{.y = s.h, .x = s.x, .w = g.weight(w.norm), .eps = c.rms_eps});
    g.add(MatMul{.y = s.router, .x = s.h, .w = g.weight(w.gate_inp), .bias = g.weight(w.gate_inp_bias)});  // [tokens, n_experts]
    g.add(RouteExperts{.ids = s.expert_ids,
                       .weights = s.expert_weights,
                       .logits = s.router,
                       .bias = g.weight(w.probs_b),
                       .gate = c.gate,
                       .n_groups = c.n_expert_groups,
                       .n_groups_used = c.n_expert_groups_used,
                       .normalize = c.expert_weights_norm,
                       .scale = c.expert_weights_scale});
    g.add(MatMulExperts{.y = s.gate_exps, .x = s.h, .w = g.weight(w.gate_exps), .bias = g.weight(w.gate_exps_bias), .ids = s.expert_ids});
    g.add(MatMulExperts{.y = s.up_exps, .x = s.h, .w = g.weight(w.up_exps), .bias = g.weight(w.up_exps_bias), .ids = s.expert_ids});
    g.add(SwiGlu{.y = s.gate_exps, .gate = s.gate_exps, .up = s.up_exps, .limit = c.swiglu_limit});
    g.add(MatMulExperts{
        .y = s.down_exps, .x = s.gate_exps, .w = g.weight(w.down_exps), .bias = g.weight(w.down_exps_bias), .ids = s.expert_ids});
    g.add(ScatterAdd{.y = s.x, .x = s.down_exps, .weights = s.expert_weights});
    if (c.n_shared_experts == 0) return;
    g.add(MatMul{.y = s.gate_shexp, .x = s.h, .w = g.weight(w.gate_shexp)});
    g.add(MatMul{.y = s.up_shexp, .x = s.h, .w = g.weight(w.up_shexp)});
    g.add(SwiGlu{.y = s.gate_shexp, .gate = s.gate_shexp, .up = s.up_shexp});
    g.add(MatMul{.y = s.delta, .x = s.gate_shexp, .w = g.weight(w.down_shexp)});
    g.add(Add{.y = s.x, .a = s.x, .b = s.delta});
}

}  // namespace soliloquy
