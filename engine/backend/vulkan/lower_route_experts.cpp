/// engine/backend/vulkan/lower_route_experts.cpp: one workgroup chooses the experts of one token.
#include <algorithm>
#include <bit>
#include <string>

#include "engine/backend/vulkan/lowering.h"
#include "engine/ops/route_experts.params.h"

namespace soliloquy::vulkan {
namespace {

constexpr uint32_t kMostUsed = 64;       // room for the chosen weights in shaders/route_experts.comp
constexpr uint32_t kMostExperts = 2048;  // 8 KiB of shared memory

uint32_t gate_number(Gate gate) {
    switch (gate) {
        case Gate::softmax:
            return 0;
        case Gate::sigmoid:
            return 1;
        case Gate::softmax_selected:
            return 2;
        case Gate::sqrt_softplus:
            return 3;
    }
    return 0;
}

}  // namespace

Result<size_t> lower_op(Lowering& lowering, size_t i, const RouteExperts& op) {
    Binding& b = lowering.binding();
    const uint64_t experts = lowering.graph()[op.logits].columns, used = lowering.graph()[op.ids].columns;
    if (experts > kMostExperts || used > kMostUsed) {
        return Error{ErrorCode::unsupported, "op route_experts: expected at most " + std::to_string(kMostUsed) + " of " +
                                                 std::to_string(kMostExperts) + " experts on this device, found " + std::to_string(used) +
                                                 " of " + std::to_string(experts) + "; run this model on the CPU"};
    }
    const auto n_experts = static_cast<uint32_t>(experts);
    const uint32_t width = std::clamp(std::bit_ceil(n_experts), 32u, 256u);
    lowering.emit({.shader = "route_experts",
                   .constants = {width, gate_number(op.gate), n_experts, op.n_groups},
                   .params = params_of(params::RouteExpertsParams{.logits = b.address(op.logits),
                                                                  .bias = b.address(op.bias),
                                                                  .ids = b.address(op.ids),
                                                                  .weights = b.address(op.weights),
                                                                  .logits_stride = b.stride(op.logits),
                                                                  .ids_stride = b.stride(op.ids),
                                                                  .weights_stride = b.stride(op.weights),
                                                                  .n_used = static_cast<uint32_t>(used),
                                                                  .n_groups = op.n_groups,
                                                                  .n_groups_used = op.n_groups_used,
                                                                  .normalize = op.normalize ? 1u : 0u,
                                                                  .scale = op.scale}),
                   .grid =
                       [](const StepShape& step) {
                           return Grid{step.tokens, 1, 1};
                       },
                   .label = "route_experts"},
                  i);
    return size_t{1};
}

}  // namespace soliloquy::vulkan
