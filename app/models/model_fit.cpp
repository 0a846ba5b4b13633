/// app/models/model_fit.cpp: compares what a model needs with what there is.
#include "app/models/model_fit.h"

#include <algorithm>
#include <array>

namespace soliloquy::models {
namespace {

constexpr std::array<uint32_t, 6> kShorterContexts{65536, 32768, 16384, 8192, 4096, 2048};

uint64_t usable(uint64_t bytes) { return bytes / 10 * 9; }

/// The longest usual context below `context_length` with which the model fits; 0 = none.
uint32_t context_that_fits(const FitEstimate& estimate, uint32_t context_length, uint64_t room) {
    for (const uint32_t shorter : kShorterContexts)
        if (shorter < context_length && estimate.total_bytes(shorter) <= room) return shorter;
    return 0;
}

}  // namespace

const char* fit_level_name(FitLevel level) noexcept {
    switch (level) {
        case FitLevel::unknown:
            return "unknown";
        case FitLevel::fits:
            return "fits";
        case FitLevel::tight:
            return "tight";
        case FitLevel::too_large:
            return "too_large";
    }
    return "unknown";
}

ModelFit judge_fit(const FitEstimate& estimate, uint32_t context_length, const MachineMemory& memory) {
    ModelFit fit;
    fit.context_length = context_length > 0 ? context_length : default_context_length(estimate.trained_context_length);
    fit.needed = estimate.total_bytes(fit.context_length);
    fit.available = memory.available;
    if (memory.total == 0 || memory.available == 0) {
        fit.sentence = "needs " + memory_words(fit.needed) + "; this system does not tell how much memory is free";
        return fit;
    }
    fit.share = std::min(1.0, static_cast<double>(fit.needed) / static_cast<double>(memory.available));
    if (fit.needed <= usable(memory.available)) {
        fit.level = FitLevel::fits;
        fit.sentence = "fits: " + memory_words(fit.needed) + " of " + memory_words(memory.available) + " free";
        return fit;
    }
    const std::string needs = "needs " + memory_words(fit.needed) + ", " + memory_words(memory.available) + " free";
    const uint32_t shorter = context_that_fits(estimate, fit.context_length, usable(memory.available));
    const std::string with_shorter = shorter > 0 ? "a context of " + grouped(shorter) : std::string();
    if (fit.needed <= usable(memory.total)) {
        fit.level = FitLevel::tight;
        fit.sentence = "tight: " + needs + "; close other programs" + (shorter > 0 ? " or try " + with_shorter : "");
    } else {
        fit.level = FitLevel::too_large;
        fit.sentence = "does not fit: " + needs + "; try a smaller quantisation" + (shorter > 0 ? " or " + with_shorter : "");
    }
    return fit;
}

}  // namespace soliloquy::models
