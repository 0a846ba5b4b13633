/// engine/backend/vulkan/lower_linear.cpp: parameters and grids of the shaders that multiply.
#include "engine/backend/vulkan/lower_linear.h"

#include <algorithm>
#include <bit>
#include <cctype>
#include <cstddef>

#include "engine/ops/matmul.params.h"
#include "engine/ops/matmul_experts.params.h"
#include "engine/quant/codebooks.h"

namespace soliloquy::vulkan {
namespace {

constexpr uint32_t kTile = 64;  // of shaders/matmul.comp and sort_experts.comp, both ways
constexpr uint32_t kTileWorkgroup = 256;
constexpr uint32_t kMostGroups = 65535;  // of a grid, along one side, on every device
constexpr uint32_t kMostExperts = 1024;  // of shaders/sort_experts.comp
constexpr uint32_t kChunksEach = 4;      // chunks of eight columns for every invocation: enough loads in flight
constexpr uint32_t kTokensTogether = 4;  // whose sums fit registers beside the rows'
constexpr size_t kPartsOfDispatch = 3;   // of NormMatVecParams

uint32_t divide_up(uint64_t a, uint64_t b) { return static_cast<uint32_t>((a + b - 1) / b); }
uint32_t narrow(uint64_t number) { return static_cast<uint32_t>(number); }

/// Invocations for rows of `columns` numbers.
uint32_t width_for(const DeviceTraits& traits, uint64_t columns) {
    const uint64_t wanted = std::bit_ceil(std::max<uint64_t>(1, divide_up(columns, 8 * kChunksEach)));
    return static_cast<uint32_t>(std::clamp<uint64_t>(wanted, 32, std::min(256u, traits.max_workgroup_size)));
}

/// Rows of weights for every workgroup: at least `least`, more where the grid would be too large.
uint32_t rows_per_group(uint64_t rows, uint32_t least) {
    uint32_t each = least;
    while (divide_up(rows, each) > kMostGroups) each *= 2;
    return each;
}

template <typename T>
std::span<const std::byte> bytes_of(const T& table) {
    return std::as_bytes(std::span(table));
}

/// A number of the step block: how many rows an operand has.
Address row_count(const Binding& binding, Rows of) {
    return binding.step_block() + (of == Rows::per_output ? offsetof(params::StepHead, outputs) : offsetof(params::StepHead, tokens));
}

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

std::string variant(std::string_view shader, DType type) {
    std::string name = std::string(shader) + "_";
    for (const char c : dtype_traits(type).name) name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return name;
}

Result<Address> codebook(Binding& binding, DType type) {
    switch (type) {
        case DType::iq2_xxs:
            return binding.constant(bytes_of(kIq2XxsGrid));
        case DType::iq2_xs:
            return binding.constant(bytes_of(kIq2XsGrid));
        case DType::iq2_s:
            return binding.constant(bytes_of(kIq2SGrid));
        case DType::iq3_xxs:
            return binding.constant(bytes_of(kIq3XxsGrid));
        case DType::iq3_s:
            return binding.constant(bytes_of(kIq3SGrid));
        case DType::iq1_s:
        case DType::iq1_m:
            return binding.constant(bytes_of(kIq1Grid));
        default:
            return Address{0};
    }
}

DeviceRows rows_of(const Binding& binding, Tensor activation, uint32_t slot) {
    if (!activation) return {};
    return {binding.address(activation), binding.stride(activation), slot};
}

Status emit_matvec(Lowering& lowering, const Linear& l, uint32_t tokens, uint32_t min_rows, uint32_t max_rows) {
    Binding& b = lowering.binding();
    ASSIGN_OR_RETURN(const Address table, codebook(b, l.weight.type));
    const bool summed = static_cast<bool>(l.weights);
    const uint32_t each = rows_per_group(l.weight.rows, 2);
    const uint32_t width = width_for(b.traits(), l.weight.columns * (summed ? l.slots : 1));
    const uint32_t groups = divide_up(l.weight.rows, each), slots = summed ? 1 : l.slots;
    lowering.emit({.shader = variant("matvec", l.weight.type),
                   .constants = {width, each, tokens, summed ? 1u : 0u},
                   .params = params_of(params::MatVecParams{.w = l.w,
                                                            .x = l.x.address,
                                                            .y = l.y.address,
                                                            .bias = l.bias,
                                                            .residual = l.residual.address,
                                                            .ids = l.ids.address,
                                                            .weights = l.weights.address,
                                                            .codebook = table,
                                                            .row_count = row_count(b, l.rows_of),
                                                            .slice_bytes = l.weight.slice_bytes,
                                                            .columns = narrow(l.weight.columns),
                                                            .rows = narrow(l.weight.rows),
                                                            .row_bytes = narrow(l.weight.row_bytes),
                                                            .slots = summed ? l.slots : 1,
                                                            .x_stride = l.x.stride,
                                                            .x_slot = l.x.slot,
                                                            .y_stride = l.y.stride,
                                                            .y_slot = l.y.slot,
                                                            .residual_stride = l.residual.stride,
                                                            .ids_stride = l.ids.stride,
                                                            .weights_stride = l.weights.stride}),
                   .grid =
                       [=, of = l.rows_of](const StepShape& step) {
                           const uint32_t rows = step.rows(of);
                           if (rows < min_rows || rows > max_rows) return Grid{0, 0, 0};
                           return Grid{groups, slots, divide_up(rows, tokens)};
                       },
                   .reads = l.reads,
                   .writes = l.writes,
                   .label = std::string(l.weight.name),
                   .bytes = l.weight.rows * l.weight.row_bytes * l.slots},
                  0, 0);
    return Status::success();
}

Status emit_matmul(Lowering& lowering, const Linear& l, uint32_t min_rows) {
    Binding& b = lowering.binding();
    ASSIGN_OR_RETURN(const Address table, codebook(b, l.weight.type));
    lowering.emit({.shader = variant("matmul", l.weight.type),
                   .constants = {kTileWorkgroup},
                   .params = params_of(tile_params(b, l, table)),
                   .grid =
                       [=, groups = divide_up(l.weight.rows, kTile), slots = l.slots, of = l.rows_of](const StepShape& step) {
                           const uint32_t rows = step.rows(of);
                           return rows < min_rows ? Grid{0, 0, 0} : Grid{groups, divide_up(rows, kTile), slots};
                       },
                   .reads = l.reads,
                   .writes = l.writes,
                   .label = std::string(l.weight.name),
                   .bytes = l.weight.rows * l.weight.row_bytes * l.slots},
                  0, 0);
    return Status::success();
}

Result<SortedExperts> sort_experts(Lowering& lowering, Tensor ids, uint64_t n_experts, uint32_t min_rows, bool emits) {
    Binding& b = lowering.binding();
    if (n_experts > kMostExperts) {
        return Error{ErrorCode::unsupported, "experts of a layer: expected at most " + std::to_string(kMostExperts) + ", found " +
                                                 std::to_string(n_experts) + "; run this model on the CPU"};
    }
    const uint64_t n_used = lowering.graph()[ids].columns, entries = b.options().max_tokens * n_used;
    const uint64_t tiles_bytes = sizeof(uint32_t) + sizeof(params::ExpertTile) * (entries / kTile + std::min(n_experts, entries));
    ASSIGN_OR_RETURN(const Binding::Scratch scratch, b.scratch("sorted experts", tiles_bytes + entries * sizeof(uint32_t)));
    const SortedExperts sorted{scratch.address, scratch.address + tiles_bytes, scratch.resource, narrow(n_used), narrow(n_experts)};
    if (!emits) return sorted;
    const Rows of = lowering.graph()[ids].rows_of;
    lowering.emit({.shader = "sort_experts",
                   .constants = {std::min(256u, b.traits().max_workgroup_size)},
                   .params = params_of(params::SortExpertsParams{.ids = b.address(ids),
                                                                 .tiles = sorted.tiles,
                                                                 .entries = sorted.entries,
                                                                 .row_count = row_count(b, of),
                                                                 .ids_stride = b.stride(ids),
                                                                 .n_used = sorted.n_used,
                                                                 .n_experts = sorted.n_experts}),
                   .grid =
                       [=](const StepShape& step) {
                           return step.rows(of) < min_rows ? Grid{0, 0, 0} : Grid{1, 1, 1};
                       },
                   .reads = {lowering.graph().owner(ids).index},
                   .writes = {sorted.resource},
                   .label = "sort_experts"},
                  0, 0);
    return sorted;
}

Status emit_grouped_matmul(Lowering& lowering, const Linear& l, const SortedExperts& sorted, uint32_t min_rows) {
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
                           if (step.rows(of) < min_rows) return Grid{0, 0, 0};
                           return Grid{groups, entries / kTile + std::min(sorted.n_experts, entries), 1};  // no more tiles than that
                       },
                   .reads = std::move(reads),
                   .writes = l.writes,
                   .label = std::string(l.weight.name),
                   .bytes = l.weight.rows * l.weight.row_bytes * l.slots},
                  0, 0);
    return Status::success();
}

Status emit_linear(Lowering& lowering, const Linear& l) {
    if (lowering.single()) return emit_matvec(lowering, l, 1, 1, 1);
    if (l.rows_of == Rows::per_output) RETURN_IF_ERROR(emit_matvec(lowering, l, 1, 1, 1));
    const uint32_t from = l.rows_of == Rows::per_output ? 2 : 1;
    RETURN_IF_ERROR(emit_matvec(lowering, l, kTokensTogether, from, kMostFewTokens));
    return emit_matmul(lowering, l, kMostFewTokens + 1);
}

Status emit_products(Lowering& lowering, const NormedInput& input, const std::vector<Product>& products, Rows rows_of) {
    Binding& b = lowering.binding();
    std::vector<bool> done(products.size());
    bool first = true;  // writes h
    for (size_t begin = 0; begin < products.size(); ++begin) {
        if (done[begin]) continue;
        const Weight& w = products[begin].weight;
        ASSIGN_OR_RETURN(const Address table, codebook(b, w.type));
        params::NormMatVecParams p{};
        p.x = input.x;
        p.gain = input.gain;
        p.h = first ? input.h : 0;
        p.codebook = table;
        p.columns = narrow(w.columns);
        p.row_bytes = narrow(w.row_bytes);
        p.eps = input.eps;
        Dispatch dispatch{.shader = variant("norm_matvec", w.type), .constants = {}, .params = {}, .grid = {}, .reads = input.reads};
        if (first) dispatch.writes = input.writes;
        uint64_t tallest = 0;
        uint32_t parts = 0;
        for (size_t i = begin; i < products.size() && parts < kPartsOfDispatch; ++i) {
            const Product& each = products[i];
            if (done[i] || each.weight.type != w.type || each.weight.row_bytes != w.row_bytes) continue;
            done[i] = true;
            p.w[parts] = each.w;
            p.y[parts] = each.y;
            p.bias[parts] = each.bias;
            p.rows[parts++] = narrow(each.weight.rows);
            tallest = std::max(tallest, each.weight.rows);
            dispatch.writes.push_back(each.written);
            if (!dispatch.label.empty()) dispatch.label += ' ';
            dispatch.label += each.weight.name;
            dispatch.bytes += each.weight.rows * each.weight.row_bytes;
        }
        const uint32_t each = rows_per_group(tallest, 2);
        dispatch.constants = {width_for(b.traits(), w.columns), each};
        dispatch.params = params_of(p);
        dispatch.grid = [groups = divide_up(tallest, each), parts, rows_of](const StepShape& step) {
            return step.rows(rows_of) == 1 ? Grid{groups, parts, 1} : Grid{0, 0, 0};
        };
        lowering.emit(std::move(dispatch), 0, 0);
        first = false;
    }
    return Status::success();
}

Status emit_gate_up(Lowering& lowering, const GateUp& g) {
    Binding& b = lowering.binding();
    const Weight& w = g.gate_weight;
    ASSIGN_OR_RETURN(const Address table, codebook(b, w.type));
    const uint32_t each = rows_per_group(w.rows, 1), groups = divide_up(w.rows, each);
    lowering.emit({.shader = variant("gate_up", w.type),
                   .constants = {width_for(b.traits(), w.columns), each},
                   .params = params_of(params::GateUpParams{.gate = g.gate,
                                                            .up = g.up,
                                                            .x = g.input.x,
                                                            .y = g.y,
                                                            .gate_bias = g.gate_bias,
                                                            .up_bias = g.up_bias,
                                                            .ids = g.ids,
                                                            .gain = g.input.gain,
                                                            .codebook = table,
                                                            .slice_bytes = w.slice_bytes,
                                                            .columns = narrow(w.columns),
                                                            .rows = narrow(w.rows),
                                                            .row_bytes = narrow(w.row_bytes),
                                                            .y_slot = g.y_slot,
                                                            .limit = g.limit,
                                                            .alpha = g.alpha,
                                                            .eps = g.input.eps}),
                   .grid =
                       [groups, slots = g.slots, of = g.rows_of](const StepShape& step) {
                           return step.rows(of) == 1 ? Grid{groups, slots, 1} : Grid{0, 0, 0};
                       },
                   .reads = g.input.reads,
                   .writes = g.writes,
                   .label = std::string(w.name) + " and up",
                   .bytes = 2 * w.rows * w.row_bytes * g.slots},
                  0, 0);
    return Status::success();
}

}  // namespace soliloquy::vulkan
