/// engine/sampling/sampler.h: chooses the next token from logits, and measures the raw distribution.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/engine.h"
#include "engine/sampling/penalties.h"
#include "engine/sampling/random.h"

namespace soliloquy {

struct SampledToken {
    TokenId id = 0;
    float logprob = 0.0f;  ///< raw model, temperature 1, before penalties
    float entropy = 0.0f;  ///< nats
    std::array<Alternative, 8> alternatives{};
    uint32_t n_alternatives = 0;
};

/// Order of the chain: repetition penalty, top-k, softmax, min-p, top-p, temperature, draw. Allocates only in the constructor.
///
/// Each filter sees what the one before it left: top-k keeps the k largest logits; min-p keeps p >= min_p * max p; top-p keeps the
/// fewest most probable tokens whose share of the probability that is left reaches top_p. Filters see the distribution at
/// temperature 1; the temperature shapes the draw among the survivors. Equal logits are ordered by id, the lower first.
/// top_p 0 keeps the most probable token alone. Options out of range are taken as off: temperature below 1e-6 or not finite is greedy,
/// top_p outside [0, 1), min_p outside (0, 1].
class Sampler {
  public:
    Sampler(const SamplingOptions& options, uint32_t vocabulary_size);
    /// NaN or infinite logits are treated as -inf; when nothing is left, token 0 with logprob -inf.
    /// Only the first vocabulary_size logits count; missing ones are -inf.
    SampledToken sample(std::span<const float> logits);
    /// Measures a token that somebody else chose (forced, edited). Takes no random number.
    SampledToken measure(std::span<const float> logits, TokenId chosen);
    /// Makes a token part of the history that the repetition penalty sees.
    void accept(TokenId id);
    /// Goes on as if `draws` tokens had been sampled: a continued turn then draws what the uninterrupted one would have drawn.
    void skip_draws(uint64_t draws) noexcept { random_.skip(draws); }

  private:
    struct Candidate {
        float logit = 0.0f;
        TokenId id = 0;
    };

    void measure_raw(std::span<const float> logits, SampledToken& result);
    void find_alternatives(SampledToken& result) const;
    [[nodiscard]] TokenId choose();
    [[nodiscard]] TokenId largest() const;
    [[nodiscard]] TokenId draw_from_all(float max);
    [[nodiscard]] TokenId draw_from_candidates(float max);
    static bool before(const Candidate& a, const Candidate& b) noexcept { return a.logit != b.logit ? a.logit > b.logit : a.id < b.id; }
    void gather(float least);
    void gather_up_to(const Candidate& last);
    void keep_top_k();
    void keep_top_p(float max, double mass);
    void gather_top_p(float max);
    void refresh_block_max();

    SamplingOptions options_;
    RepetitionPenalty penalty_;
    RandomStream random_;
    std::vector<float> clean_;       // [64 * blocks] the finite logits, penalised in choose()
    std::vector<float> block_max_;   // [blocks]
    std::vector<float> block_sums_;  // [blocks]
    std::vector<Candidate> candidates_;
    uint32_t vocabulary_size_;
    float max_ = 0.0f;    // largest raw logit
    double log_z_ = 0.0;  // ln sum exp(l - max)
};

}  // namespace soliloquy
