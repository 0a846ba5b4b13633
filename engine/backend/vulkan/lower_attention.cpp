/// engine/backend/vulkan/lower_attention.cpp: how query rows and positions are divided between workgroups.
#include "engine/backend/vulkan/lower_attention.h"

#include <algorithm>
#include <bit>
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

}  // namespace

Status emit_attention(Lowering& lowering, const AttentionSpec& spec) {
    Binding& b = lowering.binding();
    ASSIGN_OR_RETURN(const Shape shape, choose_shape(b.traits(), spec, lowering.single()));
    const uint32_t group = spec.n_heads / spec.n_kv_heads;
    const auto blocks = [group, rows = shape.rows](uint32_t tokens) { return divide_up(uint64_t{tokens} * group, rows); };
    // As many parts of the positions as keep the device busy, the same for any position: parts without positions end at once.
    const uint32_t units = b.traits().compute_units > 0 ? b.traits().compute_units : kUnknownUnits;
    const uint32_t most = std::min(kMostSplits, divide_up(spec.context, shape.tile()));
    const auto splits = [=, wanted = units * kGroupsPerUnit, heads = spec.n_kv_heads](uint32_t tokens) {
        return std::clamp(wanted / (blocks(tokens) * heads), 1u, most);
    };

    const uint32_t most_tokens = lowering.single() ? 1 : b.options().max_tokens;
    uint64_t part_rows = 0;
    for (uint32_t tokens = 1; tokens <= most_tokens; ++tokens) {
        if (splits(tokens) > 1) part_rows = std::max(part_rows, uint64_t{tokens} * spec.n_heads * splits(tokens));
    }
    Binding::Scratch parts;
    if (part_rows > 0) {
        ASSIGN_OR_RETURN(parts, b.scratch("attention parts", part_rows * (spec.value_dim + 2) * sizeof(float)));
    }

    Dispatch part{.shader = "attention_part",
                  .constants = {shape.width, shape.rows, cache_type(spec.type), spec.key_dim, spec.absorbed_dim, spec.value_dim,
                                shape.key_quads ? 1u : 0u, shape.value_pairs ? 1u : 0u, shape.value_lanes},
                  .params = params_of(params::AttentionParams{.q = spec.q.address,
                                                              .absorbed = spec.absorbed.address,
                                                              .k = spec.k,
                                                              .v = spec.v,
                                                              .sinks = spec.sinks,
                                                              .y = spec.y.address,
                                                              .parts = parts.address,
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
                      [blocks, splits, heads = spec.n_kv_heads](const StepShape& step) {
                          return Grid{blocks(step.tokens), heads, splits(step.tokens)};
                      },
                  .reads = spec.reads,
                  .writes = spec.writes,
                  .label = "attention"};
    if (part_rows > 0) part.writes.push_back(parts.resource);
    lowering.emit(std::move(part), 0, 0);
    if (part_rows == 0) return Status::success();

    Dispatch reduce{.shader = "attention_reduce",
                    .constants = {kReduceWidth},
                    .params = params_of(params::AttentionReduceParams{.parts = parts.address,
                                                                      .sinks = spec.sinks,
                                                                      .y = spec.y.address,
                                                                      .y_stride = spec.y.stride,
                                                                      .splits = lowering.single() ? splits(1) : 0,
                                                                      .value_dim = spec.value_dim}),
                    .grid =
                        [splits, single = lowering.single(), spec](const StepShape& step) {
                            if (splits(step.tokens) == 1) return Grid{0, 0, 0};
                            const uint32_t columns = divide_up(spec.value_dim, kReduceWidth);
                            return Grid{spec.n_heads, step.tokens, single ? columns : splits(step.tokens)};
                        },
                    .reads = {parts.resource},
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
