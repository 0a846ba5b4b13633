/// engine/model/feed_forward.cpp: x += W_down swiglu(W_gate h, W_up h).
#include "engine/model/feed_forward.h"

namespace soliloquy {

Status bind_feed_forward(TensorTable& table, const ModelConfig& c, const std::string& prefix, FeedForwardWeights& w) {
    ASSIGN_OR_RETURN(w.gate, table.matrix(prefix + "ffn_gate.weight", c.dim, c.ff_dim));
    ASSIGN_OR_RETURN(w.up, table.matrix(prefix + "ffn_up.weight", c.dim, c.ff_dim));
    ASSIGN_OR_RETURN(w.down, table.matrix(prefix + "ffn_down.weight", c.ff_dim, c.dim));
    return Status::success();
}

void add_feed_forward(Forward& f, const FeedForwardWeights& w) {
    Graph& g = f.graph;
    const Activations& s = f.s;
    g.add(RmsNorm{.y = s.h, .x = s.x, .w = g.weight(w.norm), .eps = f.config.rms_eps});
    g.add(MatMul{.y = s.gate, .x = s.h, .w = g.weight(w.gate)});
    g.add(MatMul{.y = s.up, .x = s.h, .w = g.weight(w.up)});
    g.add(SwiGlu{.y = s.gate, .gate = s.gate, .up = s.up});
    g.add(MatMul{.y = s.delta, .x = s.gate, .w = g.weight(w.down)});
    g.add(Add{.y = s.x, .a = s.x, .b = s.delta});
}

}  // namespace soliloquy
