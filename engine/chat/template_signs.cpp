/// engine/chat/template_signs.cpp
#include "engine/chat/template_signs.h"

#include <optional>
#include <utility>
#include <vector>

#include "engine/chat/chat_template.h"
#include "engine/chat/jinja/value.h"

namespace soliloquy {
namespace {

using jinja::Value;
using Entries = std::vector<std::pair<Value, Value>>;

Value text(std::string_view words) { return Value::string(std::string(words), TextSource::from_template); }

Value dict(std::vector<std::pair<std::string_view, Value>> entries) {
    Entries all;
    all.reserve(entries.size());
    for (auto& [name, value] : entries) all.emplace_back(text(name), std::move(value));
    return Value::dict(std::move(all));
}

Value message(std::string_view role, std::string_view content) { return dict({{"role", text(role)}, {"content", text(content)}}); }

Value tool() {
    const Value parameters = dict({{"type", text("object")}, {"properties", dict({{"word", dict({{"type", text("string")}})}})}});
    const Value function = dict({{"name", text("probe")}, {"description", text("A probe.")}, {"parameters", parameters}});
    return dict({{"type", text("function")}, {"function", function}});
}

/// Some templates want the arguments of a call as a dict, others as JSON.
Value messages(bool arguments_as_text) {
    Value arguments = arguments_as_text ? text("{\"word\": \"w\"}") : dict({{"word", text("w")}});
    Value call = dict({{"id", text("call00001")},
                       {"type", text("function")},
                       {"function", dict({{"name", text("probe")}, {"arguments", std::move(arguments)}})}});
    Value answer = dict({{"role", text("assistant")},
                         {"content", text("")},
                         {"reasoning_content", text("Hm.")},
                         {"tool_calls", Value::list({std::move(call)})}});
    Value result = dict({{"role", text("tool")}, {"name", text("probe")}, {"tool_call_id", text("call00001")}, {"content", text("w")}});
    return Value::list({message("user", "Ask."), std::move(answer), std::move(result)});
}

std::optional<std::string> rendered(const ChatTemplate& chat_template, Value conversation, bool with_tools, std::optional<bool> thinking) {
    std::vector<std::pair<std::string, Value>> variables;
    variables.emplace_back("messages", std::move(conversation));
    variables.emplace_back("add_generation_prompt", Value::boolean(true));
    variables.emplace_back("bos_token", text(""));
    variables.emplace_back("eos_token", text(""));
    if (with_tools) variables.emplace_back("tools", Value::list({tool()}));
    if (thinking) {
        variables.emplace_back("enable_thinking", Value::boolean(*thinking));
        variables.emplace_back("thinking", Value::boolean(*thinking));
    }
    auto prompt = chat_template.render_values(variables, "2026-01-01T00:00:00");
    if (!prompt.ok()) return std::nullopt;
    return std::move(prompt->text);
}

}  // namespace

std::string signs_of_template(std::string_view source) {
    std::string signs(source);
    if (source.empty()) return signs;
    const auto chat_template = ChatTemplate::parse(std::string(source));
    if (!chat_template.ok()) return signs;
    for (const std::optional<bool> thinking : {std::optional<bool>(), std::optional(true), std::optional(false)}) {
        if (const auto plain = rendered(*chat_template, Value::list({message("user", "Ask.")}), false, thinking)) signs += "\n" + *plain;
        for (const bool arguments_as_text : {false, true}) {
            const auto called = rendered(*chat_template, messages(arguments_as_text), true, thinking);
            if (!called) continue;
            signs += "\n" + *called;
            break;
        }
    }
    return signs;
}

}  // namespace soliloquy
