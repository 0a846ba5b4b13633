/// engine/model/transformer.cpp: logits = W_output norm(layers(embed(ids))).
#include "engine/model/transformer.h"

#include "engine/model/attention_gqa.h"
#include "engine/model/attention_mla.h"
#include "engine/model/feed_forward.h"
#include "engine/model/moe.h"
#include "engine/model/rope.h"

namespace soliloquy {

ForwardGraph make_forward_graph(const ModelConfig& config, const ModelWeights& weights, const KvCache& cache) {
    ForwardGraph result;
    Graph& graph = result.graph;
    const auto* factors = reinterpret_cast<const float*>(weights.rope_freqs.data);
    const auto rope = make_rope_table(config.rope, {factors, factors != nullptr ? weights.rope_freqs.columns : 0});
    Forward forward{graph, config, cache, rope, make_activations(graph, config)};

    graph.add(Embed{.y = forward.s.x, .table = graph.weight(weights.token_embd)});
    for (uint32_t i = 0; i < config.n_layers; ++i) {
        const LayerWeights& layer = weights.layers[i];
        if (config.attention == AttentionKind::mla) {
            add_attention_mla(forward, i, layer.attention);
        } else {
            add_attention_gqa(forward, i, layer.attention);
        }
        if (config.is_moe(i)) {
            add_moe(forward, layer.feed_forward);
        } else {
            add_feed_forward(forward, layer.feed_forward);
        }
    }
    const Tensor last = graph.activation("last", config.dim, Rows::per_output);
    result.logits = graph.activation("logits", config.vocabulary_size, Rows::per_output);
    graph.add(SelectRows{.y = last, .x = forward.s.x});
    graph.add(RmsNorm{.y = last, .x = last, .w = graph.weight(weights.output_norm), .eps = config.rms_eps});
    graph.add(MatMul{.y = result.logits, .x = last, .w = graph.weight(weights.output)});
    return result;
}

}  // namespace soliloquy
