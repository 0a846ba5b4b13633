/// tests/support/fake_accelerator.h: a device that is the CPU in disguise. It computes on copies of the weights, with caches and
/// activations of its own, and knows of the caller's memory only what upload(), inputs and results carry: what was forgotten is NaN.
#pragma once

#include <algorithm>
#include <cstring>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/backend/accelerator.h"

namespace soliloquy::testing {

/// What goes wrong, and when.
struct FakeFaults {
    std::optional<Error> at_upload = {};
    std::optional<Error> at_compile = {};
    std::optional<Error> at_run = {};
    uint32_t run = 0;  ///< number of the run of a segment that fails, counted from 1; later ones fail as well
};

class FakeDeviceWeights final : public DeviceWeights {
  public:
    [[nodiscard]] uint64_t bytes() const noexcept override { return bytes_; }
    void copy(const Weight& w) {
        const size_t size = static_cast<size_t>((w.slices - 1) * w.slice_bytes + w.rows * w.row_bytes);
        std::vector<std::byte>& block = blocks_[{w.data, size}];
        if (!block.empty()) return;
        block.assign(w.data, w.data + size);
        bytes_ += size;
    }
    /// nullptr when the weight was not uploaded.
    [[nodiscard]] const std::byte* find(const Weight& w) const {
        const size_t size = static_cast<size_t>((w.slices - 1) * w.slice_bytes + w.rows * w.row_bytes);
        const auto found = blocks_.find({w.data, size});
        return found == blocks_.end() ? nullptr : found->second.data();
    }

  private:
    std::map<std::pair<const std::byte*, size_t>, std::vector<std::byte>> blocks_;
    uint64_t bytes_ = 0;
};

class FakeAccelerator final : public Accelerator {
  public:
    explicit FakeAccelerator(uint64_t memory_bytes = uint64_t{1} << 40, FakeFaults faults = {}) : faults_(std::move(faults)) {
        info_ = {.name = "Fake GPU",
                 .driver = "fake 1.0",
                 .kind = AcceleratorKind::discrete,
                 .memory_bytes = memory_bytes,
                 .free_bytes = memory_bytes,
                 .index = 0};
    }

    [[nodiscard]] const AcceleratorInfo& info() const noexcept override { return info_; }

    Result<std::shared_ptr<const DeviceWeights>> upload(std::span<const Weight> weights,
                                                        const std::function<bool(float)>& progress) override {
        if (faults_.at_upload) return *faults_.at_upload;
        auto copies = std::make_shared<FakeDeviceWeights>();
        for (size_t i = 0; i < weights.size(); ++i) {
            copies->copy(weights[i]);
            if (copies->bytes() > info_.memory_bytes) return Error{ErrorCode::out_of_memory, "the fake GPU is full"};
            if (progress && !progress(static_cast<float>(i + 1) / static_cast<float>(weights.size()))) {
                return Error{ErrorCode::cancelled, "loading was cancelled"};
            }
        }
        ++uploads;
        return std::shared_ptr<const DeviceWeights>(std::move(copies));
    }

    Result<std::unique_ptr<Plan>> compile(const Graph& graph, std::shared_ptr<const DeviceWeights> weights,
                                          const PlanOptions& options) override {
        if (faults_.at_compile) return *faults_.at_compile;
        auto plan = std::make_unique<FakePlan>(*this, std::static_pointer_cast<const FakeDeviceWeights>(weights), options);
        RETURN_IF_ERROR(plan->compile(graph));
        return std::unique_ptr<Plan>(std::move(plan));
    }

    uint32_t uploads = 0, runs = 0;

  private:
    class FakePlan final : public Plan {
      public:
        FakePlan(FakeAccelerator& device, std::shared_ptr<const FakeDeviceWeights> weights, const PlanOptions& options)
            : device_(device), weights_(std::move(weights)), options_(options) {
            if (options_.segments.empty()) options_.segments.push_back({});
        }

        Status compile(const Graph& graph) {
            if (options_.segments.front().end == 0) options_.segments.front().end = graph.ops().size();
            for (size_t i = 1; i < graph.tensors().size(); ++i) {
                const TensorInfo& info = graph.tensors()[i];
                if (info.role == TensorRole::cache) {
                    caches_.emplace_back(info.rows * row_bytes(info.type, info.columns));
                    own_.cache(info.name, info.type, info.rows, info.columns, caches_.back().data());
                } else if (info.role == TensorRole::weight) {
                    Weight weight = info.weight;
                    weight.data = weights_->find(info.weight);
                    // Of another device's op: an address that no one may read.
                    if (weight.data == nullptr) weight.data = reinterpret_cast<const std::byte*>(uintptr_t{64});
                    own_.weight(weight);
                } else if (info.base) {
                    own_.view(info.base, info.first_column, info.columns);
                } else {
                    own_.activation(info.name, info.columns, info.rows_of, info.type);
                }
            }
            for (const Op& op : graph.ops()) own_.add(op);
            for (const Segment& segment : options_.segments) {
                for (size_t i = segment.first; i < segment.end; ++i) RETURN_IF_ERROR(check_weights(graph, i));
            }
            ASSIGN_OR_RETURN(plan_, compile_for_cpu(own_, std::make_shared<ThreadPool>(1), options_));
            staging_.resize(graph.tensors().size());
            return Status::success();
        }

        Status run_segment(const Step& step, size_t number) noexcept override {
            ++device_.runs;
            if (device_.faults_.at_run && device_.runs >= device_.faults_.run) return *device_.faults_.at_run;
            const Segment& segment = options_.segments[number];
            for (const Tensor t : segment.inputs) {
                const Matrix<float> to = plan_->input(t), from = staging(t);
                for (size_t r = 0; r < step.rows(own_[t].rows_of); ++r)
                    std::memcpy(to.row(r).data(), from.row(r).data(), to.columns * sizeof(float));
                std::fill(staging_[t.index].begin(), staging_[t.index].end(), kNothing);
            }
            RETURN_IF_ERROR(plan_->run_segment(step, number));
            for (const Tensor t : segment.results) {
                const Matrix<const float> from = plan_->rows(t);
                const Matrix<float> to = staging(t);
                for (size_t r = 0; r < step.rows(own_[t].rows_of); ++r)
                    std::memcpy(to.row(r).data(), from.row(r).data(), to.columns * sizeof(float));
            }
            return Status::success();
        }
        [[nodiscard]] Matrix<const float> rows(Tensor result) const noexcept override {
            const Matrix<float> all = staging(result);
            return {all.data, all.rows, all.columns, all.stride};
        }
        [[nodiscard]] Matrix<float> input(Tensor activation) noexcept override { return staging(activation); }

      private:
        static constexpr float kNothing = std::numeric_limits<float>::quiet_NaN();

        Status check_weights(const Graph& graph, size_t op) const {
            Status status = Status::success();
            for_each_operand(graph.ops()[op], [&](Tensor t, Access) {
                if (graph[t].role != TensorRole::weight || weights_->find(graph[t].weight) != nullptr) return;
                status = Error{ErrorCode::internal, "weight '" + graph[t].name + "' was not uploaded"};
            });
            return status;
        }
        /// Memory of the host, the only one that the caller sees.
        [[nodiscard]] Matrix<float> staging(Tensor t) const {
            const Matrix<const float> shape = plan_->rows(t);
            std::vector<float>& block = staging_[t.index];
            if (block.empty()) block.assign(shape.rows * shape.columns, kNothing);
            return {block.data(), shape.rows, shape.columns, shape.columns};
        }

        FakeAccelerator& device_;
        std::shared_ptr<const FakeDeviceWeights> weights_;
        PlanOptions options_;
        Graph own_;
        std::vector<std::vector<std::byte>> caches_;
        std::unique_ptr<Plan> plan_;
        mutable std::vector<std::vector<float>> staging_;  // by tensor
    };

    AcceleratorInfo info_;
    FakeFaults faults_;
};

}  // namespace soliloquy::testing
