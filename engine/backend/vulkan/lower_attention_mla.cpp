/// engine/backend/vulkan/lower_attention_mla.cpp: latent attention, absorbed: k_b before the softmax and v_b behind it, for each head;
/// between them all heads are the queries of one key head, the cached row, whose first numbers are the value.
#include "engine/backend/vulkan/lower_attention.h"
#include "engine/backend/vulkan/lower_matmul.h"

namespace soliloquy::vulkan {

Result<size_t> lower_op(Lowering& lowering, size_t, const AttentionMla& op) {
    Binding& b = lowering.binding();
    const Graph& g = lowering.graph();
    const TensorInfo& cache = g[op.cache];
    const Weight& k_b = g[op.k_b].weight;
    const Weight& v_b = g[op.v_b].weight;
    const auto latent = static_cast<uint32_t>(k_b.rows), nope = static_cast<uint32_t>(k_b.columns);
    const auto row = static_cast<uint32_t>(cache.columns), value = static_cast<uint32_t>(v_b.rows);
    const uint32_t q_head = nope + row - latent;

    // F32 [tokens, n_heads, latent]: the queries' part against the latent, and the weighted sum of latents.
    const uint32_t stride = op.n_heads * latent;
    const uint64_t tokens = lowering.single() ? 1 : b.options().max_tokens;
    ASSIGN_OR_RETURN(const Binding::Scratch absorbed, b.scratch("absorbed queries", tokens * stride * sizeof(float)));
    ASSIGN_OR_RETURN(const Binding::Scratch summed, b.scratch("sums of latents", tokens * stride * sizeof(float)));

    RETURN_IF_ERROR(emit_slices(lowering, {.w = op.k_b,
                                           .x = {b.address(op.q), b.stride(op.q), q_head},
                                           .y = {absorbed.address, stride, latent},
                                           .reads = {g.owner(op.q).index},
                                           .writes = {absorbed.resource}}));
    RETURN_IF_ERROR(emit_attention(lowering, {.q = {b.address(op.q) + nope * sizeof(float), b.stride(op.q)},
                                              .q_head = q_head,
                                              .absorbed = {absorbed.address, stride},
                                              .absorbed_dim = latent,
                                              .y = {summed.address, stride},
                                              .k = b.address(op.cache),
                                              .v = b.address(op.cache),
                                              .sinks = 0,
                                              .type = cache.type,
                                              .context = cache.rows,
                                              .k_columns = row,
                                              .v_columns = row,
                                              .n_heads = op.n_heads,
                                              .n_kv_heads = 1,
                                              .key_dim = row,
                                              .value_dim = latent,
                                              .window = 0,
                                              .scale = op.scale,
                                              .reads = {g.owner(op.q).index, absorbed.resource, op.cache.index},
                                              .writes = {summed.resource}}));
    RETURN_IF_ERROR(emit_slices(lowering, {.w = op.v_b,
                                           .x = {summed.address, stride, latent},
                                           .y = {b.address(op.y), b.stride(op.y), value},
                                           .reads = {summed.resource},
                                           .writes = {g.owner(op.y).index}}));
    return size_t{1};
}

}  // namespace soliloquy::vulkan
