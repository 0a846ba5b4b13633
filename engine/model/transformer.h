/// engine/model/transformer.h: the forward pass of a model, as a graph.
#pragma once

#include "engine/backend/placement.h"
#include "engine/model/batch.h"
#include "engine/model/weights.h"

namespace soliloquy {

struct ForwardGraph {
    Graph graph;
    Tensor logits;                 ///< F32 [outputs, vocabulary_size]
    std::vector<GraphPart> parts;  ///< what may run on different devices
};

/// Keeps addresses in `weights` and `cache`, which outlive every plan made of the graph.
[[nodiscard]] ForwardGraph make_forward_graph(const ModelConfig& config, const ModelWeights& weights, const KvCache& cache);

}  // namespace soliloquy
