/// engine/sampling/sampler.h: chooses the next token from logits, and measures the raw distribution.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/engine.h"

namespace soliloquy {

struct SampledToken {
    TokenId id = 0;
    float logprob = 0.0f;  ///< raw model, temperature 1, before penalties
    float entropy = 0.0f;  ///< nats
    std::array<Alternative, 8> alternatives{};
    uint32_t n_alternatives = 0;
};

/// Order of the chain: repetition penalty, top-k, softmax, min-p, top-p, temperature, draw. Allocates only in the constructor.
class Sampler {
  public:
    Sampler(const SamplingOptions& options, uint32_t vocabulary_size);
    /// NaN or infinite logits are treated as -inf; when nothing is left, token 0 with logprob -inf.
    SampledToken sample(std::span<const float> logits);
    /// Measures a token that somebody else chose (forced, edited).
    SampledToken measure(std::span<const float> logits, TokenId chosen);
    /// Makes a token part of the history that the repetition penalty sees.
    void accept(TokenId id);
    // the owner of this file completes the private part
