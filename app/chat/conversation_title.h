/// app/chat/conversation_title.h: a title from what was asked or answered. Thoughts are not even a parameter.
#pragma once

#include <QString>

namespace soliloquy {

/// The first line with letters, without Markdown marks and control letters, cut at a word to at most 60 letters. Empty when nothing is
/// left.
[[nodiscard]] QString title_from(const QString& text);

/// The question's title, or the answer's where the question has fewer than three letters ("?", "7*8").
[[nodiscard]] QString conversation_title(const QString& question, const QString& answer);

}  // namespace soliloquy
