/// engine/passport/known_words.h: words that a template may look for in messages, and how words are shown in a finding.
#pragma once

#include <string>
#include <string_view>

namespace soliloquy::passport {

/// Without the white space around it.
[[nodiscard]] std::string_view trimmed(std::string_view text) noexcept;
/// At most 60 bytes, whole letters, with an ellipsis where something was cut off.
[[nodiscard]] std::string shortened(std::string_view words);
/// True for what model makers look for in messages (marks of thoughts and tool calls, the switches of thinking) and for signs alone.
[[nodiscard]] bool is_expected_in_messages(std::string_view words) noexcept;

}  // namespace soliloquy::passport
