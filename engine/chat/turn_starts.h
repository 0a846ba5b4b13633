/// engine/chat/turn_starts.h: the tokens by which a template begins somebody else's turn: a model that writes one has ended its own.
#pragma once

#include <vector>

#include "engine/chat/chat_template.h"
#include "engine/chat/reasoning_profile.h"

namespace soliloquy {

/// Found by rendering a conversation: the first special tokens after the end of an answer and before a question, and before a system
/// message. Sorted; none where one and the same token also begins parts of the model's own turn, as in the Harmony format. The tokens
/// that are marks of the profile are none of them.
[[nodiscard]] std::vector<TokenId> turn_starts_of(const ChatTemplate& chat_template, const TemplateInputs& tokens,
                                                  const ReasoningProfile& profile, const SpecialTokenLookup& special);

/// Makes them ends of the turn in `profile`.
void end_turns_where_others_begin(ReasoningProfile& profile, const ChatTemplate& chat_template, const TemplateInputs& tokens,
                                  const Vocabulary& vocabulary);

}  // namespace soliloquy
