/// engine/backend/cpu/route_experts.cpp: ids = the best of gate(logits) + bias within the best groups, weights = gate(logits)[ids] * scale.
#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/backend/cpu/scalar_ops.h"

namespace soliloquy::cpu {
namespace {

constexpr float kNever = -std::numeric_limits<float>::infinity();

/// p = gate(logits), in place.
void apply_gate(Gate gate, float* p, size_t n) noexcept {
    switch (gate) {
        case Gate::softmax: {
            const float greatest = *std::max_element(p, p + n);
            double sum = 0.0;
            for (size_t i = 0; i < n; ++i) sum += static_cast<double>(p[i] = std::exp(p[i] - greatest));
            for (size_t i = 0; i < n; ++i) p[i] = static_cast<float>(static_cast<double>(p[i]) / sum);
            break;
        }
        case Gate::sigmoid:
            for (size_t i = 0; i < n; ++i) p[i] = 1.0f / (1.0f + std::exp(-p[i]));
            break;
        case Gate::sqrt_softplus:
            for (size_t i = 0; i < n; ++i) p[i] = std::sqrt(std::max(p[i], 0.0f) + std::log1p(std::exp(-std::fabs(p[i]))));
            break;
        case Gate::softmax_selected:
            break;
    }
}

class ScalarRouteExperts final : public CpuOp {
  public:
    ScalarRouteExperts(const RouteExperts& op, const Binding& binding)
        : op_(op),
          ids_(binding.ids(op.ids)),
          weights_(binding.rows(op.weights)),
          logits_(binding.rows(op.logits)),
          bias_(binding.vector(op.bias)),
          n_(logits_.columns) {}

    void run(const Step& step, const Worker& worker) const noexcept override {
        const auto [begin, end] = worker.share(step.tokens());
        for (size_t t = begin; t < end; ++t) route(t, worker.scratch, worker.scratch + n_, worker.scratch + 2 * n_);
    }
    [[nodiscard]] size_t scratch_floats() const noexcept override { return 2 * n_ + op_.n_groups; }

  private:
    void route(size_t t, float* p, float* s, float* groups) const noexcept {
        std::copy_n(logits_.row(t).data(), n_, p);
        apply_gate(op_.gate, p, n_);
        // A logit that is not a number can never be chosen before one that is; ids stay within the experts in any case.
        for (size_t i = 0; i < n_; ++i)
            s[i] = std::isnan(p[i]) ? std::numeric_limits<float>::lowest() : p[i] + (bias_ != nullptr ? bias_[i] : 0.0f);
        if (op_.n_groups > 1) keep_best_groups(s, groups);
        for (size_t j = 0; j < ids_.columns; ++j) {
            const auto best = static_cast<size_t>(std::max_element(s, s + n_) - s);
            ids_.at(t, j) = static_cast<int32_t>(best);
            weights_.at(t, j) = p[best];
            s[best] = kNever;
        }
        finish_weights(weights_.row(t));
    }

    /// Scores outside the best groups become -infinity; a group's score is the sum of its two best.
    void keep_best_groups(float* s, float* groups) const noexcept {
        const size_t size = n_ / op_.n_groups;
        for (size_t g = 0; g < op_.n_groups; ++g) {
            float best = kNever, second = kNever;
            for (size_t i = g * size; i < (g + 1) * size; ++i) {
                if (s[i] > best) {
                    second = best;
                    best = s[i];
                } else if (s[i] > second) {
                    second = s[i];
                }
            }
            groups[g] = size > 1 ? best + second : best;
        }
        for (size_t dropped = op_.n_groups_used; dropped < op_.n_groups; ++dropped) {
            size_t worst = op_.n_groups;
            for (size_t g = op_.n_groups; g-- > 0;) {
                if (std::isnan(groups[g])) continue;
                if (worst == op_.n_groups || groups[g] < groups[worst]) worst = g;
            }
            if (worst == op_.n_groups) return;
            groups[worst] = std::numeric_limits<float>::quiet_NaN();
            std::fill_n(s + worst * size, size, kNever);
        }
    }

    void finish_weights(std::span<float> w) const noexcept {
        if (op_.gate == Gate::softmax_selected) apply_gate(Gate::softmax, w.data(), w.size());
        double factor = static_cast<double>(op_.scale);
        if (op_.normalize) {
            double sum = 0.0;
            for (const float each : w) sum += static_cast<double>(each);
            factor /= std::max(sum, static_cast<double>(RouteExperts::min_sum));
        }
        for (float& each : w) each = static_cast<float>(static_cast<double>(each) * factor);
    }

    RouteExperts op_;
    Matrix<int32_t> ids_;
    Matrix<float> weights_, logits_;
    const float* bias_;
    size_t n_;
};

}  // namespace

OpPointer make_scalar(const RouteExperts& op, const Binding& binding) { return std::make_unique<ScalarRouteExperts>(op, binding); }

}  // namespace soliloquy::cpu
