/// app/models/what_to_fetch.h: good models by the memory they need, for the user's own browser. Built in: this program fetches nothing.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace soliloquy::models {

struct Suggestion {
    std::string_view name;
    std::string_view file;        ///< the usual file name
    std::string_view repository;  ///< "publisher/name" on huggingface.co where it is known; empty = search for the file name
    std::string_view what;        ///< one line for people
    uint32_t machine_gb;          ///< smallest usual machine that it is pleasant on
    double file_gb;               ///< about: from listings, or parameters times 4.85 bits for Q4_K_M
    bool thinks;
    std::string_view sha256;  ///< empty = no checksum known here
};

/// By machine, then by size.
[[nodiscard]] std::span<const Suggestion> suggestions() noexcept;
/// The row of a file of this name, whatever the case of its letters; nullptr when there is none.
[[nodiscard]] const Suggestion* find_suggestion(std::string_view file_name) noexcept;

}  // namespace soliloquy::models
