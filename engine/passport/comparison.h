/// engine/passport/comparison.h: how the shape of a template differs from its family's, in words.
#pragma once

#include <string_view>
#include <vector>

#include "engine/chat/chat_template.h"
#include "engine/template_passport.h"

namespace soliloquy::passport {

/// `architecture` is general.architecture, or empty. Of a template that renders no conversation at all that is the finding.
[[nodiscard]] std::vector<TemplateFinding> compare_with_family(const ChatTemplate& chat_template, std::string_view architecture);

}  // namespace soliloquy::passport
