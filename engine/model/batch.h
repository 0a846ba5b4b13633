/// engine/model/batch.h: the activations of a batch, which all layers share, and what a block needs to add itself to a graph.
#pragma once

#include <memory>

#include "engine/model/config.h"
#include "engine/model/kv_cache.h"
#include "engine/ops/graph.h"

namespace soliloquy {

/// All [tokens, ...]; those of a kind of block that the model has not are "no tensor".
struct Activations {
    Tensor x;      ///< [dim] the residual stream
    Tensor h;      ///< [dim] its normalised form
    Tensor delta;  ///< [dim] what a block adds to x

    Tensor q;          ///< [n_heads * key_dim]
    Tensor k, v;       ///< [n_kv_heads * key_dim or value_dim], GQA
    Tensor q_a;        ///< [q_lora_rank], MLA
    Tensor kv_a;       ///< [kv_lora_rank + rope], MLA: the row of the cache
    Tensor kv_latent;  ///< its first kv_lora_rank columns
    Tensor kv_rope;    ///< its last ones
    Tensor attention;  ///< [n_heads * value_dim]

    Tensor gate, up;                            ///< [ff_dim], dense
    Tensor router, expert_ids, expert_weights;  ///< [n_experts], [n_used], [n_used]
    Tensor gate_exps, up_exps, down_exps;       ///< [n_used * expert_ff_dim] twice, [n_used * dim]
    Tensor gate_shexp, up_shexp;                ///< [n_shared * expert_ff_dim]
};

/// A graph under construction.
struct Forward {
    Graph& graph;
    const ModelConfig& config;
    const KvCache& cache;
    std::shared_ptr<const RopeTable> rope;
    Activations s;
};

[[nodiscard]] Activations make_activations(Graph& graph, const ModelConfig& config);

}  // namespace soliloquy
