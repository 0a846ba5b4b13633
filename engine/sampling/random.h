/// engine/sampling/random.h: random numbers from a seed and a counter, so that the n-th draw is known without the ones before it.
///
/// Draw n of seed s is SplitMix64's output function (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014) at
/// state s' + n * golden, where s' is the seed mixed once, so that neighbouring seeds give unrelated sequences. The numbers are part
/// of the program's behaviour: the same seed gives the same tokens in every version.
#pragma once

#include <cstdint>

namespace soliloquy {

class RandomStream {
  public:
    explicit constexpr RandomStream(uint64_t seed) noexcept : origin_(mix(seed + kGolden)) {}

    constexpr uint64_t next() noexcept { return mix(origin_ + kGolden * ++counter_); }
    /// Uniform in [0, 1), a multiple of 2^-53.
    constexpr double uniform() noexcept { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
    /// Continues as if `draws` numbers had been taken.
    constexpr void skip(uint64_t draws) noexcept { counter_ += draws; }

  private:
    static constexpr uint64_t kGolden = 0x9E3779B97F4A7C15u;  // 2^64 / golden ratio
    static constexpr uint64_t mix(uint64_t z) noexcept {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
        return z ^ (z >> 31);
    }
    uint64_t origin_;
    uint64_t counter_ = 0;
};

}  // namespace soliloquy
