/// engine/model/batch.cpp: the shapes of activations.
#include "engine/model/batch.h"

#include <algorithm>

namespace soliloquy {

Activations make_activations(Graph& graph, const ModelConfig& c) {
    Activations s;
    s.x = graph.activation("x", c.dim);
    s.h = graph.activation("h", c.dim);
    s.delta = graph.activation("delta", c.dim);
    s.q = graph.activation("q", uint64_t{c.n_heads} * c.key_dim);
    s.attention = graph.activation("attention", uint64_t{c.n_heads} * c.value_dim);
    if (c.attention == AttentionKind::mla) {
        if (c.q_lora_rank > 0) s.q_a = graph.activation("q_a", c.q_lora_rank);
        s.kv_a = graph.activation("kv_a", KvCache::key_columns(c));
        s.kv_latent = graph.view(s.kv_a, 0, c.kv_lora_rank);
        s.kv_rope = graph.view(s.kv_a, c.kv_lora_rank, c.rope.dimensions);
    } else {
        s.k = graph.activation("k", KvCache::key_columns(c));
        s.v = graph.activation("v", KvCache::value_columns(c));
    }
    if (c.n_experts == 0 || c.n_leading_dense > 0) {
        s.gate = graph.activation("gate", c.ff_dim);
        s.up = graph.activation("up", c.ff_dim);
    }
    if (c.n_experts > 0) {
        s.router = graph.activation("router", c.n_experts);
        s.expert_ids = graph.activation("expert_ids", c.n_experts_used, Rows::per_token, DType::i32);
        s.expert_weights = graph.activation("expert_weights", c.n_experts_used);
        s.gate_exps = graph.activation("gate_exps", uint64_t{c.n_experts_used} * c.expert_ff_dim);
        s.up_exps = graph.activation("up_exps", uint64_t{c.n_experts_used} * c.expert_ff_dim);
        s.down_exps = graph.activation("down_exps", uint64_t{c.n_experts_used} * c.dim);
    }
    if (c.n_experts > 0 && c.n_shared_experts > 0) {
        s.gate_shexp = graph.activation("gate_shexp", uint64_t{c.n_shared_experts} * c.expert_ff_dim);
        s.up_shexp = graph.activation("up_shexp", uint64_t{c.n_shared_experts} * c.expert_ff_dim);
    }
    return s;
}

}  // namespace soliloquy
