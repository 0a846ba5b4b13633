/// engine/backend/vulkan/lower_attention.cpp: how query rows and positions are divided between workgroups.
#include "engine/backend/vulkan/lower_attention.h"

#include <algorithm>
#include <bit>
#include <optional>
#include <string>

#include "engine/ops/attention.params.h"

namespace soliloquy::vulkan {
namespace {

constexpr uint32_t kMostRows = 8;       // query rows of a workgroup: their sums fit registers
constexpr uint32_t kMostSplits = 64;    // what adding up the parts is worth
constexpr uint32_t kUnknownUnits = 64;  // compute units of a device that does not tell
constexpr uint32_t kGroupsPerUnit = 4;  // workgroups that hide each other's waiting
constexpr uint32_t kReduceWidth = 128;

uint32_t divide_up(uint64_t a, uint64_t b) { return static_cast<uint32_t>((a + b - 1) / b); }

/// The specialisation of shaders/attention_part.comp.
struct Shape {
    uint32_t width = 128, rows = kMostRows;
    bool key_quads = false, value_pairs = false;
    uint32_t value_lanes = 1;
    [[nodiscard]] uint32_t tile() const { return width / 4; }
    /// Of shared memory, as the shader declares it.
    [[nodiscard]] uint64_t shared_bytes(uint32_t key_dim) const {
        const uint64_t queries = uint64_t{rows} * divide_up(key_dim, 4) * 16;
        return queries + uint64_t{rows} * 4 * (tile() + 8) * 4 + uint64_t{rows} * tile() * 4 + uint64_t{rows} * 12;
    }
};

Result<Shape> choose_shape(const DeviceTraits& traits, const AttentionSpec& spec, bool single) {
    Shape shape;
    shape.key_quads = spec.key_dim % 4 == 0 && spec.k_columns % 4 == 0;
    shape.value_pairs = spec.value_dim % 2 == 0 && spec.v_columns % 2 == 0;
    const uint32_t vectors = shape.value_pairs ? spec.value_dim / 2 : spec.value_dim;
    if (vectors > shape.width && traits.max_workgroup_size >= 256) shape.width = 256;
    shape.value_lanes = std::min(std::bit_ceil(vectors), shape.width);
    const uint32_t group = spec.n_heads / spec.n_kv_heads;
    if (single) shape.rows = divide_up(group, divide_up(group, kMostRows));  // of one token: blocks of equal size
    while (shape.rows > 1 && shape.shared_bytes(spec.key_dim) > traits.max_shared_bytes) --shape.rows;
    if (shape.shared_bytes(spec.key_dim) > traits.max_shared_bytes) {
        return Error{ErrorCode::unsupported, "attention to heads of " + std::to_string(spec.key_dim) + " numbers needs " +
                                                 std::to_string(shape.shared_bytes(spec.key_dim)) + " bytes of shared memory, found " +
                                                 std::to_string(traits.max_shared_bytes) + "; run this model on the CPU"};
    }
    return shape;
}

/// How a segment divides query rows and positions between workgroups.
struct Division {
    Shape shape;
    uint32_t group = 1, heads = 1, wanted = 1, most = 1;
    [[nodiscard]] uint32_t blocks(uint32_t tokens) const { return divide_up(uint64_t{tokens} * group, shape.rows); }
    [[nodiscard]] uint32_t splits(uint32_t tokens) const { return std::clamp(wanted / (blocks(tokens) * heads), 1u, most); }
};

/// As many parts of the positions as keep the device busy, the same for any position: parts without positions end at once.
Result<Division> divide(Lowering& lowering, const AttentionSpec& spec) {
    const DeviceTraits& traits = lowering.binding().traits();
    ASSIGN_OR_RETURN(const Shape shape, choose_shape(traits, spec, lowering.single()));
    return Division{.shape = shape,
                    .group = spec.n_heads / spec.n_kv_heads,
                    .heads = spec.n_kv_heads,
                    .wanted = (traits.compute_units > 0 ? traits.compute_units : kUnknownUnits) * kGroupsPerUnit,
                    .most = std::min(kMostSplits, divide_up(spec.context, shape.tile()))};
}

/// Memory for the parts of every step that splits positions; nothing where none does.
Result<std::optional<Binding::Scratch>> parts_for(Lowering& lowering, const AttentionSpec& spec, const Division& division) {
    const uint32_t most_tokens = lowering.single() ? 1 : lowering.binding().options().max_tokens;
    uint64_t rows = 0;
    for (uint32_t tokens = 1; tokens <= most_tokens; ++tokens) {
        const uint32_t splits = division.splits(tokens);
        if (splits > 1) rows = std::max(rows, uint64_t{tokens} * spec.n_heads * splits);
    }
    if (rows == 0) return std::optional<Binding::Scratch>();
    ASSIGN_OR_RETURN(const Binding::Scratch parts,
                     lowering.binding().scratch("attention parts", rows * (spec.value_dim + 2) * sizeof(float)));
    return std::optional(parts);
}

void emit_part(Lowering& lowering, const AttentionSpec& spec, const Division& division, const std::optional<Binding::Scratch>& parts) {
    Binding& b = lowering.binding();
    const Shape& shape = division.shape;
    Dispatch part{.shader = "attention_part",
                  .constants = {shape.width, shape.rows, cache_type(spec.type), spec.key_dim, spec.absorbed_dim, spec.value_dim,
                                shape.key_quads ? 1u : 0u, shape.value_pairs ? 1u : 0u, shape.value_lanes},
                  .params = params_of(params::AttentionParams{.q = spec.q.address,
                                                              .absorbed = spec.absorbed.address,
                                                              .k = spec.k,
                                                              .v = spec.v,
                                                              .sinks = spec.sinks,
                                                              .y = spec.y.address,
                                                              .parts = parts ? parts->address : 0,
                                                              .step = b.step_block(),
                                                              .q_stride = spec.q.stride,
                                                              .q_head = spec.q_head,
                                                              .absorbed_stride = spec.absorbed.stride,
                                                              .y_stride = spec.y.stride,
                                                              .k_columns = spec.k_columns,
                                                              .v_columns = spec.v_columns,
                                                              .n_heads = spec.n_heads,
                                                              .window = spec.window,
                                                              .scale = spec.scale}),
                  .grid =
                      [division](const StepShape& step) {
                          return Grid{division.blocks(step.tokens), division.heads, division.splits(step.tokens)};
                      },
                  .reads = spec.reads,
                  .writes = spec.writes,
                  .label = "attention"};
    if (parts) part.writes.push_back(parts->resource);
    lowering.emit(std::move(part), 0, 0);
}

}  // namespace

Result<AttentionParts> emit_attention_parts(Lowering& lowering, const AttentionSpec& spec) {
    ASSIGN_OR_RETURN(const Division division, divide(lowering, spec));
    ASSIGN_OR_RETURN(const auto parts, parts_for(lowering, spec, division));
    emit_part(lowering, spec, division, parts);
    if (!parts) return AttentionParts{};
    return AttentionParts{parts->address, parts->resource, division.splits(1)};
}

Status emit_attention(Lowering& lowering, const AttentionSpec& spec) {
    ASSIGN_OR_RETURN(const Division division, divide(lowering, spec));
    ASSIGN_OR_RETURN(const auto parts, parts_for(lowering, spec, division));
    emit_part(lowering, spec, division, parts);
    if (!parts) return Status::success();

    Dispatch reduce{.shader = "attention_reduce",
                    .constants = {kReduceWidth},
                    .params = params_of(params::AttentionReduceParams{.parts = parts->address,
                                                                      .sinks = spec.sinks,
                                                                      .y = spec.y.address,
                                                                      .y_stride = spec.y.stride,
                                                                      .splits = lowering.single() ? division.splits(1) : 0,
                                                                      .value_dim = spec.value_dim}),
                    .grid =
                        [division, single = lowering.single(), heads = spec.n_heads, dim = spec.value_dim](const StepShape& step) {
                            const uint32_t splits = division.splits(step.tokens);
                            if (splits == 1) return Grid{0, 0, 0};
                            return Grid{heads, step.tokens, single ? divide_up(dim, kReduceWidth) : splits};
                        },
                    .reads = {parts->resource},
                    .writes = spec.writes,
                    .label = "attention_reduce"};
    lowering.emit(std::move(reduce), 0, 0);
    return Status::success();
}

Result<size_t> lower_op(Lowering& lowering, size_t, const AttentionGqa& op) {
    Binding& b = lowering.binding();
    const Graph& g = lowering.graph();
    const TensorInfo& k = g[op.k];
    const TensorInfo& v = g[op.v];
    const auto key_dim = static_cast<uint32_t>(k.columns / op.n_kv_heads);
    RETURN_IF_ERROR(emit_attention(lowering, {.q = {b.address(op.q), b.stride(op.q)},
                                              .q_head = key_dim,
                                              .absorbed = {},
                                              .y = {b.address(op.y), b.stride(op.y)},
                                              .k = b.address(op.k),
                                              .v = b.address(op.v),
                                              .sinks = b.address(op.sinks),
                                              .type = k.type,
                                              .context = k.rows,
                                              .k_columns = static_cast<uint32_t>(k.columns),
                                              .v_columns = static_cast<uint32_t>(v.columns),
                                              .n_heads = op.n_heads,
                                              .n_kv_heads = op.n_kv_heads,
                                              .key_dim = key_dim,
                                              .value_dim = static_cast<uint32_t>(v.columns / op.n_kv_heads),
                                              .window = op.window,
                                              .scale = op.scale,
                                              .reads = {g.owner(op.q).index, op.k.index, op.v.index},
                                              .writes = {g.owner(op.y).index}}));
    return size_t{1};
}

}  // namespace soliloquy::vulkan
