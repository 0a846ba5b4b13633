/// engine/passport/families.h: what the templates of one family have in common: the marks around messages, and how much else they say.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

namespace soliloquy::passport {

/// At most eight strings; unused ones are empty.
using Marks = std::array<std::string_view, 8>;

struct TemplateFamily {
    std::string_view name{};  ///< for people: "ChatML"
    /// How to recognise the family: all stand in the source of the template.
    std::array<std::string_view, 3> signs{};
    std::string_view answer{};     ///< opens the model's turn
    Marks marks{};                 ///< everything else that may stand between messages, white space, bos and eos apart
    size_t beside_system = 0;      ///< bytes of its own words before a system message that was given
    size_t without_system = 0;     ///< bytes of its own words before the first question when none was given
    size_t after_system = 0;       ///< bytes of its own words between a system message and what follows
    bool moves_system = false;     ///< the system message may stand elsewhere than first
    bool may_lack_system = false;  ///< some models of the family were never taught system messages
};

/// The most particular first.
[[nodiscard]] std::span<const TemplateFamily> template_families() noexcept;
/// The first whose signs stand in `source`; nullptr when none does.
[[nodiscard]] const TemplateFamily* recognise_family(std::string_view source) noexcept;
/// Names of the families that models of an architecture were published with; empty where any may be.
[[nodiscard]] std::span<const std::string_view> families_of_architecture(std::string_view architecture) noexcept;

}  // namespace soliloquy::passport
