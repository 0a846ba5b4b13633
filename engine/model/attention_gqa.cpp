/// engine/model/attention_gqa.cpp: q, k, v = W h (+ b),  norms of q and k,  rope,  x += W_o attention(q, cache) (+ b).
#include "engine/model/attention_gqa.h"

namespace soliloquy {

Status bind_attention_gqa(TensorTable& table, const ModelConfig& c, const std::string& prefix, AttentionWeights& w) {
    const uint64_t q_dim = uint64_t{c.n_heads} * c.key_dim, k_dim = KvCache::key_columns(c), v_dim = KvCache::value_columns(c);
    const uint64_t attention_dim = uint64_t{c.n_heads} * c.value_dim;
    ASSIGN_OR_RETURN(w.norm, table.vector(prefix + "attn_norm.weight", c.dim));
    ASSIGN_OR_RETURN(w.q, table.matrix(prefix + "attn_q.weight", c.dim, q_dim));
    ASSIGN_OR_RETURN(w.k, table.matrix(prefix + "attn_k.weight", c.dim, k_dim));
    ASSIGN_OR_RETURN(w.v, table.matrix(prefix + "attn_v.weight", c.dim, v_dim));
    ASSIGN_OR_RETURN(w.output, table.matrix(prefix + "attn_output.weight", attention_dim, c.dim));
    if (c.qkv_bias) {
        ASSIGN_OR_RETURN(w.q_bias, table.vector(prefix + "attn_q.bias", q_dim));
        ASSIGN_OR_RETURN(w.k_bias, table.vector(prefix + "attn_k.bias", k_dim));
        ASSIGN_OR_RETURN(w.v_bias, table.vector(prefix + "attn_v.bias", v_dim));
    }
    if (c.attention_output_bias) {
        ASSIGN_OR_RETURN(w.output_bias, table.vector(prefix + "attn_output.bias", c.dim));
    }
    if (c.qk_norm != QkNorm::none) {
        const bool whole = c.qk_norm == QkNorm::whole;
        ASSIGN_OR_RETURN(w.q_norm, table.vector(prefix + "attn_q_norm.weight", whole ? q_dim : c.key_dim));
        ASSIGN_OR_RETURN(w.k_norm, table.vector(prefix + "attn_k_norm.weight", whole ? k_dim : c.key_dim));
    }
    if (c.sinks) {
        ASSIGN_OR_RETURN(w.sinks, table.vector(prefix + "attn_sinks.weight", c.n_heads));
    }
    return Status::success();
}

void add_attention_gqa(Forward& f, uint32_t layer, const AttentionWeights& w) {
    Graph& g = f.graph;
    const ModelConfig& c = f.config;
    const Activations& s = f.s;
    g.add(RmsNorm{.y = s.h, .x = s.x, .w = g.weight(w.norm), .eps = c.rms_eps});
    g.add(MatMul{.y = s.q, .x = s.h, .w = g.weight(w.q), .bias = g.weight(w.q_bias)});
    g.add(MatMul{.y = s.k, .x = s.h, .w = g.weight(w.k), .bias = g.weight(w.k_bias)});
    g.add(MatMul{.y = s.v, .x = s.h, .w = g.weight(w.v), .bias = g.weight(w.v_bias)});
    if (c.qk_norm != QkNorm::none) {
        g.add(RmsNorm{.y = s.q, .x = s.q, .w = g.weight(w.q_norm), .eps = c.rms_eps});
        g.add(RmsNorm{.y = s.k, .x = s.k, .w = g.weight(w.k_norm), .eps = c.rms_eps});
    }
    g.add(Rope{.x = s.q, .table = f.rope, .pairs = c.rope.pairs, .head_dim = c.key_dim, .offset = 0});
    g.add(Rope{.x = s.k, .table = f.rope, .pairs = c.rope.pairs, .head_dim = c.key_dim, .offset = 0});

    const std::string number = std::to_string(layer);
    const KvCache::Layer& memory = f.cache.layer(layer);
    const Tensor k = g.cache("k." + number, f.cache.type(), f.cache.context_length(), KvCache::key_columns(c), memory.keys);
    const Tensor v = g.cache("v." + number, f.cache.type(), f.cache.context_length(), KvCache::value_columns(c), memory.values);
    g.add(AppendKv{.cache = k, .x = s.k});
    g.add(AppendKv{.cache = v, .x = s.v});
    const uint32_t window = layer % 2 == 0 ? c.sliding_window : 0;  // gpt-oss: every other layer, beginning with the first
    g.add(AttentionGqa{.y = s.attention,
                       .q = s.q,
                       .k = k,
                       .v = v,
                       .sinks = g.weight(w.sinks),
                       .n_heads = c.n_heads,
                       .n_kv_heads = c.n_kv_heads,
                       .window = window,
                       .scale = c.attention_scale});
    g.add(MatMul{.y = s.delta, .x = s.attention, .w = g.weight(w.output), .bias = g.weight(w.output_bias)});
    g.add(Add{.y = s.x, .a = s.x, .b = s.delta});
}

}  // namespace soliloquy
