/// engine/backend/vulkan/lowering.cpp: walks the ops of a segment, and knows what is still needed behind each.
#include "engine/backend/vulkan/lowering.h"

#include <algorithm>

namespace soliloquy::vulkan {
namespace {

/// Columns of memory that a tensor names.
struct Columns {
    uint32_t owner = 0;
    uint64_t first = 0, end = 0;
    [[nodiscard]] bool overlaps(const Columns& other) const { return owner == other.owner && first < other.end && other.first < end; }
    [[nodiscard]] bool covers(const Columns& other) const { return owner == other.owner && first <= other.first && other.end <= end; }
};

Columns columns_of(const Graph& graph, Tensor t) {
    const TensorInfo& info = graph[t];
    return {graph.owner(t).index, info.first_column, info.first_column + info.columns};
}

bool any_overlaps(const Graph& graph, const std::vector<Tensor>& tensors, const Columns& columns) {
    return std::any_of(tensors.begin(), tensors.end(), [&](Tensor t) { return columns_of(graph, t).overlaps(columns); });
}

bool any_covers(const Graph& graph, const std::vector<Tensor>& tensors, const Columns& columns) {
    return std::any_of(tensors.begin(), tensors.end(), [&](Tensor t) { return columns_of(graph, t).covers(columns); });
}

enum class Fate : uint8_t { open, read, overwritten };

Fate fate_in(const Graph& graph, const Op& op, const Columns& columns) {
    Fate fate = Fate::open;
    for_each_operand(op, [&](Tensor t, Access access) {
        const Columns used = columns_of(graph, t);
        if (access == Access::read && used.overlaps(columns)) fate = Fate::read;
        if (access == Access::write && used.covers(columns) && fate == Fate::open) fate = Fate::overwritten;
    });
    return fate;
}

}  // namespace

Result<std::vector<Dispatch>> Lowering::lower() {
    dispatches_.clear();
    for (size_t i = segment_.first; i < segment_.end;) {
        const Op& op = graph().ops()[i];
        auto taken = std::visit([&](const auto& each) { return lower_op(*this, i, each); }, op);
        if (!taken.ok()) return taken.error().within("graph, step " + std::to_string(i) + " (" + std::string(op_name(op)) + ")");
        i += *taken;
    }
    return std::move(dispatches_);
}

bool Lowering::is_dead(Tensor t, size_t i) const {
    const Graph& g = binding_.graph();
    if (g[t].role != TensorRole::activation) return false;
    const Columns columns = columns_of(g, t);
    for (const Segment& segment : binding_.options().segments) {
        const bool is_this = segment.first == segment_.first;
        if (segment.end < i || (segment.end == i && !is_this)) continue;  // over: its results have left
        if (!is_this && any_covers(g, segment.inputs, columns)) return true;
        for (size_t k = std::max(i, segment.first); k < segment.end; ++k) {
            const Fate fate = fate_in(g, g.ops()[k], columns);
            if (fate != Fate::open) return fate == Fate::overwritten;
        }
        if (any_overlaps(g, segment.results, columns)) return false;
    }
    return true;
}

Dispatch& Lowering::emit(Dispatch dispatch, size_t first, size_t count) {
    for (size_t i = first; i < first + count; ++i) {
        for_each_operand(graph().ops()[i], [&](Tensor t, Access access) {
            if (graph()[t].role == TensorRole::weight) return;
            (access == Access::write ? dispatch.writes : dispatch.reads).push_back(graph().owner(t).index);
        });
    }
    return dispatches_.emplace_back(std::move(dispatch));
}

bool Lowering::stands(const Dispatch& dispatch) const {
    const auto touches = [&](Resource written) {
        const auto is_it = [&](const std::vector<Resource>& of) { return std::find(of.begin(), of.end(), written) != of.end(); };
        return is_it(dispatch.reads) || is_it(dispatch.writes);
    };
    for (auto each = dispatches_.rbegin(); each != dispatches_.rend(); ++each) {
        if (each->shader == dispatch.shader && each->constants == dispatch.constants && each->params == dispatch.params) return true;
        if (std::any_of(each->writes.begin(), each->writes.end(), touches)) return false;
    }
    return false;
}

}  // namespace soliloquy::vulkan
