/// engine/chat/jinja/unicode.h: letters of UTF-8 as Python's str counts them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace soliloquy::jinja {

struct Letter {
    char32_t code;  ///< U+DC80 + low bits for a byte that is not UTF-8 (each such byte is a letter of its own)
    uint32_t bytes;
};

/// The letter that starts at `offset` (inside the text). Overlong forms, surrogates and stray bytes are one byte long.
[[nodiscard]] Letter letter_at(std::string_view text, size_t offset) noexcept;
[[nodiscard]] size_t count_letters(std::string_view text) noexcept;
/// Byte offset of letter number `index`; the size of the text when there are not so many.
[[nodiscard]] size_t offset_of_letter(std::string_view text, size_t index) noexcept;
void append_utf8(std::string& out, char32_t code);

[[nodiscard]] bool is_space(char32_t code) noexcept;   ///< str.isspace
[[nodiscard]] bool is_letter(char32_t code) noexcept;  ///< ASCII letters, and everything of the scripts that have case below
/// Simple case mapping of ASCII, Latin-1, Latin Extended-A, Greek and Cyrillic; other letters map to themselves.
[[nodiscard]] char32_t to_upper(char32_t code) noexcept;
[[nodiscard]] char32_t to_lower(char32_t code) noexcept;

}  // namespace soliloquy::jinja
