/// app/markdown/plain_text.h: the words of a block without its marks, for screen readers and for copying one block.
#pragma once

#include <string>

#include "app/markdown/block.h"

namespace soliloquy::markdown {

/// Table cells are separated by tabs, rows and line breaks by line feeds.
[[nodiscard]] std::string plain_text(const Block& block);

}  // namespace soliloquy::markdown
