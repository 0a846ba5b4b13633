/// engine/chat/jinja/loop.h: what `loop` knows inside a for loop.
#pragma once

#include <string_view>

#include "engine/chat/jinja/value.h"

namespace soliloquy::jinja {

/// index, index0, revindex, revindex0, first, last, length, previtem, nextitem, depth, depth0; undefined for other names.
[[nodiscard]] Value loop_attribute(const LoopObject& loop, std::string_view name);

}  // namespace soliloquy::jinja
