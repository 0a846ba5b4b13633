/// engine/ops/validate.cpp: the shape and type rules of every op, as its header states them.
#include <string>

#include "engine/ops/graph.h"

namespace soliloquy {
namespace {

/// Collects the first broken rule of one op; the rules read as sentences.
class Rules {
  public:
    Rules(const Graph& graph, std::string_view op) : graph_(graph), op_(op) {}

    const TensorInfo& activation(std::string_view operand, Tensor t, DType type = DType::f32) {
        return of_role(operand, t, TensorRole::activation, "an activation", type);
    }
    const TensorInfo& cache(std::string_view operand, Tensor t) {
        const TensorInfo& info = of_role(operand, t, TensorRole::cache, "a cache", graph_[t].type);
        if (info.type != DType::f32 && info.type != DType::f16 && info.type != DType::q8_0)
            broken(operand, "F32, F16 or Q8_0", std::string(dtype_traits(info.type).name));
        return info;
    }
    const Weight& weight(std::string_view operand, Tensor t) {
        return of_role(operand, t, TensorRole::weight, "a weight", graph_[t].type).weight;
    }
    /// F32 [slices, size].
    void vector(std::string_view operand, Tensor t, uint64_t size, uint64_t slices = 1) {
        if (!t) return;
        const Weight& w = of_role(operand, t, TensorRole::weight, "a weight", DType::f32).weight;
        equal(operand, size * slices, w.columns * w.rows * w.slices);
    }
    void equal(std::string_view what, uint64_t expected, uint64_t found) {
        if (expected != found) broken(what, std::to_string(expected), std::to_string(found));
    }
    void same_rows(std::string_view what, const TensorInfo& a, const TensorInfo& b) {
        if (a.rows_of != b.rows_of) broken(what, "as many rows as its input", "another number");
    }
    void multiple(std::string_view what, uint64_t of, uint64_t found) {
        if (of == 0 || found == 0 || found % of != 0) broken(what, "a multiple of " + std::to_string(of), std::to_string(found));
    }
    /// Whole blocks of the cache's type, so that no head shares one with its neighbour.
    void blocks(std::string_view what, const TensorInfo& cache, uint64_t columns) {
        multiple(what, dtype_traits(cache.type).block_elements, columns);
    }
    void holds(std::string_view what, bool rule) {
        if (!rule) broken(what, "true", "false");
    }
    [[nodiscard]] Status result() const {
        if (first_.empty()) return Status::success();
        return Error{ErrorCode::internal, first_};
    }

  private:
    const TensorInfo& of_role(std::string_view operand, Tensor t, TensorRole role, std::string_view role_name, DType type) {
        const TensorInfo& info = graph_[t];
        if (!t) {
            broken(operand, role_name, "nothing");
        } else if (info.role != role) {
            broken(operand, role_name, "something else");
        } else if (info.type != type) {
            broken(operand, dtype_traits(type).name, dtype_traits(info.type).name);
        }
        return info;
    }
    void broken(std::string_view what, std::string_view expected, std::string_view found) {
        if (!first_.empty()) return;
        first_.append("op ").append(op_).append(": ").append(what).append(": expected ").append(expected).append(", found ").append(found);
    }

    const Graph& graph_;
    std::string_view op_;
    std::string first_;
};

void check(Rules& r, const Graph&, const Embed& op) {
    r.equal("columns of y", r.weight("table", op.table).columns, r.activation("y", op.y).columns);
}

void check(Rules& r, const Graph&, const RmsNorm& op) {
    const TensorInfo& x = r.activation("x", op.x);
    const TensorInfo& y = r.activation("y", op.y);
    const Weight& w = r.weight("w", op.w);
    r.vector("w", op.w, w.columns);
    r.equal("columns of y", x.columns, y.columns);
    r.multiple("columns of x", w.columns, x.columns);
    r.same_rows("y", x, y);
    r.holds("eps > 0", op.eps > 0.0f);
}

void check(Rules& r, const Graph&, const MatMul& op) {
    const TensorInfo& x = r.activation("x", op.x);
    const TensorInfo& y = r.activation("y", op.y);
    const Weight& w = r.weight("w", op.w);
    r.equal("columns of x", w.columns, x.columns);
    r.equal("columns of y", w.rows, y.columns);
    r.equal("slices of w", 1, w.slices);
    r.same_rows("y", x, y);
    r.vector("bias", op.bias, w.rows);
    r.holds("y is not x", op.y != op.x);
}

void check(Rules& r, const Graph&, const MatMulExperts& op) {
    const TensorInfo& x = r.activation("x", op.x);
    const TensorInfo& y = r.activation("y", op.y);
    const TensorInfo& ids = r.activation("ids", op.ids, DType::i32);
    const Weight& w = r.weight("w", op.w);
    if (x.columns != w.columns) r.equal("columns of x", w.columns * ids.columns, x.columns);
    r.equal("columns of y", w.rows * ids.columns, y.columns);
    r.vector("bias", op.bias, w.rows, w.slices);
    r.same_rows("y", x, y);
}

void check(Rules& r, const Graph&, const Rope& op) {
    const TensorInfo& x = r.activation("x", op.x);
    r.holds("a table of frequencies", op.table != nullptr && !op.table->frequencies.empty());
    r.multiple("columns of x", op.head_dim, x.columns);
    if (op.table != nullptr) r.holds("rotated numbers within the head", op.offset + 2 * op.table->frequencies.size() <= op.head_dim);
}

void check(Rules& r, const Graph&, const AppendKv& op) {
    const TensorInfo& cache = r.cache("cache", op.cache);
    r.equal("columns of x", cache.columns, r.activation("x", op.x).columns);
    r.blocks("columns of cache", cache, cache.columns);
}

void check(Rules& r, const Graph&, const AttentionGqa& op) {
    const TensorInfo& q = r.activation("q", op.q);
    const TensorInfo& y = r.activation("y", op.y);
    const TensorInfo& k = r.cache("k", op.k);
    const TensorInfo& v = r.cache("v", op.v);
    r.multiple("n_heads", op.n_kv_heads, op.n_heads);
    r.multiple("columns of k", op.n_kv_heads, k.columns);
    r.multiple("columns of v", op.n_kv_heads, v.columns);
    if (op.n_kv_heads == 0) return;
    r.equal("columns of q", k.columns / op.n_kv_heads * op.n_heads, q.columns);
    r.equal("columns of y", v.columns / op.n_kv_heads * op.n_heads, y.columns);
    r.holds("k and v of one type", k.type == v.type);
    r.blocks("numbers of a key", k, k.columns / op.n_kv_heads);
    r.blocks("numbers of a value", v, v.columns / op.n_kv_heads);
    r.vector("sinks", op.sinks, op.n_heads);
}

void check(Rules& r, const Graph&, const AttentionMla& op) {
    const TensorInfo& q = r.activation("q", op.q);
    const TensorInfo& y = r.activation("y", op.y);
    const TensorInfo& cache = r.cache("cache", op.cache);
    const Weight& k_b = r.weight("k_b", op.k_b);
    const Weight& v_b = r.weight("v_b", op.v_b);
    const uint64_t latent = k_b.rows, nope = k_b.columns;
    r.holds("latent within the cached row", latent < cache.columns);
    r.blocks("latent", cache, latent);
    r.blocks("columns of cache", cache, cache.columns);
    r.equal("columns of v_b", latent, v_b.columns);
    r.equal("slices of k_b", op.n_heads, k_b.slices);
    r.equal("slices of v_b", op.n_heads, v_b.slices);
    r.equal("columns of q", op.n_heads * (nope + cache.columns - latent), q.columns);
    r.equal("columns of y", op.n_heads * v_b.rows, y.columns);
}

void check(Rules& r, const Graph&, const RouteExperts& op) {
    const TensorInfo& logits = r.activation("logits", op.logits);
    const TensorInfo& ids = r.activation("ids", op.ids, DType::i32);
    const TensorInfo& weights = r.activation("weights", op.weights);
    r.vector("bias", op.bias, logits.columns);
    r.equal("columns of weights", ids.columns, weights.columns);
    r.multiple("experts", op.n_groups, logits.columns);
    r.holds("1 <= n_groups_used <= n_groups", op.n_groups_used >= 1 && op.n_groups_used <= op.n_groups);
    if (op.n_groups == 0) return;
    r.holds("n_used within the groups used", ids.columns >= 1 && ids.columns <= logits.columns / op.n_groups * op.n_groups_used);
}

void check(Rules& r, const Graph&, const SwiGlu& op) {
    const TensorInfo& gate = r.activation("gate", op.gate);
    const TensorInfo& up = r.activation("up", op.up);
    const TensorInfo& y = r.activation("y", op.y);
    r.equal("columns of up", gate.columns, up.columns);
    r.equal("columns of y", gate.columns, y.columns);
    r.same_rows("y", gate, y);
}

void check(Rules& r, const Graph&, const Add& op) {
    const TensorInfo& a = r.activation("a", op.a);
    const TensorInfo& b = r.activation("b", op.b);
    const TensorInfo& y = r.activation("y", op.y);
    r.equal("columns of b", a.columns, b.columns);
    r.equal("columns of y", a.columns, y.columns);
    r.same_rows("b", a, b);
    r.same_rows("y", a, y);
}

void check(Rules& r, const Graph&, const ScatterAdd& op) {
    const TensorInfo& x = r.activation("x", op.x);
    const TensorInfo& weights = r.activation("weights", op.weights);
    const TensorInfo& y = r.activation("y", op.y);
    r.equal("columns of x", y.columns * weights.columns, x.columns);
    r.same_rows("y", x, y);
}

void check(Rules& r, const Graph&, const SelectRows& op) {
    const TensorInfo& x = r.activation("x", op.x);
    const TensorInfo& y = r.activation("y", op.y);
    r.equal("columns of y", x.columns, y.columns);
    r.holds("x has a row per token, y a row per output", x.rows_of == Rows::per_token && y.rows_of == Rows::per_output);
}

}  // namespace

Status validate(const Graph& graph) {
    for (size_t i = 0; i < graph.ops().size(); ++i) {
        const Op& op = graph.ops()[i];
        Rules rules(graph, op_name(op));
        std::visit([&](const auto& each) { check(rules, graph, each); }, op);
        const Status status = rules.result();
        if (!status.ok()) return status.error().within("graph, step " + std::to_string(i));
    }
    return Status::success();
}

}  // namespace soliloquy
