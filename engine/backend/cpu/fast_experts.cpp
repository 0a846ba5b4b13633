/// engine/backend/cpu/fast_experts.cpp: y[t] += sum_j w[t, j] W_down[e] swiglu(W_gate[e] x[t], W_up[e] x[t]),  e = ids[t, j].
/// One token: its experts follow one another, every member takes its rows of each. More tokens: (token, expert) pairs are sorted by expert,
/// so that each expert's weights are read once for all of its tokens.
#include "engine/backend/cpu/fast_gate_up.h"
#include "engine/backend/cpu/fast_ops.h"

namespace soliloquy::cpu {
namespace {

constexpr size_t kRowGrain = 16;

/// Pairs in the order of their experts. Written by member 0, read by all.
struct PairsByExpert {
    std::vector<uint32_t> first;  ///< [experts + 1]: the pairs of expert e are [first[e], first[e + 1])
    std::vector<uint32_t> token;  ///< [pairs]
    std::vector<uint32_t> place;  ///< [tokens * n_used]: where the pair (t, j) went

    /// Counting sort; within an expert the pairs keep the order of their tokens.
    void sort(const Matrix<int32_t>& ids, size_t tokens) noexcept {
        std::fill(first.begin(), first.end(), 0u);
        for (size_t t = 0; t < tokens; ++t) {
            for (const int32_t e : ids.row(t)) ++first[static_cast<size_t>(e) + 1];
        }
        for (size_t e = 1; e < first.size(); ++e) first[e] += first[e - 1];
        for (size_t t = 0; t < tokens; ++t) {
            for (size_t j = 0; j < ids.columns; ++j) {
                const uint32_t p = first[static_cast<size_t>(ids.at(t, j))]++;
                token[p] = static_cast<uint32_t>(t);
                place[t * ids.columns + j] = p;
            }
        }
        for (size_t e = first.size() - 1; e > 0; --e) first[e] = first[e - 1];
        first[0] = 0;
    }
};

class FastExperts final : public CpuOp {
  public:
    FastExperts(const CpuKernels& kernels, const ExpertOps& ops, FastInput input, const Binding& binding)
        : kernels_(kernels),
          y_(binding.rows(ops.sum.y)),
          weights_(binding.rows(ops.sum.weights)),
          ids_(binding.ids(ops.gate.ids)),
          input_(std::move(input)),
          gate_(binding.weight(ops.gate.w)),
          up_(binding.weight(ops.up.w)),
          down_(binding.weight(ops.down.w)),
          gate_bias_(binding.vector(ops.gate.bias)),
          up_bias_(binding.vector(ops.up.bias)),
          down_bias_(binding.vector(ops.down.bias)),
          activation_(ops.activation),
          max_pairs_(size_t{binding.options().max_tokens} * ids_.columns),
          quantized_stride_(activation_row_bytes(kernels.quantized_format(), gate_.rows)),
          shared_(binding.scratch()) {
        binding.scratch()->need(quantized_at() + max_pairs_ * quantized_stride_);
        pairs_.first.resize(gate_.slices + 1);
        pairs_.token.resize(max_pairs_);
        pairs_.place.resize(pairs_.token.size());
    }

    void run(const Step& step, const Worker& worker) const noexcept override {
        if (step.tokens() == 1) {
            run_one(step, worker);
        } else {
            run_batch(step, worker);
        }
    }
    [[nodiscard]] size_t scratch_floats() const noexcept override {
        return input_.scratch_floats() + std::max(GateUp::kScratchFloats, down_.rows + ids_.columns * quantized_floats());
    }

  private:
    [[nodiscard]] size_t quantized_floats() const noexcept { return padded_floats(quantized_stride_); }
    [[nodiscard]] bool down_is_quantized() const noexcept { return kernels_.activation_format(down_.type) != ActivationFormat::f32; }
    // In the shared scratch, one behind the other: act and answers of all pairs, and act in 8 bits.
    /// [pairs, expert_ff_dim]
    [[nodiscard]] float* act(size_t pair) const noexcept { return shared_->floats(pair * gate_.rows); }
    /// [pairs, dim]
    [[nodiscard]] float* answer(size_t pair) const noexcept { return shared_->floats(max_pairs_ * gate_.rows + pair * down_.rows); }
    [[nodiscard]] size_t quantized_at() const noexcept {
        return padded_floats(max_pairs_ * (gate_.rows + down_.rows) * sizeof(float)) * sizeof(float);
    }
    [[nodiscard]] std::byte* quantized(size_t pair) const noexcept { return shared_->data() + quantized_at() + pair * quantized_stride_; }
    [[nodiscard]] GateUp gate_up(size_t e) const noexcept {
        return {kernels_,
                gate_,
                up_,
                gate_bias_ != nullptr ? gate_bias_ + e * gate_.rows : nullptr,
                up_bias_ != nullptr ? up_bias_ + e * up_.rows : nullptr,
                activation_.limit,
                activation_.alpha};
    }

    void run_one(const Step& step, const Worker& worker) const noexcept {
        const std::span<const int32_t> ids = ids_.row(0);
        float* scratch = worker.scratch + input_.scratch_floats();
        if (const auto [begin, end] = worker.share(gate_.rows, kRowGrain); begin < end) {
            const auto ready = input_.ready(step, worker.scratch);
            for (size_t j = 0; j < ids.size(); ++j) {
                const auto e = static_cast<size_t>(ids[j]);
                gate_up(e).run(e, begin, end, ready, nullptr, 1, act(j), gate_.rows, scratch);
            }
        }
        worker.barrier();
        const auto [begin, end] = worker.share(down_.rows, kRowGrain);
        if (begin == end) return;
        float* product = scratch + ids.size() * quantized_floats();
        for (size_t j = 0; j < ids.size(); ++j) {
            float* packed = scratch + j * quantized_floats();
            if (down_is_quantized()) kernels_.quantize_q8(act(j), gate_.rows, reinterpret_cast<ActivationChunk*>(packed));
            const auto e = static_cast<size_t>(ids[j]);
            MatMulTile tile = tile_of(down_, e, begin, end, 1);
            tile.x = reinterpret_cast<const std::byte*>(down_is_quantized() ? packed : act(j));
            tile.y = product;
            tile.y_stride = down_.rows;
            kernels_.matmul(tile);
            add_answer(e, weights_.at(0, j), product, y_.row(0).data(), begin, end);
        }
    }

    /// y += weight * (answer + bias), columns [begin, end)
    void add_answer(size_t e, float weight, float* answer_row, float* y, size_t begin, size_t end) const noexcept {
        if (down_bias_ != nullptr)
            kernels_.add_f32(answer_row + begin, down_bias_ + e * down_.rows + begin, answer_row + begin, end - begin);
        kernels_.axpy_f32(weight, answer_row + begin, y + begin, end - begin);
    }

    void run_batch(const Step& step, const Worker& worker) const noexcept {
        if (worker.thread == 0) pairs_.sort(ids_, step.tokens());
        worker.barrier();
        const size_t n_pairs = size_t{step.tokens()} * ids_.columns;
        if (const auto [begin, end] = worker.share(gate_.rows, kRowGrain); begin < end) {
            const auto ready = input_.ready(step, worker.scratch);
            for (size_t e = 0; e < gate_.slices; ++e) {
                const size_t first = pairs_.first[e], count = pairs_.first[e + 1] - first;
                if (count == 0) continue;
                gate_up(e).run(e, begin, end, ready, pairs_.token.data() + first, count, act(first), gate_.rows,
                               worker.scratch + input_.scratch_floats());
            }
        }
        worker.barrier();
        if (down_is_quantized()) {
            const auto [begin, end] = worker.share(n_pairs);
            for (size_t p = begin; p < end; ++p) {
                kernels_.quantize_q8(act(p), gate_.rows, reinterpret_cast<ActivationChunk*>(quantized(p)));
            }
            worker.barrier();
        }
        const auto [begin, end] = worker.share(down_.rows, kRowGrain);
        if (begin < end) answer_batch(step, begin, end);
    }

    /// Columns [begin, end) of the experts' answers and of their sum.
    void answer_batch(const Step& step, size_t begin, size_t end) const noexcept {
        for (size_t e = 0; e < down_.slices; ++e) {
            const size_t first = pairs_.first[e], count = pairs_.first[e + 1] - first;
            if (count == 0) continue;
            MatMulTile tile = tile_of(down_, e, begin, end, count);
            tile.x = down_is_quantized() ? quantized(first) : reinterpret_cast<const std::byte*>(act(first));
            tile.x_stride = down_is_quantized() ? quantized_stride_ : gate_.rows * sizeof(float);
            tile.y = answer(first);
            tile.y_stride = down_.rows;
            kernels_.matmul(tile);
        }
        for (size_t t = 0; t < step.tokens(); ++t) {
            for (size_t j = 0; j < ids_.columns; ++j) {
                float* row = answer(pairs_.place[t * ids_.columns + j]);
                add_answer(static_cast<size_t>(ids_.at(t, j)), weights_.at(t, j), row, y_.row(t).data(), begin, end);
            }
        }
    }

    const CpuKernels& kernels_;
    Matrix<float> y_, weights_;
    Matrix<int32_t> ids_;
    FastInput input_;
    Weight gate_, up_, down_;
    const float *gate_bias_, *up_bias_, *down_bias_;
    SwiGlu activation_;
    size_t max_pairs_, quantized_stride_;
    std::shared_ptr<const SharedScratch> shared_;
    mutable PairsByExpert pairs_;
};

}  // namespace

OpPointer make_fast_experts(const CpuKernels& kernels, const ExpertOps& ops, FastInput input, const Binding& binding) {
    return std::make_unique<FastExperts>(kernels, ops, std::move(input), binding);
}

}  // namespace soliloquy::cpu
