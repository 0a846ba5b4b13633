/// engine/model/transformer.h: the forward pass of a model, as a graph.
#pragma once

#include "engine/model/batch.h"
#include "engine/model/weights.h"

namespace soliloquy {

struct ForwardGraph {
    Graph graph;
    Tensor logits;  ///< F32 [outputs, vocabulary_size]
};

/// Keeps addresses in `weights` and `cache`, which outlive every plan made of the graph.
[[nodiscard]] ForwardGraph make_forward_graph(const ModelConfig& config, const ModelWeights& weights, const KvCache& cache);

}  // namespace soliloquy
