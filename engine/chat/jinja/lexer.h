/// engine/chat/jinja/lexer.h: cuts a template into text and tags, and tags into tokens.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/chat/jinja/error.h"

namespace soliloquy::jinja {

enum class TokenKind : uint8_t { data, block_begin, block_end, variable_begin, variable_end, name, string, integer, real, op, end };

struct Token {
    TokenKind kind = TokenKind::end;
    Position at;
    std::string text;  ///< data, name, operator ("+", "=="), or the value of a string literal
    int64_t integer = 0;
    double real = 0.0;

    [[nodiscard]] bool is_name(std::string_view name) const noexcept { return kind == TokenKind::name && text == name; }
    [[nodiscard]] bool is_op(std::string_view op) const noexcept { return kind == TokenKind::op && text == op; }
};

/// Whitespace as chat templates are written for: trim_blocks and lstrip_blocks on, one newline at the very end dropped,
/// every line ending is "\n". Ends with a token of kind `end`. Throws TemplateError.
[[nodiscard]] std::vector<Token> tokenize(std::string_view source);

}  // namespace soliloquy::jinja
