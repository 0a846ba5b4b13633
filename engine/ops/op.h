/// engine/ops/op.h: the closed list of ops. Adding one breaks every backend at compile time, which is what it is for.
#pragma once

#include <string_view>
#include <variant>

#include "engine/ops/add.h"
#include "engine/ops/append_kv.h"
#include "engine/ops/attention_gqa.h"
#include "engine/ops/attention_mla.h"
#include "engine/ops/embed.h"
#include "engine/ops/matmul.h"
#include "engine/ops/matmul_experts.h"
#include "engine/ops/rms_norm.h"
#include "engine/ops/rope.h"
#include "engine/ops/route_experts.h"
#include "engine/ops/scatter_add.h"
#include "engine/ops/select_rows.h"
#include "engine/ops/swiglu.h"

namespace soliloquy {

using Op = std::variant<Embed, RmsNorm, MatMul, MatMulExperts, Rope, AppendKv, AttentionGqa, AttentionMla, RouteExperts, SwiGlu, Add,
                        ScatterAdd, SelectRows>;

[[nodiscard]] inline std::string_view op_name(const Op& op) {
    return std::visit([](const auto& each) { return std::remove_cvref_t<decltype(each)>::name; }, op);
}

enum class Access : uint8_t { read, write };

/// Calls f(Tensor, Access) for every operand that is there. A tensor that is both read and written is named twice.
template <typename F>
void for_each_operand(const Op& op, F&& f) {
    const auto read = [&f](Tensor t) {
        if (t) f(t, Access::read);
    };
    const auto write = [&f](Tensor t) { f(t, Access::write); };
    struct Visitor {
        decltype(read)& r;
        decltype(write)& w;
        void operator()(const Embed& o) const { r(o.table), w(o.y); }
        void operator()(const RmsNorm& o) const { r(o.x), r(o.w), w(o.y); }
        void operator()(const MatMul& o) const { r(o.x), r(o.w), r(o.bias), w(o.y); }
        void operator()(const MatMulExperts& o) const { r(o.x), r(o.w), r(o.bias), r(o.ids), w(o.y); }
        void operator()(const Rope& o) const { r(o.x), w(o.x); }
        void operator()(const AppendKv& o) const { r(o.x), w(o.cache); }
        void operator()(const AttentionGqa& o) const { r(o.q), r(o.k), r(o.v), r(o.sinks), w(o.y); }
        void operator()(const AttentionMla& o) const { r(o.q), r(o.cache), r(o.k_b), r(o.v_b), w(o.y); }
        void operator()(const RouteExperts& o) const { r(o.logits), r(o.bias), w(o.ids), w(o.weights); }
        void operator()(const SwiGlu& o) const { r(o.gate), r(o.up), w(o.y); }
        void operator()(const Add& o) const { r(o.a), r(o.b), w(o.y); }
        void operator()(const ScatterAdd& o) const { r(o.x), r(o.weights), r(o.y), w(o.y); }
        void operator()(const SelectRows& o) const { r(o.x), w(o.y); }
    };
    std::visit(Visitor{read, write}, op);
}

}  // namespace soliloquy
