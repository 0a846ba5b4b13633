/// app/markdown/parser.h: Markdown source to blocks (CommonMark with tables, strike-through and task lists; HTML is text).
#pragma once

#include <string_view>
#include <vector>

#include "app/markdown/block.h"

namespace soliloquy::markdown {

/// Never fails: what is no Markdown is text. Time grows with the length of `source`; StreamingMarkdown keeps that short.
[[nodiscard]] std::vector<Block> parse(std::string_view source);

}  // namespace soliloquy::markdown
