/// engine/chat/content_form.h: how a template wants the contents of messages, found out by rendering probes, and whether the user's words
/// are in a prompt. Templates of models that see pictures often take lists of parts only, and write nothing where they get a string.
#pragma once

#include "engine/chat/chat_template.h"

namespace soliloquy {

/// Renders short conversations of our own: with a string as content first, then with a list of one part, for each role by itself.
[[nodiscard]] ContentForm content_form_of(const ChatTemplate& chat_template, const TemplateInputs& tokens = {});

/// What the user should know of a form, in a sentence; empty when system messages have their place. No alarm: the words do arrive.
[[nodiscard]] std::string_view notice_of(const ContentForm& form) noexcept;

/// An Error when the last user message of `inputs` is not in `rendered`, what the template made of them. White space and the case of
/// letters do not count, and a template may take away up to half of the message.
[[nodiscard]] Status check_question_arrives(const ChatTemplate& chat_template, const TemplateInputs& inputs, const TracedText& rendered);

}  // namespace soliloquy
