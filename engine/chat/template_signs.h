/// engine/chat/template_signs.h: what a family of models is recognised by: the words of a template, also those that it puts together.
#pragma once

#include <string>
#include <string_view>

namespace soliloquy {

/// The source, and after it what it renders of a short conversation with a tool, a call and a thought, with thinking asked for, not asked
/// for and switched off. A source that is no template, or refuses all of that, gives itself.
[[nodiscard]] std::string signs_of_template(std::string_view source);

}  // namespace soliloquy
