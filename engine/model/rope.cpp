/// engine/model/rope.cpp: YaRN (Peng et al. 2023, section 3): slow frequencies are stretched by the factor, fast ones are kept, a ramp
/// between.
#include "engine/model/rope.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace soliloquy {
namespace {

/// The pair whose wavelength fits `rotations` times into the original context (YaRN's equation for the dimension of r rotations).
double pair_with_rotations(const RopeConfig& config, double rotations) {
    const double ratio = static_cast<double>(config.original_context_length) / (rotations * 2.0 * std::numbers::pi);
    return config.dimensions * std::log(ratio) / (2.0 * std::log(config.base));
}

}  // namespace

std::shared_ptr<const RopeTable> make_rope_table(const RopeConfig& config, std::span<const float> factors) {
    auto table = std::make_shared<RopeTable>();
    table->frequencies.resize(config.dimensions / 2);
    const double low = std::max(0.0, std::floor(pair_with_rotations(config, config.beta_fast)));
    const double high = std::min(config.dimensions - 1.0, std::ceil(pair_with_rotations(config, config.beta_slow)));
    for (size_t i = 0; i < table->frequencies.size(); ++i) {
        double frequency = std::pow(config.base, -2.0 * static_cast<double>(i) / config.dimensions);
        if (i < factors.size()) frequency /= static_cast<double>(factors[i]);
        if (config.scaling == RopeScaling::linear) frequency /= config.factor;
        if (config.scaling == RopeScaling::yarn) {
            const double ramp = std::clamp((static_cast<double>(i) - low) / std::max(0.001, high - low), 0.0, 1.0);
            frequency *= (1.0 - ramp) + ramp / config.factor;
        }
        table->frequencies[i] = static_cast<float>(frequency);
    }
    double magnitude = config.attention_factor;
    if (config.scaling == RopeScaling::yarn && config.log_multiplier == 0.0) magnitude *= 1.0 + 0.1 * std::log(config.factor);
    table->magnitude = static_cast<float>(magnitude);
    return table;
}

double yarn_attention_scale(const RopeConfig& config) {
    if (config.scaling != RopeScaling::yarn) return 1.0;
    const double mscale = 1.0 + 0.1 * config.log_multiplier * std::log(config.factor);
    return mscale * mscale;
}

}  // namespace soliloquy
