/// engine/chat/past_thoughts.h: what a chat template does with the thoughts of earlier turns, found out by asking it.
#pragma once

#include "engine/chat/chat_template.h"
#include "engine/chat/reasoning_profile.h"

namespace soliloquy {

struct PastThoughtsRule {
    PastThoughts rule = PastThoughts::dropped;
    bool can_be_kept = false;  ///< the template drops them by itself and has a switch that keeps them
};

/// Renders a short conversation whose first answer has a thought, and looks for that thought. A template that refuses the conversation
/// gives the rule of the profile's family. Whether thoughts between tool calls survive is the family's word: nothing here calls tools.
[[nodiscard]] PastThoughtsRule past_thoughts_of(const ChatTemplate& chat_template, const ReasoningProfile& profile,
                                                const ContentForm& form = {});

}  // namespace soliloquy
