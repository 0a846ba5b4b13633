/// engine/backend/vulkan/lower_attention.h: attention over a cache in parts, for grouped heads and for latent rows alike, and what goes
/// before it.
#pragma once

#include "engine/backend/vulkan/lowering.h"

namespace soliloquy::vulkan {

/// Types of caches as shaders number them: 0 = F32, 1 = F16, 2 = Q8_0.
[[nodiscard]] constexpr uint32_t cache_type(DType type) noexcept { return type == DType::f32 ? 0 : type == DType::f16 ? 1 : 2; }

/// RmsNorm of queries and keys where it is there, Rope of both and AppendKv in one dispatch; 0 where the ops from `i` on are not these.
[[nodiscard]] Result<size_t> lower_rotate_append(Lowering& lowering, size_t i);

/// y[t, h] = sum_p softmax_p(scale q[t, h] . k[p, g]) v[p, g], as in engine/ops/attention_gqa.h.
struct AttentionSpec {
    struct Rows {
        Address address = 0;
        uint32_t stride = 0;  ///< numbers from one token to the next
    };
    Rows q;                     ///< key_dim - absorbed_dim numbers of each head,
    uint32_t q_head = 0;        ///< so many apart
    Rows absorbed;              ///< absorbed_dim numbers of each head, which go before those of q
    uint32_t absorbed_dim = 0;  ///< 0 = the whole query is in q
    Rows y;
    Address k = 0, v = 0, sinks = 0;
    DType type = DType::f16;
    uint64_t context = 0;                   ///< positions of the caches
    uint32_t k_columns = 0, v_columns = 0;  ///< of the caches
    uint32_t n_heads = 0, n_kv_heads = 0, key_dim = 0, value_dim = 0;
    uint32_t window = 0;
    float scale = 1.0f;
    std::vector<Resource> reads = {}, writes = {};  ///< all that it touches
};

/// F32 [n_heads, splits, value_dim + 2] of engine/ops/attention.params.h; no splits: y is written.
struct AttentionParts {
    Address address = 0;
    Resource resource = 0;
    uint32_t splits = 1;
};

/// Emits one dispatch, or two where positions are split between workgroups.
[[nodiscard]] Status emit_attention(Lowering& lowering, const AttentionSpec& spec);
/// Emits one dispatch for a step of one token; where it splits positions, adding up the parts is the caller's.
[[nodiscard]] Result<AttentionParts> emit_attention_parts(Lowering& lowering, const AttentionSpec& spec);

/// AppendKv of latent rows with what goes before it, and AttentionMla, for a step of one token.
struct LatentStep {
    const RmsNorm* norm = nullptr;  ///< of the latent; nullptr = none
    const Rope* q = nullptr;
    const Rope* key = nullptr;  ///< of columns of the row
    const AppendKv* append = nullptr;
    const AttentionMla* attention = nullptr;
};
/// False where the ops are not of one attention, or of shapes that the fused shaders do not know.
[[nodiscard]] Result<bool> emit_latent_step(Lowering& lowering, const LatentStep& step);

}  // namespace soliloquy::vulkan
