/// app/markdown/highlight.h: code with its comments, strings, numbers and common keywords coloured. Knows families of languages, not
/// grammars.
#pragma once

#include <string>
#include <string_view>

#include "app/markdown/rich_text.h"

namespace soliloquy::markdown {

/// One pass over `code`; every byte of it reaches the result escaped. An unknown language has strings and numbers only.
[[nodiscard]] std::string highlight(std::string_view code, std::string_view language, const Palette& palette, int line_height);

}  // namespace soliloquy::markdown
