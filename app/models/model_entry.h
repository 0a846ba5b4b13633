/// app/models/model_entry.h: one model of the library: what is known of it from its header.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/models/model_finder.h"
#include "engine/fit.h"

namespace soliloquy::models {

enum class ModelState : uint8_t {
    runs,
    cannot_run,  ///< a sound file of something that this program does not run
    broken,      ///< no readable GGUF file, or parts are missing
    no_model,    ///< a sound file that is no model by itself: a projector, a vocabulary, an adapter
};
[[nodiscard]] const char* model_state_name(ModelState state) noexcept;  ///< "runs", "cannot_run", "broken", "no_model"

struct ModelEntry {
    FoundModel found;
    ModelState state = ModelState::broken;
    std::string name;  ///< general.name, or what the program calls it; printable
    std::string architecture{};
    std::string shape{};              ///< "7B, dense", "16B, 64 experts, 6 used"
    std::string quantization{};       ///< "Q4_K_M", "Q8_0"
    std::string block_types{};        ///< "Q4_K 61 %, Q6_K 30 %, F32 9 %"
    std::string license{};            ///< as the file states it; empty = it does not
    std::string reasoning_profile{};  ///< "none" = answers at once
    std::string past_thoughts{};      ///< the template's own rule, as in ModelReport; empty = it could not be asked
    bool past_thoughts_can_be_kept = false;
    bool thinking_can_be_switched = false;
    uint64_t parameters = 0;
    uint32_t context_length = 0;                   ///< trained
    std::optional<FitEstimate> fit{};              ///< of models that run
    bool may_change = false;                       ///< broken for a reason that the file does not show: permission, memory, a missing part
    std::vector<std::string> problems{};           ///< why it cannot be opened, one sentence each
    std::vector<std::string> warnings{};           ///< it can be opened, but look first
    std::vector<std::string> template_findings{};  ///< sentences of what is unusual in the chat template; also among the warnings

    [[nodiscard]] bool thinks() const { return !reasoning_profile.empty() && reasoning_profile != "none"; }
};

/// Reads header, vocabulary and template; no weights. Every failure is in the entry. Never throws.
[[nodiscard]] ModelEntry examine_model(const FoundModel& found) noexcept;

/// `text` as whole letters without control characters, at most `longest` bytes: what a file says may be shown.
[[nodiscard]] std::string printable(std::string_view text, size_t longest = 200);

}  // namespace soliloquy::models
