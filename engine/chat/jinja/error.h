/// engine/chat/jinja/error.h: what stops a template: its place and the reason.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

namespace soliloquy::jinja {

/// Counted from 1; the column counts bytes. Line 0 = nowhere in particular.
struct Position {
    uint32_t line = 0;
    uint32_t column = 0;
};

/// Thrown inside engine/chat/jinja only: nearly every operation of the language can fail, so failure unwinds to the two
/// public doors (parse_template, render_template), which turn it into an Error value. Nothing else may let it out.
struct TemplateError {
    Position at;
    std::string reason;

    [[nodiscard]] std::string message() const {
        if (at.line == 0) return "chat template: " + reason;
        return "chat template, line " + std::to_string(at.line) + ", column " + std::to_string(at.column) + ": " + reason;
    }
};

}  // namespace soliloquy::jinja
