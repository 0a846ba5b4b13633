/// engine/backend/placed_plan.cpp: runs the segments of two plans in the order of the graph and carries rows between them.
#include "engine/backend/placed_plan.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <new>

namespace soliloquy {
namespace {

enum Side : size_t { kCpu = 0, kDevice = 1 };

void add_once(std::vector<Tensor>& tensors, Tensor t) {
    if (std::find(tensors.begin(), tensors.end(), t) == tensors.end()) tensors.push_back(t);
}

/// Where the newest rows of every activation are while the graph is walked.
class Crossings {
  public:
    Crossings(const Graph& graph, std::vector<PlacedSegment>& segments)
        : graph_(graph), segments_(segments), state_(graph.tensors().size()) {}

    /// Op `i` runs in the last segment.
    void walk(size_t i) {
        const size_t here = segments_.size() - 1;
        PlacedSegment& now = segments_[here];
        bool writes_tokens = false;
        for_each_operand(graph_.ops()[i], [&](Tensor t, Access access) {
            if (graph_[t].role == TensorRole::cache) writes_tokens = writes_tokens || access == Access::write;
            if (graph_[t].role != TensorRole::activation) return;
            const Tensor owner = graph_.owner(t);
            if (access == Access::write) {
                writes_tokens = writes_tokens || graph_[t].rows_of != Rows::per_output;
                if (t == owner) return;  // every number of its rows is written: what lay there does not matter
            }
            need(owner, now.on_device ? kDevice : kCpu, now);
        });
        for_each_operand(graph_.ops()[i], [&](Tensor t, Access access) {
            if (graph_[t].role != TensorRole::activation || access == Access::read) return;
            State& state = state_[graph_.owner(t).index];
            state = {.written = true, .writer = here, .is_at = {!now.on_device, now.on_device}};
        });
        now.only_outputs = now.only_outputs && !writes_tokens;
    }

    void want(Tensor result) {
        const State& state = state_[result.index];
        if (state.written) add_once(segments_[state.writer].segment.results, result);
    }

  private:
    struct State {
        bool written = false;
        size_t writer = 0;  ///< segment that wrote it last
        std::array<bool, 2> is_at{};
    };

    void need(Tensor owner, Side side, PlacedSegment& now) {
        State& state = state_[owner.index];
        if (!state.written || state.is_at[side]) return;
        add_once(segments_[state.writer].segment.results, owner);
        add_once(now.segment.inputs, owner);
        state.is_at[side] = true;
    }

    const Graph& graph_;
    std::vector<PlacedSegment>& segments_;
    std::vector<State> state_;
};

/// Rows that travel, from one plan to the other.
void carry(const Graph& graph, const Step& step, Tensor t, const Plan& from, Plan& to, bool whole_memory) noexcept {
    const Matrix<const float> source = from.rows(t);
    const Matrix<float> target = to.input(t);
    const size_t rows = whole_memory ? std::min(source.rows, target.rows) : step.rows(graph[t].rows_of);
    const size_t columns = std::min(source.columns, target.columns);
    for (size_t r = 0; r < rows; ++r) {
        std::memcpy(target.data + r * target.stride, source.data + r * source.stride, columns * sizeof(float));
    }
}

class PlacedPlan final : public Plan {
  public:
    PlacedPlan(Graph graph, std::vector<PlacedSegment> segments, bool whole_memory)
        : graph_(std::move(graph)), segments_(std::move(segments)), whole_memory_(whole_memory) {}

    Status compile(std::shared_ptr<ThreadPool> threads, Accelerator& accelerator, std::shared_ptr<const DeviceWeights> weights,
                   PlanOptions options) {
        side_of_.resize(graph_.tensors().size());
        std::array<std::vector<Segment>, 2> of_side;
        for (const PlacedSegment& each : segments_) {
            const Side side = each.on_device ? kDevice : kCpu;
            numbers_.push_back(of_side[side].size());
            of_side[side].push_back(each.segment);
            for (const Tensor result : each.segment.results) side_of_[result.index] = side;
        }
        options.segments = std::move(of_side[kDevice]);
        ASSIGN_OR_RETURN(plans_[kDevice], accelerator.compile(graph_, std::move(weights), options));
        options.segments = std::move(of_side[kCpu]);
        if (options.segments.empty()) return Status::success();
        ASSIGN_OR_RETURN(plans_[kCpu], compile_for_cpu(graph_, std::move(threads), options));
        return Status::success();
    }

    Status run_segment(const Step& step, size_t /*segment*/) noexcept override {
        for (size_t i = 0; i < segments_.size(); ++i) {
            const PlacedSegment& each = segments_[i];
            if (each.only_outputs && step.outputs == 0) continue;
            const Side here = each.on_device ? kDevice : kCpu;
            for (const Tensor t : each.segment.inputs) {
                carry(graph_, step, t, *plans_[here == kDevice ? kCpu : kDevice], *plans_[here], whole_memory_);
            }
            RETURN_IF_ERROR(plans_[here]->run_segment(step, numbers_[i]));
        }
        return Status::success();
    }
    [[nodiscard]] Matrix<const float> rows(Tensor result) const noexcept override { return plans_[side_of_[result.index]]->rows(result); }
    [[nodiscard]] Matrix<float> input(Tensor activation) noexcept override {
        return plans_[segments_.front().on_device ? kDevice : kCpu]->input(activation);
    }

    [[nodiscard]] DevicePart device_part() const noexcept {
        return {plans_[kDevice].get(),
                static_cast<size_t>(std::count_if(segments_.begin(), segments_.end(), [](const PlacedSegment& s) { return s.on_device; }))};
    }

  private:
    Graph graph_;
    std::vector<PlacedSegment> segments_;
    std::vector<size_t> numbers_;  ///< of a segment within its plan
    std::vector<Side> side_of_;    ///< by tensor: where the result of the whole lies
    std::array<std::unique_ptr<Plan>, 2> plans_;
    bool whole_memory_;
};

}  // namespace

std::vector<PlacedSegment> cut_into_segments(const Graph& graph, const std::vector<bool>& ops_on_device, std::span<const Tensor> wanted) {
    std::vector<PlacedSegment> segments;
    Crossings crossings(graph, segments);
    for (size_t i = 0; i < graph.ops().size(); ++i) {
        const bool on_device = i < ops_on_device.size() && ops_on_device[i];
        if (segments.empty() || segments.back().on_device != on_device) {
            segments.push_back({.on_device = on_device, .segment = {.first = i, .end = i}, .only_outputs = true});
        }
        segments.back().segment.end = i + 1;
        crossings.walk(i);
    }
    for (const Tensor t : wanted) crossings.want(t);
    return segments;
}

DevicePart device_part_of(Plan& plan) noexcept {
    const auto* placed = dynamic_cast<PlacedPlan*>(&plan);
    return placed != nullptr ? placed->device_part() : DevicePart{&plan, 1};
}

Result<std::unique_ptr<Plan>> compile_placed(const Graph& graph, const std::vector<bool>& ops_on_device, std::span<const Tensor> wanted,
                                             std::shared_ptr<ThreadPool> threads, Accelerator& accelerator,
                                             std::shared_ptr<const DeviceWeights> weights, const PlanOptions& options) {
    try {
        RETURN_IF_ERROR(validate(graph));
        std::vector<PlacedSegment> segments = cut_into_segments(graph, ops_on_device, wanted);
        if (std::none_of(segments.begin(), segments.end(), [](const PlacedSegment& each) { return each.on_device; })) {
            return compile_for_cpu(graph, std::move(threads), options);
        }
        if (segments.size() == 1) {
            PlanOptions whole = options;
            whole.segments = {segments.front().segment};
            return accelerator.compile(graph, std::move(weights), whole);
        }
        auto plan = std::make_unique<PlacedPlan>(graph, std::move(segments), options.whole_memory);
        RETURN_IF_ERROR(plan->compile(std::move(threads), accelerator, std::move(weights), options));
        return std::unique_ptr<Plan>(std::move(plan));
    } catch (const std::bad_alloc&) {
        return Error{ErrorCode::out_of_memory, "compiling the plan: out of memory; close other programs, or choose a shorter context"};
    }
}

}  // namespace soliloquy
