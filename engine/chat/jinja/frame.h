/// engine/chat/jinja/frame.h: a scope of variables, and macros, which remember the scope they were made in.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "engine/chat/jinja/ast.h"
#include "engine/chat/jinja/value.h"

namespace soliloquy::jinja {

/// Looked up from the innermost outwards; assignments go to the innermost.
struct Frame {
    explicit Frame(std::shared_ptr<Frame> outer) : parent(std::move(outer)) {}

    [[nodiscard]] const Value* find(NameId name) const noexcept {
        for (const Frame* frame = this; frame != nullptr; frame = frame->parent.get()) {
            for (const auto& variable : frame->variables) {
                if (variable.first == name) return &variable.second;
            }
        }
        return nullptr;
    }
    void set(NameId name, Value value) {
        for (auto& variable : variables) {
            if (variable.first == name) {
                variable.second = std::move(value);
                return;
            }
        }
        variables.emplace_back(name, std::move(value));
    }

    std::shared_ptr<Frame> parent;
    std::vector<std::pair<NameId, Value>> variables;
};

struct MacroObject final : Object {
    using Object::Object;
    const MacroStatement* statement = nullptr;
    std::weak_ptr<Frame> home;  ///< weak: the frame holds the macro
};

}  // namespace soliloquy::jinja
