/// engine/chat/chat_template.cpp
#include "engine/chat/chat_template.h"

#include <new>

#include "engine/chat/jinja/interpreter.h"

namespace soliloquy {

namespace {

using jinja::Value;

std::string_view role_name(Role role) noexcept {
    switch (role) {
        case Role::system:
            return "system";
        case Role::user:
            return "user";
        case Role::assistant:
            return "assistant";
        case Role::tool:
            return "tool";
    }
    return "user";
}

Value from_template(std::string_view text) { return Value::string(std::string(text), TextSource::from_template); }
Value from_content(const std::string& text) { return Value::string(text, TextSource::from_content); }

Value content_value(const std::string& text, bool as_parts) {
    if (!as_parts) return from_content(text);
    std::vector<std::pair<Value, Value>> part;
    part.emplace_back(from_template("type"), from_template("text"));
    part.emplace_back(from_template("text"), from_content(text));
    return Value::list({Value::dict(std::move(part))});
}

/// System messages go into the user message that follows; those that none follows stay.
std::vector<ChatMessage> without_system(const std::vector<ChatMessage>& messages) {
    std::vector<ChatMessage> joined, waiting;
    for (const ChatMessage& message : messages) {
        if (message.role == Role::system) {
            waiting.push_back(message);
            continue;
        }
        joined.push_back(message);
        if (message.role != Role::user) continue;
        std::string before;
        for (const ChatMessage& system : waiting) before.append(system.content).append("\n\n");
        joined.back().content.insert(0, before);
        waiting.clear();
    }
    joined.insert(joined.end(), waiting.begin(), waiting.end());
    return joined;
}

Value message_value(const ChatMessage& message, bool with_thought, const ContentForm& form) {
    std::vector<std::pair<Value, Value>> entries;
    entries.emplace_back(from_template("role"), from_template(role_name(message.role)));
    entries.emplace_back(from_template("content"), content_value(message.content, form.as_parts[static_cast<size_t>(message.role)]));
    if (with_thought && !message.reasoning.empty())
        entries.emplace_back(from_template("reasoning_content"), from_content(message.reasoning));
    return Value::dict(std::move(entries));
}

jinja::Variables variables_of(const TemplateInputs& inputs) {
    std::vector<Value> messages;
    messages.reserve(inputs.messages.size());
    const bool with_thoughts = inputs.keep_past_thoughts.value_or(true);
    for (const ChatMessage& message : inputs.form.system_before_user ? without_system(inputs.messages) : inputs.messages)
        messages.push_back(message_value(message, with_thoughts, inputs.form));
    jinja::Variables variables;
    variables.emplace_back("messages", Value::list(std::move(messages)));
    variables.emplace_back("add_generation_prompt", Value::boolean(inputs.add_generation_prompt));
    variables.emplace_back("bos_token", from_template(inputs.bos_token));
    variables.emplace_back("eos_token", from_template(inputs.eos_token));
    if (inputs.thinking) {
        variables.emplace_back("enable_thinking", Value::boolean(*inputs.thinking));
        variables.emplace_back("thinking", Value::boolean(*inputs.thinking));
        variables.emplace_back("reasoning_effort", from_template(*inputs.thinking ? "high" : "low"));
    }
    if (inputs.keep_past_thoughts.value_or(false)) {  // the switches of LFM2.5, Qwen and Laguna; of GLM; of Nemotron
        variables.emplace_back("preserve_thinking", Value::boolean(true));
        variables.emplace_back("clear_thinking", Value::boolean(false));
        variables.emplace_back("truncate_history_thinking", Value::boolean(false));
    }
    return variables;
}

}  // namespace

struct ChatTemplate::Parsed {
    std::string source;
    jinja::Template tree;
};

ChatTemplate::ChatTemplate(std::unique_ptr<Parsed> parsed) : parsed_(std::move(parsed)) {}
ChatTemplate::ChatTemplate(ChatTemplate&&) noexcept = default;
ChatTemplate& ChatTemplate::operator=(ChatTemplate&&) noexcept = default;
ChatTemplate::~ChatTemplate() = default;

Result<ChatTemplate> ChatTemplate::parse(std::string source) {
    ASSIGN_OR_RETURN(jinja::Template tree, jinja::parse_template(source));
    try {
        auto parsed = std::make_unique<Parsed>();
        parsed->source = std::move(source);
        parsed->tree = std::move(tree);
        return ChatTemplate(std::move(parsed));
    } catch (const std::bad_alloc&) {
        return Error{ErrorCode::out_of_memory, "chat template: not enough memory to keep it"};
    }
}

const std::string& ChatTemplate::source() const noexcept { return parsed_->source; }

Result<TracedText> ChatTemplate::render(const TemplateInputs& inputs) const {
    try {
        return render_values(variables_of(inputs), inputs.date);
    } catch (const std::bad_alloc&) {
        return Error{ErrorCode::out_of_memory, "chat template: not enough memory for the conversation"};
    }
}

Result<TracedText> ChatTemplate::render_values(const std::vector<std::pair<std::string, jinja::Value>>& variables,
                                               std::string_view now) const {
    return jinja::render_template(parsed_->tree, variables, now);
}

}  // namespace soliloquy
