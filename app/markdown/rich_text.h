/// app/markdown/rich_text.h: runs of text to the small HTML that Qt's rich text lays out. Everything that came from a model or a person is
/// escaped; the only tags are the ones written here, and none of them can load anything.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "app/markdown/block.h"

namespace soliloquy::markdown {

/// Colours are "#RRGGBB"; they come from the theme.
struct Palette {
    std::string link = "#3B5BDB";
    std::string code_background = "#F0EDE7";
    std::string muted = "#6B675F";
    std::string keyword = "#7A3FC4";
    std::string string = "#0A6B3D";
    std::string number = "#A15C07";
    std::string comment = "#716C63";
    std::string mono_family = "monospace";
    int code_size = 14;  ///< pixels, of code inside a line
    bool operator==(const Palette&) const = default;
};

/// No writing system stacks more combining marks on a letter; more of them are slow to lay out and would be drawn over other lines.
inline constexpr int kMostMarks = 4;

/// Without the combining marks beyond kMostMarks on one letter: for showing only, never for what is copied or kept.
[[nodiscard]] std::string without_stacked_marks(std::string_view text);

/// `&`, `<`, `>`, quotes and control letters become harmless; line feeds become <br>, runs of spaces are kept; marks beyond
/// kMostMarks are left out.
[[nodiscard]] std::string escape(std::string_view text);

/// A paragraph with lines `line_height` pixels apart. Links carry their address in href; images are their text.
[[nodiscard]] std::string to_rich_text(std::span<const Run> runs, const Palette& palette, int line_height);

/// One paragraph of unformatted text.
[[nodiscard]] std::string to_rich_text(std::string_view text, int line_height);

}  // namespace soliloquy::markdown
