/// engine/sampling/sampler.cpp: chooses the next token from logits, and measures the raw distribution.
#include "engine/sampling/sampler.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "engine/sampling/logit_scan.h"

namespace soliloquy {

namespace {

constexpr float kNothing = -std::numeric_limits<float>::infinity();
constexpr float kGreedyBelow = 1e-6f;

bool draws(const SamplingOptions& options) { return std::isfinite(options.temperature) && options.temperature >= kGreedyBelow; }

}  // namespace

Sampler::Sampler(const SamplingOptions& options, uint32_t vocabulary_size)
    : options_(options),
      penalty_(options.repetition_penalty, options.repetition_window, vocabulary_size),
      random_(options.seed),
      vocabulary_size_(vocabulary_size) {
    const size_t blocks = logit_blocks(vocabulary_size);
    clean_.resize(blocks * kLogitBlock, kNothing);
    block_max_.resize(blocks, kNothing);
    block_sums_.resize(blocks);
    if (options_.top_p == 0.0f) options_.top_k = 1;  // the fewest tokens that reach nothing: the likeliest
    if (!(options_.top_p > 0.0f && options_.top_p < 1.0f)) options_.top_p = 1.0f;
    if (!(options_.min_p > 0.0f && options_.min_p <= 1.0f)) options_.min_p = 0.0f;
    if (options_.top_k >= vocabulary_size && options_.top_k != 1) options_.top_k = 0;
    if (draws(options_)) candidates_.reserve(vocabulary_size);
}

void Sampler::accept(TokenId id) { penalty_.accept(id); }

SampledToken Sampler::sample(std::span<const float> logits) {
    SampledToken result;
    measure_raw(logits, result);
    const bool drawing = draws(options_);
    if (max_ == kNothing) {
        if (drawing) random_.skip(1);
        result.logprob = kNothing;
        return result;
    }
    if (penalty_.active()) {
        penalty_.apply(std::span(clean_).first(vocabulary_size_));
        refresh_block_max();
    }
    result.id = drawing ? choose() : largest();
    // clean_ may be penalised by now: the raw logit is what the caller gave.
    result.logprob = static_cast<float>(static_cast<double>(logits[result.id]) - static_cast<double>(max_) - log_z_);
    return result;
}

SampledToken Sampler::measure(std::span<const float> logits, TokenId chosen) {
    SampledToken result;
    measure_raw(logits, result);
    result.id = chosen;
    const float logit = chosen < vocabulary_size_ ? clean_[chosen] : kNothing;
    result.logprob = logit == kNothing ? kNothing : static_cast<float>(static_cast<double>(logit) - static_cast<double>(max_) - log_z_);
    return result;
}

void Sampler::measure_raw(std::span<const float> logits, SampledToken& result) {
    const std::span<const float> used = logits.first(std::min<size_t>(logits.size(), vocabulary_size_));
    if (used.size() < vocabulary_size_) {
        std::fill(clean_.begin(), clean_.end(), kNothing);
        std::fill(block_max_.begin(), block_max_.end(), kNothing);
    }
    max_ = used.empty() ? kNothing : copy_finite_logits(used, clean_, block_max_);
    log_z_ = 0.0;
    if (max_ == kNothing) return;
    const SoftmaxSums sums = softmax_sums(clean_, max_, 1.0f);
    log_z_ = std::log(sums.z);
    result.entropy = static_cast<float>(std::max(0.0, log_z_ - sums.s / sums.z));
    find_alternatives(result);
}

/// The eight largest, in order. A block whose maximum does not beat the smallest of them is not read.
void Sampler::find_alternatives(SampledToken& result) const {
    std::array<Candidate, 8> best;
    best.fill({.logit = kNothing, .id = 0});
    for (size_t block = 0; block < block_max_.size(); ++block) {
        if (!(block_max_[block] > best.back().logit)) continue;
        for (size_t i = block * kLogitBlock; i < (block + 1) * kLogitBlock; ++i) {
            const float logit = clean_[i];
            if (!(logit > best.back().logit)) continue;
            size_t at = best.size() - 1;
            for (; at > 0 && logit > best[at - 1].logit; --at) best[at] = best[at - 1];
            best[at] = {.logit = logit, .id = static_cast<TokenId>(i)};
        }
    }
    for (const Candidate& candidate : best) {
        if (candidate.logit == kNothing) break;
        const double logprob = static_cast<double>(candidate.logit) - static_cast<double>(max_) - log_z_;
        result.alternatives[result.n_alternatives++] = {.id = candidate.id, .logprob = static_cast<float>(logprob)};
    }
}

void Sampler::refresh_block_max() {
    for (size_t block = 0; block < block_max_.size(); ++block) {
        const float* first = &clean_[block * kLogitBlock];
        block_max_[block] = *std::max_element(first, first + kLogitBlock);
    }
}

TokenId Sampler::largest() const {
    const size_t block = static_cast<size_t>(std::max_element(block_max_.begin(), block_max_.end()) - block_max_.begin());
    const float* first = &clean_[block * kLogitBlock];
    return static_cast<TokenId>(std::max_element(first, first + kLogitBlock) - clean_.data());
}

TokenId Sampler::choose() {
    const float max = clean_[largest()];
    if (options_.top_k == 1) {
        random_.skip(1);
        return largest();
    }
    if (options_.top_k == 0 && options_.min_p <= 0.0f && options_.top_p >= 1.0f) return draw_from_all(max);
    const float least = options_.min_p > 0.0f ? max + std::log(options_.min_p) : kNothing;
    if (options_.top_k > 0) {
        keep_top_k();
        std::erase_if(candidates_, [&](const Candidate& candidate) { return candidate.logit < least; });
    } else if (options_.min_p > 0.0f) {
        gather(least);
    } else {
        gather_top_p(max);
        return draw_from_candidates(max);
    }
    if (options_.top_p < 1.0f) {
        double mass = 0.0;
        for (const Candidate& candidate : candidates_) mass += static_cast<double>(exp_of_logit(candidate.logit - max));
        keep_top_p(max, mass);
    }
    return draw_from_candidates(max);
}

/// candidates_ = every token with a logit of at least `least`, by id.
void Sampler::gather(float least) {
    candidates_.clear();
    for (size_t block = 0; block < block_max_.size(); ++block) {
        if (block_max_[block] < least || block_max_[block] == kNothing) continue;
        for (size_t i = block * kLogitBlock; i < (block + 1) * kLogitBlock; ++i) {
            if (clean_[i] >= least && clean_[i] != kNothing) candidates_.push_back({.logit = clean_[i], .id = static_cast<TokenId>(i)});
        }
    }
}

/// candidates_ = every token not after `last`, by id. The selections before it leave an order that differs between standard libraries.
void Sampler::gather_up_to(const Candidate& last) {
    gather(last.logit);
    std::erase_if(candidates_, [&](const Candidate& candidate) { return before(last, candidate); });
}

void Sampler::keep_top_k() {
    // The k-th largest block maximum is no larger than the k-th largest logit: whatever is below it cannot be among the k.
    float least = kNothing;
    if (options_.top_k <= block_max_.size()) {
        std::copy(block_max_.begin(), block_max_.end(), block_sums_.begin());
        std::nth_element(block_sums_.begin(), block_sums_.begin() + (options_.top_k - 1), block_sums_.end(), std::greater<>());
        least = block_sums_[options_.top_k - 1];
    }
    gather(least);
    if (candidates_.size() <= options_.top_k) return;
    const auto last = candidates_.begin() + (options_.top_k - 1);
    std::nth_element(candidates_.begin(), last, candidates_.end(), before);
    gather_up_to(Candidate(*last));
}

/// Keeps the fewest most probable candidates that reach top_p of `mass`: halves the range that holds the last of them until it is
/// short, so the work is linear.
void Sampler::keep_top_p(float max, double mass) {
    if (candidates_.empty()) return;
    const auto share = [&](const Candidate& candidate) { return static_cast<double>(exp_of_logit(candidate.logit - max)); };
    const double wanted = static_cast<double>(options_.top_p) * mass;
    double reached = 0.0;
    auto first = candidates_.begin();
    auto end = candidates_.end();
    while (end - first > 16) {
        const auto middle = first + (end - first) / 2;
        std::nth_element(first, middle, end, before);
        double upper = 0.0;
        for (auto it = first; it != middle; ++it) upper += share(*it);
        if (reached + upper >= wanted) {
            end = middle;
        } else {
            reached += upper;
            first = middle;
        }
    }
    std::sort(first, end, before);
    for (; end - first > 1 && reached + share(*first) < wanted; ++first) reached += share(*first);
    gather_up_to(Candidate(*first));
}

/// top-p over the whole vocabulary: only as many logits as it takes to reach top_p are gathered and sorted.
void Sampler::gather_top_p(float max) {
    const double mass = softmax_sums(clean_, max, 1.0f).z;
    for (const float depth : {2.0f, 4.0f, 8.0f, 16.0f, std::numeric_limits<float>::infinity()}) {
        gather(max - depth);
        double gathered = 0.0;
        for (const Candidate& candidate : candidates_) gathered += static_cast<double>(exp_of_logit(candidate.logit - max));
        if (gathered >= static_cast<double>(options_.top_p) * mass) break;
    }
    keep_top_p(max, mass);
}

TokenId Sampler::draw_from_candidates(float max) {
    const float scale = 1.0f / options_.temperature;
    double mass = 0.0;
    for (const Candidate& candidate : candidates_) mass += static_cast<double>(exp_of_logit((candidate.logit - max) * scale));
    double left = random_.uniform() * mass;
    TokenId last = largest();
    for (const Candidate& candidate : candidates_) {
        const double share = static_cast<double>(exp_of_logit((candidate.logit - max) * scale));
        if (share > 0.0) last = candidate.id;
        if (left < share) return candidate.id;
        left -= share;
    }
    return last;  // rounding left a crumb
}

TokenId Sampler::draw_from_all(float max) {
    const float scale = 1.0f / options_.temperature;
    softmax_block_sums(clean_, max, scale, block_sums_);
    double mass = 0.0;
    for (const float sum : block_sums_) mass += static_cast<double>(sum);
    double left = random_.uniform() * mass;
    TokenId last = largest();
    for (size_t block = 0; block < block_sums_.size(); ++block) {
        if (left >= static_cast<double>(block_sums_[block])) {
            left -= static_cast<double>(block_sums_[block]);
            continue;
        }
        for (size_t i = block * kLogitBlock; i < (block + 1) * kLogitBlock; ++i) {
            const double share = static_cast<double>(exp_of_logit((clean_[i] - max) * scale));
            if (share > 0.0) last = static_cast<TokenId>(i);
            if (left < share) return static_cast<TokenId>(i);
            left -= share;
        }
        return last;
    }
    return last;
}

}  // namespace soliloquy
