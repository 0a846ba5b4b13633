/// engine/model/transformer.cpp: logits = W_output norm(layers(embed(ids))).
#include "engine/model/transformer.h"

#include <algorithm>

#include "engine/model/attention_gqa.h"
#include "engine/model/attention_mla.h"
#include "engine/model/feed_forward.h"
#include "engine/model/moe.h"
#include "engine/model/rope.h"

namespace soliloquy {

namespace {

/// Records what was added to the graph since the last part.
class Parts {
  public:
    explicit Parts(ForwardGraph& forward) : forward_(forward) {}
    void end(PartKind kind, uint32_t layer, size_t at) {
        if (at > first_) forward_.parts.push_back({kind, layer, first_, at});
        first_ = at;
    }
    void end(PartKind kind, uint32_t layer) { end(kind, layer, forward_.graph.ops().size()); }

    /// A block of experts has three: the router, the routed experts, and the shared ones if there are any.
    void end_moe(uint32_t layer) {
        const auto& ops = forward_.graph.ops();
        size_t experts = first_, behind = first_;
        while (experts < ops.size() && !std::holds_alternative<MatMulExperts>(ops[experts])) ++experts;
        for (behind = experts; behind < ops.size() && !std::holds_alternative<ScatterAdd>(ops[behind]);) ++behind;
        end(PartKind::router, layer, experts);
        end(PartKind::experts, layer, std::min(behind + 1, ops.size()));
        end(PartKind::shared_experts, layer);
    }

  private:
    ForwardGraph& forward_;
    size_t first_ = 0;
};

}  // namespace

ForwardGraph make_forward_graph(const ModelConfig& config, const ModelWeights& weights, const KvCache& cache) {
    ForwardGraph result;
    Graph& graph = result.graph;
    const auto* factors = reinterpret_cast<const float*>(weights.rope_freqs.data);
    const auto rope = make_rope_table(config.rope, {factors, factors != nullptr ? weights.rope_freqs.columns : 0});
    Forward forward{graph, config, cache, rope, make_activations(graph, config)};

    Parts parts(result);
    graph.add(Embed{.y = forward.s.x, .table = graph.weight(weights.token_embd)});
    parts.end(PartKind::embedding, 0);
    for (uint32_t i = 0; i < config.n_layers; ++i) {
        const LayerWeights& layer = weights.layers[i];
        if (config.attention == AttentionKind::mla) {
            add_attention_mla(forward, i, layer.attention);
        } else {
            add_attention_gqa(forward, i, layer.attention);
        }
        parts.end(PartKind::attention, i);
        if (config.is_moe(i)) {
            add_moe(forward, layer.feed_forward);
            parts.end_moe(i);
        } else {
            add_feed_forward(forward, layer.feed_forward);
            parts.end(PartKind::feed_forward, i);
        }
    }
    const Tensor last = graph.activation("last", config.dim, Rows::per_output);
    result.logits = graph.activation("logits", config.vocabulary_size, Rows::per_output);
    graph.add(SelectRows{.y = last, .x = forward.s.x});
    graph.add(RmsNorm{.y = last, .x = last, .w = graph.weight(weights.output_norm), .eps = config.rms_eps});
    graph.add(MatMul{.y = result.logits, .x = last, .w = graph.weight(weights.output)});
    parts.end(PartKind::output, 0);
    return result;
}

}  // namespace soliloquy
