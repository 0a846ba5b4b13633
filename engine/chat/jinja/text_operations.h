/// engine/chat/jinja/text_operations.h: Python's operations on strings, every byte keeping its source.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/chat/jinja/sandbox.h"
#include "engine/chat/jinja/text.h"

namespace soliloquy::jinja {

enum class Side : uint8_t { left, right, both };

/// Without the letters of `letters` at its ends; nullopt: without whitespace.
[[nodiscard]] Text strip(const Text& text, std::optional<std::string_view> letters, Side side);
/// Pieces between separators, at most `limit` cuts (negative: all), counted from the left or from the right.
/// nullopt: runs of whitespace separate, and there are no empty pieces.
[[nodiscard]] std::vector<Text> split(const Text& text, std::optional<std::string_view> separator, int64_t limit, Side from,
                                      Sandbox& sandbox);
[[nodiscard]] std::vector<Text> split_lines(const Text& text, bool keep_ends, Sandbox& sandbox);
/// The first `limit` (negative: all) occurrences of `from` become `to`, with the sources of `to`.
[[nodiscard]] Text replace(const Text& text, std::string_view from, const Text& to, int64_t limit, Sandbox& sandbox);

enum class Case : uint8_t { upper, lower, title, capital };
[[nodiscard]] Text with_case(const Text& text, Case wanted, Sandbox& sandbox);
/// Puts `fill` that many times before and behind the text.
[[nodiscard]] Text padded(const Text& text, size_t left, size_t right, const Text& fill, Sandbox& sandbox);
/// out += piece, counted.
void append_checked(Text& out, const Text& piece, Sandbox& sandbox);

}  // namespace soliloquy::jinja
