/// engine/backend/vulkan/lower_linear.cpp: parameters and grids of the shaders that multiply.
#include "engine/backend/vulkan/lower_linear.h"

#include <algorithm>
#include <bit>
#include <cctype>
#include <cstddef>

#include "engine/ops/matmul.params.h"
#include "engine/quant/codebooks.h"

namespace soliloquy::vulkan {
namespace {

constexpr uint32_t kMostGroups = 65535;  // of a grid, along one side, on every device
constexpr uint32_t kChunksEach = 4;      // chunks of eight columns for every invocation: enough loads in flight
constexpr uint32_t kTokensTogether = 4;  // whose sums fit registers beside the rows'
constexpr size_t kPartsOfDispatch = 3;   // of NormMatVecParams

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

bool is_packed(const Binding& binding, const Weight& w) {
    return dtype_traits(w.type).quantized && (binding.traits().packed_types >> static_cast<uint32_t>(w.type) & 1) != 0;
}

/// Rows of signed bytes with their scales; strides count 32-bit words.
struct Packed {
    DeviceRows rows;
    Resource resource = 0;
};

/// Packs rows for products with few tokens, unless they lie there already. With a gain in `input` there is one row, x, that is normed
/// first.
Result<Packed> emit_quantize(Lowering& lowering, const NormedInput& input, const DeviceRows& x, uint64_t columns, uint32_t slots, Rows of) {
    Binding& b = lowering.binding();
    const bool single = lowering.single();
    const uint64_t row_bytes = columns + columns / 8;
    const std::string name = "packed " + std::to_string(input.x) + (input.gain != 0 ? " normed" : "");
    ASSIGN_OR_RETURN(const Binding::Scratch scratch, b.scratch(name, row_bytes * slots * (single ? 1 : kMostFewTokens)));
    const uint32_t width = std::min(256u, b.traits().max_workgroup_size), groups = divide_up(columns, 4 * width);
    Dispatch quantize{.shader = "quantize",
                      .constants = {width},
                      .params = params_of(params::QuantizeParams{.x = input.x,
                                                                 .y = scratch.address,
                                                                 .gain = input.gain,
                                                                 .h = input.h,
                                                                 .columns = narrow(columns),
                                                                 .x_stride = x.stride,
                                                                 .x_slot = x.slot,
                                                                 .eps = input.eps}),
                      .grid =
                          [=](const StepShape& step) {
                              const uint32_t rows = step.rows(of);
                              return rows == 0 || rows > (single ? 1 : kMostFewTokens) ? Grid{0, 0, 0} : Grid{groups, slots, rows};
                          },
                      .reads = {input.reads.front()},
                      .writes = input.writes,
                      .label = "quantize"};
    quantize.writes.push_back(scratch.resource);
    if (!lowering.stands(quantize)) lowering.emit(std::move(quantize), 0, 0);
    const auto words = narrow(row_bytes / 4);
    return Packed{{scratch.address, words * slots, slots == 1 ? 0 : words}, scratch.resource};
}

/// Products with weights of one type and row length.
Status emit_alike(Lowering& lowering, const NormedInput& input, const std::vector<Product>& products, Rows rows_of) {
    Binding& b = lowering.binding();
    const Weight& w = products.front().weight;
    ASSIGN_OR_RETURN(const Address table, codebook(b, w.type));
    params::NormMatVecParams p{};
    p.x = input.x;
    p.gain = input.gain;
    p.h = input.h;
    p.codebook = table;
    p.columns = narrow(w.columns);
    p.row_bytes = narrow(w.row_bytes);
    p.eps = input.eps;
    Dispatch dispatch{.shader = variant("norm_matvec", w.type, is_packed(b, w)),
                      .constants = {},
                      .params = {},
                      .grid = {},
                      .reads = input.reads,
                      .writes = input.writes};
    uint64_t tallest = 0;
    const auto parts = static_cast<uint32_t>(products.size());
    for (uint32_t m = 0; m < parts; ++m) {
        const Product& each = products[m];
        p.w[m] = each.w;
        p.y[m] = each.y;
        p.bias[m] = each.bias;
        p.rows[m] = narrow(each.weight.rows);
        tallest = std::max(tallest, each.weight.rows);
        dispatch.writes.push_back(each.written);
        if (m > 0) dispatch.label += ' ';
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
    return Status::success();
}

}  // namespace

Address row_count(const Binding& binding, Rows of) {
    return binding.step_block() + (of == Rows::per_output ? offsetof(params::StepHead, outputs) : offsetof(params::StepHead, tokens));
}

std::string variant(std::string_view shader, DType type, bool packed) {
    std::string name = std::string(shader) + (packed ? "_packed_" : "_");
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

Status emit_matvec(Lowering& lowering, const Linear& unpacked, uint32_t tokens, uint32_t min_rows, uint32_t max_rows) {
    Binding& b = lowering.binding();
    Linear l = unpacked;
    const bool packed = l.may_pack && is_packed(b, l.weight);
    if (packed) {
        const uint32_t slots = l.x.slot == 0 ? 1 : l.slots;
        ASSIGN_OR_RETURN(const Packed x,
                         emit_quantize(lowering, {.x = l.x.address, .reads = l.reads}, l.x, l.weight.columns, slots, l.rows_of));
        l.x = x.rows;
        l.reads.push_back(x.resource);
    }
    ASSIGN_OR_RETURN(const Address table, codebook(b, l.weight.type));
    const bool summed = static_cast<bool>(l.weights);
    const uint32_t each = rows_per_group(l.weight.rows, 2);
    const uint32_t width = width_for(b.traits(), l.weight.columns * (summed ? l.slots : 1));
    const uint32_t groups = divide_up(l.weight.rows, each), slots = summed ? 1 : l.slots;
    lowering.emit({.shader = variant("matvec", l.weight.type, packed),
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

Status emit_linear(Lowering& lowering, const Linear& l) {
    if (lowering.single()) return emit_matvec(lowering, l, 1, 1, 1);
    if (l.rows_of == Rows::per_output) RETURN_IF_ERROR(emit_matvec(lowering, l, 1, 1, 1));
    const uint32_t from = l.rows_of == Rows::per_output ? 2 : 1;
    RETURN_IF_ERROR(emit_matvec(lowering, l, kTokensTogether, from, kMostFewTokens));
    return emit_matmul(lowering, l);
}

Status emit_products(Lowering& lowering, const NormedInput& input, const std::vector<Product>& products, Rows rows_of) {
    Binding& b = lowering.binding();
    NormedInput plain = input, packed = input;
    const auto needs_packing = [&](const Product& each) { return is_packed(b, each.weight); };
    if (std::any_of(products.begin(), products.end(), needs_packing)) {
        ASSIGN_OR_RETURN(const Packed x, emit_quantize(lowering, input, {}, products.front().weight.columns, 1, rows_of));
        packed = {.x = x.rows.address, .reads = {x.resource}};
        plain.h = 0;  // it is written
        plain.writes.clear();
    }
    std::vector<bool> done(products.size());
    for (size_t begin = 0; begin < products.size(); ++begin) {
        if (done[begin]) continue;
        std::vector<Product> alike;
        for (size_t i = begin; i < products.size() && alike.size() < kPartsOfDispatch; ++i) {
            const Weight &w = products[i].weight, &like = products[begin].weight;
            if (done[i] || w.type != like.type || w.row_bytes != like.row_bytes) continue;
            alike.push_back(products[i]);
            done[i] = true;
        }
        NormedInput& from = needs_packing(products[begin]) ? packed : plain;
        RETURN_IF_ERROR(emit_alike(lowering, from, alike, rows_of));
        from.h = 0;
        from.writes.clear();
    }
    return Status::success();
}

Status emit_gate_up(Lowering& lowering, const GateUp& unpacked) {
    Binding& b = lowering.binding();
    GateUp g = unpacked;
    const Weight& w = g.gate_weight;
    const bool packed = is_packed(b, w);
    if (packed) {
        ASSIGN_OR_RETURN(const Packed x, emit_quantize(lowering, g.input, {}, w.columns, 1, g.rows_of));
        g.input.x = x.rows.address;
        g.input.gain = 0;
        g.input.reads.push_back(x.resource);
    }
    ASSIGN_OR_RETURN(const Address table, codebook(b, w.type));
    const uint32_t each = rows_per_group(w.rows, 1), groups = divide_up(w.rows, each);
    lowering.emit({.shader = variant("gate_up", w.type, packed),
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
