/// engine/backend/vulkan/lower_tiles.cpp: products with many tokens, in tiles, and the list that sorts a batch by expert.
#include <algorithm>

#include "engine/backend/vulkan/lower_linear.h"
#include "engine/ops/matmul.params.h"
#include "engine/ops/matmul_experts.params.h"

namespace soliloquy::vulkan {
namespace {

constexpr uint32_t kTile = 64;  // of shaders/matmul.comp and sort_experts.comp, both ways
constexpr uint32_t kTileWorkgroup = 256;
constexpr uint32_t kMostExperts = 1024;  // of shaders/sort_experts.comp

params::MatMulParams tile_params(Binding& b, const Linear& l, Address table) {
    return {.w = l.w,
            .x = l.x.address,
            .y = l.y.address,
            .bias = l.bias,
            .residual = l.residual.address,
            .codebook = table,
            .row_count = row_count(b, l.rows_of),
            .tiles = 0,
            .entries = 0,
            .slice_bytes = l.weight.slice_bytes,
            .columns = narrow(l.weight.columns),
            .rows = narrow(l.weight.rows),
            .row_bytes = narrow(l.weight.row_bytes),
            .x_stride = l.x.stride,
            .x_slot = l.x.slot,
            .y_stride = l.y.stride,
            .y_slot = l.y.slot,
            .residual_stride = l.residual.stride,
            .n_used = 1};
}

}  // namespace

Status emit_matmul(Lowering& lowering, const Linear& l) {
    Binding& b = lowering.binding();
    ASSIGN_OR_RETURN(const Address table, codebook(b, l.weight.type));
    lowering.emit({.shader = variant("matmul", l.weight.type),
                   .constants = {kTileWorkgroup},
                   .params = params_of(tile_params(b, l, table)),
                   .grid =
                       [=, groups = divide_up(l.weight.rows, kTile), slots = l.slots, of = l.rows_of](const StepShape& step) {
                           const uint32_t rows = step.rows(of);
                           return rows <= kMostFewTokens ? Grid{0, 0, 0} : Grid{groups, divide_up(rows, kTile), slots};
                       },
                   .reads = l.reads,
                   .writes = l.writes,
                   .label = std::string(l.weight.name),
                   .bytes = l.weight.rows * l.weight.row_bytes * l.slots},
                  0, 0);
    return Status::success();
}

Result<SortedExperts> sort_experts(Lowering& lowering, Tensor ids, uint64_t n_experts) {
    Binding& b = lowering.binding();
    if (n_experts > kMostExperts) {
        return Error{ErrorCode::unsupported, "experts of a layer: expected at most " + std::to_string(kMostExperts) + ", found " +
                                                 std::to_string(n_experts) + "; run this model on the CPU"};
    }
    const uint64_t n_used = lowering.graph()[ids].columns, entries = b.options().max_tokens * n_used;
    const uint64_t tiles_bytes = sizeof(uint32_t) + sizeof(params::ExpertTile) * (entries / kTile + std::min(n_experts, entries));
    ASSIGN_OR_RETURN(const Binding::Scratch scratch, b.scratch("sorted experts", tiles_bytes + entries * sizeof(uint32_t)));
    const SortedExperts sorted{scratch.address, scratch.address + tiles_bytes, scratch.resource, narrow(n_used), narrow(n_experts)};
    Dispatch sort{.shader = "sort_experts",
                  .constants = {std::min(256u, b.traits().max_workgroup_size)},
                  .params = params_of(params::SortExpertsParams{.ids = b.address(ids),
                                                                .tiles = sorted.tiles,
                                                                .entries = sorted.entries,
                                                                .row_count = row_count(b, lowering.graph()[ids].rows_of),
                                                                .ids_stride = b.stride(ids),
                                                                .n_used = sorted.n_used,
                                                                .n_experts = sorted.n_experts}),
                  .grid =
                      [of = lowering.graph()[ids].rows_of](const StepShape& step) {
                          return step.rows(of) <= kMostFewTokens ? Grid{0, 0, 0} : Grid{1, 1, 1};
                      },
                  .reads = {lowering.graph().owner(ids).index},
                  .writes = {sorted.resource},
                  .label = "sort_experts"};
    if (!lowering.stands(sort)) lowering.emit(std::move(sort), 0, 0);
    return sorted;
}

Status emit_grouped_matmul(Lowering& lowering, const Linear& l, const SortedExperts& sorted) {
    Binding& b = lowering.binding();
    ASSIGN_OR_RETURN(const Address table, codebook(b, l.weight.type));
    params::MatMulParams p = tile_params(b, l, table);
    p.tiles = sorted.tiles;
    p.entries = sorted.entries;
    p.n_used = sorted.n_used;
    std::vector<Resource> reads = l.reads;
    reads.push_back(sorted.resource);
    lowering.emit({.shader = variant("matmul", l.weight.type),
                   .constants = {kTileWorkgroup},
                   .params = params_of(p),
                   .grid =
                       [=, groups = divide_up(l.weight.rows, kTile), of = l.rows_of](const StepShape& step) {
                           const uint32_t entries = step.rows(of) * sorted.n_used;
                           if (step.rows(of) <= kMostFewTokens) return Grid{0, 0, 0};
                           return Grid{groups, entries / kTile + std::min(sorted.n_experts, entries), 1};  // no more tiles than that
                       },
                   .reads = std::move(reads),
                   .writes = l.writes,
                   .label = std::string(l.weight.name),
                   .bytes = l.weight.rows * l.weight.row_bytes * l.slots},
                  0, 0);
    return Status::success();
}

}  // namespace soliloquy::vulkan
