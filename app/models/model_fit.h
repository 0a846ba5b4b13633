/// app/models/model_fit.h: whether a model fits this machine, in a sentence.
#pragma once

#include <optional>
#include <string>

#include "app/models/machine_memory.h"
#include "engine/fit.h"

namespace soliloquy::models {

enum class FitLevel : uint8_t {
    unknown,
    fits,
    tight,      ///< fits the machine, but not what is free now
    too_large,  ///< larger than the machine's memory: it would read weights from the disk for every token
};
[[nodiscard]] const char* fit_level_name(FitLevel level) noexcept;  ///< "unknown", "fits", "tight", "too_large"

struct ModelFit {
    FitLevel level = FitLevel::unknown;
    uint64_t needed = 0, available = 0;
    uint32_t context_length = 0;
    double share = 0.0;    ///< of what is available, 0..1
    std::string sentence;  ///< "fits: 5.2 GB of 18 GB free"
};

/// One tenth of the memory is left to the system. A context of 0 is the one that the model is opened with by default.
[[nodiscard]] ModelFit judge_fit(const FitEstimate& estimate, uint32_t context_length, const MachineMemory& memory);

}  // namespace soliloquy::models
