/// engine/chat/past_thoughts.cpp
#include "engine/chat/past_thoughts.h"

#include <optional>

namespace soliloquy {
namespace {

constexpr const char* kMark = "a thought from before";  // stands in no template

/// Whether the thought of an earlier turn is in the prompt; nullopt when the template refuses to render it.
std::optional<bool> shows_thought(const ChatTemplate& chat_template, std::optional<bool> keep, const ContentForm& form) {
    TemplateInputs inputs;
    inputs.form = form;
    inputs.messages = {{.role = Role::user, .content = "1 + 1?", .reasoning = {}},
                       {.role = Role::assistant, .content = "2", .reasoning = kMark},
                       {.role = Role::user, .content = "2 + 2?", .reasoning = {}}};
    inputs.keep_past_thoughts = keep;
    inputs.date = "2026-01-01T00:00:00";
    const auto prompt = chat_template.render(inputs);
    if (!prompt.ok()) return std::nullopt;
    return prompt->text.find(kMark) != std::string::npos;
}

}  // namespace

PastThoughtsRule past_thoughts_of(const ChatTemplate& chat_template, const ReasoningProfile& profile, const ContentForm& form) {
    const auto by_itself = shows_thought(chat_template, std::nullopt, form);
    if (!by_itself) return {.rule = profile.past(), .can_be_kept = false};
    if (*by_itself) return {.rule = PastThoughts::kept, .can_be_kept = false};
    const bool between_tools = profile.past() == PastThoughts::kept_after_last_user;
    return {.rule = between_tools ? PastThoughts::kept_after_last_user : PastThoughts::dropped,
            .can_be_kept = shows_thought(chat_template, true, form).value_or(false)};
}

}  // namespace soliloquy
