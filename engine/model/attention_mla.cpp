/// engine/model/attention_mla.cpp: q = W_qb norm(W_qa h),  (c, r) = W_kva h,  cache (norm(c), rope(r)),  x += W_o mla(rope(q)).
#include "engine/model/attention_mla.h"

#include "engine/core/float16.h"
#include "engine/quant/dequantize.h"

namespace soliloquy {
namespace {

/// attn_kv_b [latent, n_heads * (nope + value)]: of each head first the rows that make keys, then those that make values. The value rows
/// are v_b as they lie; k_b is the transpose of the key rows: [n_heads, latent, nope].
Status split_kv_b(const ModelConfig& c, const Weight& kv_b, bool exact, AttentionWeights& weights, std::vector<Memory>& rearranged) {
    const uint64_t nope = c.nope_dim(), latent = c.kv_lora_rank, rows_of_head = nope + c.value_dim;
    weights.v_b = kv_b;
    weights.v_b.rows = c.value_dim;
    weights.v_b.slices = c.n_heads;
    weights.v_b.slice_bytes = rows_of_head * kv_b.row_bytes;
    weights.v_b.data = kv_b.row(nope);

    const DType type = exact ? DType::f32 : DType::f16;
    const uint64_t number = row_bytes(type, 1);
    ASSIGN_OR_RETURN(Memory memory, Memory::allocate(c.n_heads * latent * nope * number, "transposed " + std::string(kv_b.name)));
    std::vector<float> row(latent);
    for (uint64_t h = 0; h < c.n_heads; ++h) {
        for (uint64_t i = 0; i < nope; ++i) {
            dequantize_row(kv_b.type, kv_b.row(h * rows_of_head + i), row.data(), latent);
            for (uint64_t l = 0; l < latent; ++l) {
                const uint64_t at = (h * latent + l) * nope + i;
                if (exact) {
                    reinterpret_cast<float*>(memory.data())[at] = row[l];
                } else {
                    reinterpret_cast<uint16_t*>(memory.data())[at] = f32_to_f16(row[l]);
                }
            }
        }
    }
    weights.k_b = Weight{.name = kv_b.name,
                         .type = type,
                         .columns = nope,
                         .rows = latent,
                         .slices = c.n_heads,
                         .row_bytes = nope * number,
                         .slice_bytes = latent * nope * number,
                         .data = memory.data()};
    rearranged.push_back(std::move(memory));
    return Status::success();
}

}  // namespace

Status bind_attention_mla(TensorTable& table, const ModelConfig& c, const std::string& prefix, bool exact, AttentionWeights& w,
                          std::vector<Memory>& rearranged) {
    const uint64_t q_dim = uint64_t{c.n_heads} * c.key_dim;
    ASSIGN_OR_RETURN(w.norm, table.vector(prefix + "attn_norm.weight", c.dim));
    if (c.q_lora_rank > 0) {
        ASSIGN_OR_RETURN(w.q_a, table.matrix(prefix + "attn_q_a.weight", c.dim, c.q_lora_rank));
        ASSIGN_OR_RETURN(w.q_a_norm, table.vector(prefix + "attn_q_a_norm.weight", c.q_lora_rank));
        ASSIGN_OR_RETURN(w.q_b, table.matrix(prefix + "attn_q_b.weight", c.q_lora_rank, q_dim));
    } else {
        ASSIGN_OR_RETURN(w.q, table.matrix(prefix + "attn_q.weight", c.dim, q_dim));
    }
    ASSIGN_OR_RETURN(w.kv_a_mqa, table.matrix(prefix + "attn_kv_a_mqa.weight", c.dim, KvCache::key_columns(c)));
    ASSIGN_OR_RETURN(w.kv_a_norm, table.vector(prefix + "attn_kv_a_norm.weight", c.kv_lora_rank));
    ASSIGN_OR_RETURN(w.output, table.matrix(prefix + "attn_output.weight", uint64_t{c.n_heads} * c.value_dim, c.dim));
    if (table.has(prefix + "attn_kv_b.weight") && !table.has(prefix + "attn_k_b.weight")) {
        ASSIGN_OR_RETURN(const Weight kv_b, table.matrix(prefix + "attn_kv_b.weight", c.kv_lora_rank,
                                                         uint64_t{c.n_heads} * (c.nope_dim() + uint64_t{c.value_dim})));
        return split_kv_b(c, kv_b, exact, w, rearranged);
    }
    ASSIGN_OR_RETURN(w.k_b, table.stack(prefix + "attn_k_b.weight", c.nope_dim(), c.kv_lora_rank, c.n_heads));
    ASSIGN_OR_RETURN(w.v_b, table.stack(prefix + "attn_v_b.weight", c.kv_lora_rank, c.value_dim, c.n_heads));
    return Status::success();
}

void add_attention_mla(Forward& f, uint32_t layer, const AttentionWeights& w) {
    Graph& g = f.graph;
    const ModelConfig& c = f.config;
    const Activations& s = f.s;
    g.add(RmsNorm{.y = s.h, .x = s.x, .w = g.weight(w.norm), .eps = c.rms_eps});
    if (c.q_lora_rank > 0) {
        g.add(MatMul{.y = s.q_a, .x = s.h, .w = g.weight(w.q_a)});  // [tokens, q_lora_rank]
        g.add(MatMul{.y = s.kv_a, .x = s.h, .w = g.weight(w.kv_a_mqa)});
        g.add(RmsNorm{.y = s.q_a, .x = s.q_a, .w = g.weight(w.q_a_norm), .eps = c.rms_eps});
        g.add(MatMul{.y = s.q, .x = s.q_a, .w = g.weight(w.q_b)});
    } else {
        g.add(MatMul{.y = s.q, .x = s.h, .w = g.weight(w.q)});            // [tokens, n_heads * (nope + rope)]
        g.add(MatMul{.y = s.kv_a, .x = s.h, .w = g.weight(w.kv_a_mqa)});  // [tokens, kv_lora_rank + rope]
    }
    g.add(RmsNorm{.y = s.kv_latent, .x = s.kv_latent, .w = g.weight(w.kv_a_norm), .eps = c.rms_eps});
    g.add(Rope{.x = s.kv_rope, .table = f.rope, .pairs = c.rope.pairs, .head_dim = c.rope.dimensions, .offset = 0});
    g.add(Rope{.x = s.q, .table = f.rope, .pairs = c.rope.pairs, .head_dim = c.key_dim, .offset = c.nope_dim()});
    const Tensor cache = g.cache("kv." + std::to_string(layer), f.cache.type(), f.cache.context_length(), KvCache::key_columns(c),
                                 f.cache.layer(layer).keys);
    g.add(AppendKv{.cache = cache, .x = s.kv_a});
    g.add(AttentionMla{.y = s.attention,
                       .q = s.q,
                       .cache = cache,
                       .k_b = g.weight(w.k_b),
                       .v_b = g.weight(w.v_b),
                       .n_heads = c.n_heads,
                       .scale = c.attention_scale});
    g.add(MatMul{.y = s.delta, .x = s.attention, .w = g.weight(w.output)});
    g.add(Add{.y = s.x, .a = s.x, .b = s.delta});
}

}  // namespace soliloquy
