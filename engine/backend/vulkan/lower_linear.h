/// engine/backend/vulkan/lower_linear.h: products of weights and activations as dispatches, whatever graph op or attention asks for them.
#pragma once

#include <string>
#include <vector>

#include "engine/backend/vulkan/lowering.h"

namespace soliloquy::vulkan {

/// "matvec", Q4_K -> "matvec_q4_k", or "matvec_packed_q4_k"
[[nodiscard]] std::string variant(std::string_view shader, DType type, bool packed = false);
/// The table of groups that blocks of the type index (engine/quant/codebooks.h); 0 for types without one.
[[nodiscard]] Result<Address> codebook(Binding& binding, DType type);

/// Rows of numbers in the device's memory: F32, or I32 for ids.
struct DeviceRows {
    Address address = 0;
    uint32_t stride = 0;  ///< numbers from one token to the next
    uint32_t slot = 0;    ///< numbers from one slot of a token to the next
    explicit operator bool() const noexcept { return address != 0; }
};
[[nodiscard]] inline uint32_t divide_up(uint64_t a, uint64_t b) { return static_cast<uint32_t>((a + b - 1) / b); }
[[nodiscard]] inline uint32_t narrow(uint64_t number) { return static_cast<uint32_t>(number); }
/// Where the step block says how many rows an operand has.
[[nodiscard]] Address row_count(const Binding& binding, Rows of);
[[nodiscard]] DeviceRows rows_of(const Binding& binding, Tensor activation, uint32_t slot = 0);

/// y[t, z] = W[slice] x[t, z] + bias[slice] + residual[t],  slice = ids[t, z], or z where there are no ids.
/// With weights: y[t] = sum_z weights[t, z] (W[slice] x[t, z] + bias[slice]) + residual[t].
struct Linear {
    Weight weight;
    Address w = 0, bias = 0;
    DeviceRows x, y, residual, ids, weights;
    uint32_t slots = 1;
    Rows rows_of = Rows::per_token;
    std::vector<Resource> reads = {}, writes = {};  ///< all that it touches, x first
    bool may_pack = true;                           ///< x may be rounded to 8 bits where the device is faster with it
};

/// Up to here a product is taken row by row of the weights, from here on in tiles.
inline constexpr uint32_t kMostFewTokens = 8;
/// For `min_rows` to `max_rows` tokens (at most kMostFewTokens), `tokens` of them sharing one reading of the weights (1 where there are
/// ids).
[[nodiscard]] Status emit_matvec(Lowering& lowering, const Linear& linear, uint32_t tokens, uint32_t min_rows, uint32_t max_rows);
/// For more than kMostFewTokens tokens, in tiles; no ids and no weights.
[[nodiscard]] Status emit_matmul(Lowering& lowering, const Linear& linear);

/// Rows of a batch by expert, in scratch memory; see engine/ops/matmul_experts.params.h.
struct SortedExperts {
    Address tiles = 0, entries = 0;
    Resource resource = 0;
    uint32_t n_used = 0, n_experts = 0;
};
/// For more than kMostFewTokens tokens.
[[nodiscard]] Result<SortedExperts> sort_experts(Lowering& lowering, Tensor ids, uint64_t n_experts);
/// For more than kMostFewTokens tokens; ids as sorted, no weights.
[[nodiscard]] Status emit_grouped_matmul(Lowering& lowering, const Linear& linear, const SortedExperts& sorted);

/// An op or attention step for any number of tokens: single-token, few-token and tiled dispatches as far as the plan needs them.
[[nodiscard]] Status emit_linear(Lowering& lowering, const Linear& linear);

/// What norm_matvec does for one token: y_m = W_m x + bias_m with x normed first if there is a gain.
struct NormedInput {
    Address x = 0, gain = 0;
    Address h = 0;  ///< gets the normed x; 0 = nobody needs it
    float eps = 0.0f;
    std::vector<Resource> reads = {}, writes = {};  ///< x first; h
};
struct Product {
    Weight weight;
    Address w = 0, bias = 0, y = 0;
    Resource written = 0;
};
/// Products of one input, in as few dispatches as types allow, for steps with exactly one row.
[[nodiscard]] Status emit_products(Lowering& lowering, const NormedInput& input, const std::vector<Product>& products, Rows rows_of);

/// y[z] = swiglu(W_gate[slice] x + gate_bias, W_up[slice] x + up_bias), slice = ids[z], for one token; x normed first if there is a gain.
struct GateUp {
    Weight gate_weight;
    Address gate = 0, up = 0, gate_bias = 0, up_bias = 0, ids = 0, y = 0;
    NormedInput input;  ///< h is 0
    uint32_t slots = 1, y_slot = 0;
    float limit = 0.0f, alpha = 1.0f;
    Rows rows_of = Rows::per_token;
    std::vector<Resource> writes = {};
};
/// Both halves have the type and the shape of gate_weight.
[[nodiscard]] Status emit_gate_up(Lowering& lowering, const GateUp& gate_up);

}  // namespace soliloquy::vulkan
