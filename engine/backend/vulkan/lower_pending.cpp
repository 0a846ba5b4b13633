/// engine/backend/vulkan/lower_pending.cpp: ops that no shader computes yet; asking for them is an error.
#include "engine/backend/vulkan/lowering.h"

namespace soliloquy::vulkan {
namespace {

Error pending() { return {ErrorCode::unsupported, "no shader computes this op yet; go on with the CPU"}; }

}  // namespace

[[gnu::weak]] Result<size_t> lower_op(Lowering&, size_t, const Embed&) { return pending(); }
[[gnu::weak]] Result<size_t> lower_op(Lowering&, size_t, const MatMul&) { return pending(); }
[[gnu::weak]] Result<size_t> lower_op(Lowering&, size_t, const MatMulExperts&) { return pending(); }
[[gnu::weak]] Result<size_t> lower_op(Lowering&, size_t, const Rope&) { return pending(); }
[[gnu::weak]] Result<size_t> lower_op(Lowering&, size_t, const AppendKv&) { return pending(); }
[[gnu::weak]] Result<size_t> lower_op(Lowering&, size_t, const AttentionGqa&) { return pending(); }
[[gnu::weak]] Result<size_t> lower_op(Lowering&, size_t, const AttentionMla&) { return pending(); }
[[gnu::weak]] Result<size_t> lower_op(Lowering&, size_t, const RouteExperts&) { return pending(); }
[[gnu::weak]] Result<size_t> lower_op(Lowering&, size_t, const SwiGlu&) { return pending(); }
[[gnu::weak]] Result<size_t> lower_op(Lowering&, size_t, const Add&) { return pending(); }
[[gnu::weak]] Result<size_t> lower_op(Lowering&, size_t, const ScatterAdd&) { return pending(); }
[[gnu::weak]] Result<size_t> lower_op(Lowering&, size_t, const SelectRows&) { return pending(); }

}  // namespace soliloquy::vulkan
