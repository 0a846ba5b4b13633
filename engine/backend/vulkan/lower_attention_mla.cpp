/// engine/backend/vulkan/lower_attention_mla.cpp: latent attention, absorbed: k_b before the softmax and v_b behind it, for each head;
/// between them all heads are the queries of one key head, the cached row, whose first numbers are the value.
#include <algorithm>
#include <bit>

#include "engine/backend/vulkan/lower_attention.h"
#include "engine/backend/vulkan/lower_matmul.h"
#include "engine/ops/attention_mla.params.h"

namespace soliloquy::vulkan {
namespace {

constexpr uint32_t kPrepareWidth = 64, kPrepareRows = 4;  // rows one after the other: kRowsEach of the shaders
constexpr uint32_t kExpandWidth = 128, kExpandRows = 8;
constexpr uint64_t kWidestRow = 2048;  // numbers of a cached row: 8 KiB of shared memory

uint32_t narrow(uint64_t number) { return static_cast<uint32_t>(number); }
uint32_t divide_up(uint64_t a, uint64_t b) { return narrow((a + b - 1) / b); }
/// Invocations side by side on a row: eight numbers each.
uint32_t lanes_for(uint64_t columns, uint32_t most) { return std::min(std::bit_ceil(divide_up(columns, 8)), most); }

struct Sizes {
    uint32_t latent, nope, row, value, q_head, n_heads;
    uint32_t stride;  ///< of F32 [tokens, n_heads, latent]
};

Sizes sizes_of(const Graph& g, const AttentionMla& op) {
    const Weight& k_b = g[op.k_b].weight;
    Sizes s{};
    s.latent = narrow(k_b.rows);
    s.nope = narrow(k_b.columns);
    s.row = narrow(g[op.cache].columns);
    s.value = narrow(g[op.v_b].weight.rows);
    s.q_head = s.nope + s.row - s.latent;
    s.n_heads = op.n_heads;
    s.stride = op.n_heads * s.latent;
    return s;
}

/// The queries' part against the latent, and the weighted sum of latents.
struct LatentRows {
    Binding::Scratch absorbed, summed;
};

Result<LatentRows> latent_rows(Lowering& lowering, const Sizes& s) {
    Binding& b = lowering.binding();
    const uint64_t bytes = (lowering.single() ? 1 : uint64_t{b.options().max_tokens}) * s.stride * sizeof(float);
    LatentRows rows;
    ASSIGN_OR_RETURN(rows.absorbed, b.scratch("absorbed queries", bytes));
    ASSIGN_OR_RETURN(rows.summed, b.scratch("sums of latents", bytes));
    return rows;
}

AttentionSpec spec_of(Lowering& lowering, const AttentionMla& op, const Sizes& s, const LatentRows& rows) {
    Binding& b = lowering.binding();
    const Graph& g = lowering.graph();
    return {.q = {b.address(op.q) + s.nope * sizeof(float), b.stride(op.q)},
            .q_head = s.q_head,
            .absorbed = {rows.absorbed.address, s.stride},
            .absorbed_dim = s.latent,
            .y = {rows.summed.address, s.stride},
            .k = b.address(op.cache),
            .v = b.address(op.cache),
            .sinks = 0,
            .type = g[op.cache].type,
            .context = g[op.cache].rows,
            .k_columns = s.row,
            .v_columns = s.row,
            .n_heads = s.n_heads,
            .n_kv_heads = 1,
            .key_dim = s.row,
            .value_dim = s.latent,
            .window = 0,
            .scale = op.scale,
            .reads = {g.owner(op.q).index, rows.absorbed.resource, op.cache.index},
            .writes = {rows.summed.resource}};
}

Status emit_v_b(Lowering& lowering, const AttentionMla& op, const Sizes& s, const LatentRows& rows) {
    Binding& b = lowering.binding();
    return emit_slices(lowering, {.w = op.v_b,
                                  .x = {rows.summed.address, s.stride, s.latent},
                                  .y = {b.address(op.y), b.stride(op.y), s.value},
                                  .reads = {rows.summed.resource},
                                  .writes = {lowering.graph().owner(op.y).index}});
}

/// v_b times the sum of the parts, in one dispatch.
Status emit_expand(Lowering& lowering, const AttentionMla& op, const Sizes& s, const AttentionParts& parts) {
    Binding& b = lowering.binding();
    const Weight& v_b = lowering.graph()[op.v_b].weight;
    ASSIGN_OR_RETURN(const Address groups, codebook(b, v_b.type));
    const uint32_t lanes = lanes_for(s.latent, 32), rows = kExpandRows * kExpandWidth / lanes;
    lowering.emit({.shader = variant("attention_mla_expand", v_b.type),
                   .constants = {kExpandWidth, lanes, s.latent},
                   .params = params_of(params::MlaExpandParams{.parts = parts.address,
                                                               .v_b = b.address(op.v_b),
                                                               .y = b.address(op.y),
                                                               .codebook = groups,
                                                               .splits = parts.splits,
                                                               .value = s.value,
                                                               .row_bytes = narrow(v_b.row_bytes),
                                                               .slice_bytes = narrow(v_b.slice_bytes)}),
                   .grid =
                       [chunks = divide_up(s.value, rows), heads = s.n_heads](const StepShape&) {
                           return Grid{chunks, heads, 1};
                       },
                   .reads = {parts.resource},
                   .writes = {lowering.graph().owner(op.y).index},
                   .label = std::string(v_b.name),
                   .bytes = v_b.bytes()},
                  0, 0);
    return Status::success();
}

/// The rotated numbers are those that attention expects behind the others, of heads and row alike.
bool fits(const Graph& g, const LatentStep& step, const Sizes& s) {
    const uint32_t rope = s.row - s.latent;
    if (step.attention->q != step.q->x || step.attention->cache != step.append->cache) return false;
    if (2 * step.q->table->frequencies.size() != rope || step.q->offset != s.nope || step.q->head_dim != s.q_head) return false;
    if (g[step.key->x].first_column + step.key->offset != s.latent) return false;
    if (step.norm != nullptr && g[step.norm->w].columns != s.latent) return false;
    const uint64_t most = UINT32_MAX;
    return s.row <= kWidestRow && s.nope <= kWidestRow && g[step.attention->k_b].weight.slice_bytes <= most &&
           g[step.attention->v_b].weight.slice_bytes <= most;
}

Status emit_prepare(Lowering& lowering, const LatentStep& step, const Sizes& s, const LatentRows& rows) {
    Binding& b = lowering.binding();
    const Graph& g = lowering.graph();
    const Weight& k_b = g[step.attention->k_b].weight;
    ASSIGN_OR_RETURN(const Address table, codebook(b, k_b.type));
    ASSIGN_OR_RETURN(const Address rotations, b.rotations(step.q->table));
    const uint32_t lanes = lanes_for(s.nope, 16), groups = divide_up(s.latent, kPrepareRows * kPrepareWidth / lanes);
    const Resource q = g.owner(step.q->x).index, row = g.owner(step.append->x).index;
    lowering.emit({.shader = variant("attention_mla_prepare", k_b.type),
                   .constants = {kPrepareWidth, lanes, s.nope, s.latent, cache_type(g[step.append->cache].type),
                                 narrow(step.q->table->frequencies.size()), step.q->pairs == RopePairs::halves ? 1u : 0u},
                   .params = params_of(params::MlaPrepareParams{.q = b.address(step.q->x),
                                                                .row = b.address(step.append->x),
                                                                .norm = step.norm != nullptr ? b.address(step.norm->w) : 0,
                                                                .cache = b.address(step.append->cache),
                                                                .rotations = rotations,
                                                                .step = b.step_block(),
                                                                .k_b = b.address(step.attention->k_b),
                                                                .absorbed = rows.absorbed.address,
                                                                .codebook = table,
                                                                .n_heads = s.n_heads,
                                                                .groups = groups,
                                                                .row_bytes = narrow(k_b.row_bytes),
                                                                .slice_bytes = narrow(k_b.slice_bytes),
                                                                .eps = step.norm != nullptr ? step.norm->eps : 0.0f}),
                   .grid =
                       [workgroups = s.n_heads * (1 + groups) + 1](const StepShape&) {
                           return Grid{workgroups, 1, 1};
                       },
                   .reads = {q, row},
                   .writes = {q, row, step.append->cache.index, rows.absorbed.resource},
                   .label = std::string(k_b.name),
                   .bytes = k_b.bytes()},
                  0, 0);
    return Status::success();
}

}  // namespace

Result<bool> emit_latent_step(Lowering& lowering, const LatentStep& step) {
    const AttentionMla& op = *step.attention;
    const Sizes s = sizes_of(lowering.graph(), op);
    if (!fits(lowering.graph(), step, s)) return false;
    ASSIGN_OR_RETURN(const LatentRows rows, latent_rows(lowering, s));
    RETURN_IF_ERROR(emit_prepare(lowering, step, s, rows));
    ASSIGN_OR_RETURN(const AttentionParts parts, emit_attention_parts(lowering, spec_of(lowering, op, s, rows)));
    RETURN_IF_ERROR(parts.splits > 1 ? emit_expand(lowering, op, s, parts) : emit_v_b(lowering, op, s, rows));
    return true;
}

Result<size_t> lower_op(Lowering& lowering, size_t, const AttentionMla& op) {
    Binding& b = lowering.binding();
    const Sizes s = sizes_of(lowering.graph(), op);
    ASSIGN_OR_RETURN(const LatentRows rows, latent_rows(lowering, s));
    RETURN_IF_ERROR(emit_slices(lowering, {.w = op.k_b,
                                           .x = {b.address(op.q), b.stride(op.q), s.q_head},
                                           .y = {rows.absorbed.address, s.stride, s.latent},
                                           .reads = {lowering.graph().owner(op.q).index},
                                           .writes = {rows.absorbed.resource}}));
    RETURN_IF_ERROR(emit_attention(lowering, spec_of(lowering, op, s, rows)));
    RETURN_IF_ERROR(emit_v_b(lowering, op, s, rows));
    return size_t{1};
}

}  // namespace soliloquy::vulkan
