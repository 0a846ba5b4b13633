/// engine/backend/vulkan/lower_rotate_append.cpp: finds the norms, rotations and appends before attention that one dispatch computes.
#include <algorithm>

#include "engine/backend/vulkan/lower_attention.h"
#include "engine/ops/rotate_append.params.h"

namespace soliloquy::vulkan {
namespace {

constexpr uint32_t kWorkgroup = 64;
constexpr uint32_t kWidest = 2048;  // numbers of one vector: 8 KiB of shared memory

/// What the ops from one on say; a norm may be missing, and the value for latent attention.
struct Found {
    const RmsNorm *q_norm = nullptr, *k_norm = nullptr;
    const Rope *q = nullptr, *k = nullptr;
    const AppendKv *append_k = nullptr, *append_v = nullptr;
    size_t ops = 0;
};

bool overlap(const Graph& graph, Tensor a, Tensor b) {
    if (graph.owner(a) != graph.owner(b)) return false;
    const TensorInfo &x = graph[a], &y = graph[b];
    return x.first_column < y.first_column + y.columns && y.first_column < x.first_column + x.columns;
}

bool in_place(const RmsNorm& norm) { return norm.x == norm.y; }

/// Heads of queries and keys: [norm, norm,] rope, rope, append of the key, append of the value.
Found find_heads(const Lowering& lowering, size_t i) {
    const Graph& g = lowering.graph();
    Found f;
    size_t at = i;
    const auto* first = lowering.op_at<RmsNorm>(at);
    const auto* second = lowering.op_at<RmsNorm>(at + 1);
    if (first != nullptr) {
        if (second == nullptr) return {};
        at += 2;
    }
    f.q = lowering.op_at<Rope>(at);
    f.k = lowering.op_at<Rope>(at + 1);
    f.append_k = lowering.op_at<AppendKv>(at + 2);
    f.append_v = lowering.op_at<AppendKv>(at + 3);
    if (f.q == nullptr || f.k == nullptr || f.append_k == nullptr || f.append_v == nullptr) return {};
    if (f.append_k->x == f.q->x) std::swap(f.q, f.k);
    if (f.append_k->x != f.k->x || overlap(g, f.q->x, f.k->x)) return {};
    const Tensor v = f.append_v->x;
    if (overlap(g, v, f.q->x) || overlap(g, v, f.k->x) || f.append_k->cache == f.append_v->cache) return {};
    if (g[f.append_k->cache].type != g[f.append_v->cache].type) return {};
    if (first != nullptr) {
        f.q_norm = first->x == f.q->x ? first : second;
        f.k_norm = first->x == f.q->x ? second : first;
        const auto of_heads = [&g](const RmsNorm& norm, const Rope& rope) {
            return in_place(norm) && norm.x == rope.x && g[norm.w].columns == rope.head_dim;
        };
        if (!of_heads(*f.q_norm, *f.q) || !of_heads(*f.k_norm, *f.k)) return {};
    }
    f.ops = at + 4 - i;
    return f;
}

/// Latent rows: [norm of the latent,] rope of the shared key, rope of the queries, append of the row.
Found find_latent(const Lowering& lowering, size_t i) {
    const Graph& g = lowering.graph();
    Found f;
    size_t at = i;
    f.k_norm = lowering.op_at<RmsNorm>(at);
    if (f.k_norm != nullptr) ++at;
    f.k = lowering.op_at<Rope>(at);
    f.q = lowering.op_at<Rope>(at + 1);
    f.append_k = lowering.op_at<AppendKv>(at + 2);
    if (f.q == nullptr || f.k == nullptr || f.append_k == nullptr) return {};
    const Tensor row = f.append_k->x;
    if (f.k->x == row || g.owner(f.k->x) != row || overlap(g, f.q->x, row) || g[f.k->x].columns != f.k->head_dim) return {};
    if (f.k_norm != nullptr) {
        const Tensor latent = f.k_norm->x;
        if (!in_place(*f.k_norm) || g.owner(latent) != row || g[latent].first_column != 0) return {};
        if (g[f.k_norm->w].columns != g[latent].columns || overlap(g, latent, f.k->x)) return {};
    }
    f.ops = at + 3 - i;
    return f;
}

}  // namespace

Result<size_t> lower_rotate_append(Lowering& lowering, size_t i) {
    const Graph& g = lowering.graph();
    Found f = find_heads(lowering, i);
    const bool heads = f.ops > 0;
    if (!heads) f = find_latent(lowering, i);
    if (f.ops == 0 || f.q->table != f.k->table || f.q->pairs != f.k->pairs || g[f.q->x].rows_of != Rows::per_token) return size_t{0};
    if (const auto* attention = lowering.op_at<AttentionMla>(i + f.ops); attention != nullptr && !heads && lowering.single()) {
        ASSIGN_OR_RETURN(const bool done, emit_latent_step(lowering, {f.k_norm, f.q, f.k, f.append_k, attention}));
        if (done) return f.ops + 1;
    }

    // A latent row is one vector: its shared key is rotated where it lies in the row.
    const Tensor k = f.append_k->x;
    const auto k_dim = heads ? f.k->head_dim : static_cast<uint32_t>(g[k].columns);
    const auto k_offset = heads ? f.k->offset : static_cast<uint32_t>(g[f.k->x].first_column) + f.k->offset;
    const auto k_columns = static_cast<uint32_t>(g[f.append_k->cache].columns);
    const auto v_columns = heads ? static_cast<uint32_t>(g[f.append_v->cache].columns) : 0;
    const uint32_t n_q = static_cast<uint32_t>(g[f.q->x].columns) / f.q->head_dim, n_k = k_columns / k_dim;
    const uint32_t n_v = v_columns > 0 && v_columns % n_k == 0 ? n_k : v_columns > 0 ? 1 : 0;
    const uint32_t v_dim = n_v > 0 ? v_columns / n_v : 1;
    if (std::max({k_dim, f.q->head_dim, v_dim}) > kWidest) return size_t{0};
    const size_t block = dtype_traits(g[f.append_k->cache].type).block_elements;
    if (k_dim % block != 0 || (n_v > 0 && v_dim % block != 0)) return size_t{0};

    Binding& b = lowering.binding();
    ASSIGN_OR_RETURN(const Address rotations, b.rotations(f.q->table));
    const auto norm_dim = f.k_norm != nullptr ? static_cast<uint32_t>(g[f.k_norm->w].columns) : 0;
    lowering.emit(
        {.shader = "rotate_append",
         .constants = {kWorkgroup, cache_type(g[f.append_k->cache].type), f.q->head_dim, k_dim, v_dim, f.q->offset, k_offset, norm_dim,
                       static_cast<uint32_t>(f.q->table->frequencies.size()), f.q->pairs == RopePairs::halves ? 1u : 0u},
         .params = params_of(params::RotateAppendParams{.q = b.address(f.q->x),
                                                        .k = b.address(k),
                                                        .v = heads ? b.address(f.append_v->x) : 0,
                                                        .q_norm = f.q_norm != nullptr ? b.address(f.q_norm->w) : 0,
                                                        .k_norm = f.k_norm != nullptr ? b.address(f.k_norm->w) : 0,
                                                        .k_cache = b.address(f.append_k->cache),
                                                        .v_cache = heads ? b.address(f.append_v->cache) : 0,
                                                        .rotations = rotations,
                                                        .step = b.step_block(),
                                                        .q_stride = b.stride(f.q->x),
                                                        .k_stride = b.stride(k),
                                                        .v_stride = heads ? b.stride(f.append_v->x) : 0,
                                                        .n_q = n_q,
                                                        .n_k = n_k,
                                                        .k_columns = k_columns,
                                                        .v_columns = v_columns,
                                                        .q_eps = f.q_norm != nullptr ? f.q_norm->eps : 0.0f,
                                                        .k_eps = f.k_norm != nullptr ? f.k_norm->eps : 0.0f}),
         .grid =
             [vectors = n_q + n_k + n_v](const StepShape& step) {
                 return Grid{vectors, step.tokens, 1};
             },
         .label = "rotate_append"},
        i, f.ops);
    return f.ops;
}

}  // namespace soliloquy::vulkan
