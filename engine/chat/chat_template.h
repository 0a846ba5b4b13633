/// engine/chat/chat_template.h: renders a conversation with a model's own Jinja template, keeping the provenance of every byte.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/core/result.h"
#include "engine/core/traced_text.h"
#include "engine/engine.h"

namespace soliloquy::jinja {
class Value;
}

namespace soliloquy {

/// How a template takes messages, found out by content_form_of(). By default: every content a string, system messages as they are.
struct ContentForm {
    std::array<bool, 4> as_parts{};   ///< by Role: the content is a list of parts, [{"type": "text", "text": ...}]
    bool system_before_user = false;  ///< no place for a system message: its text goes before that of the next user message
    std::string problem;              ///< neither form brings the user's words into the prompt: why, in a sentence
};

struct TemplateInputs {
    std::vector<ChatMessage> messages;
    ContentForm form{};
    bool add_generation_prompt = true;
    std::string bos_token, eos_token;        ///< template bytes
    std::optional<bool> thinking;            ///< sets enable_thinking and thinking, and reasoning_effort low | high
    std::optional<bool> keep_past_thoughts;  ///< nullopt = as the template does; false leaves them out; true asks it to keep them
    std::string date;                        ///< strftime_now formats this moment: "2026-07-04T12:34:56"; empty = now
};

class ChatTemplate {
  public:
    /// A template that does not parse is an Error with line and column.
    static Result<ChatTemplate> parse(std::string source);
    ChatTemplate(ChatTemplate&&) noexcept;
    ChatTemplate& operator=(ChatTemplate&&) noexcept;
    ~ChatTemplate();

    [[nodiscard]] const std::string& source() const noexcept;
    /// Bounded in steps, output, recursion and memory; raise_exception() of the template is an Error with its text.
    /// May be called by several threads at once. Provenance: roles, bos_token and eos_token are template bytes; contents and
    /// thoughts are content. Thoughts reach the template as `reasoning_content`, never inside `content`.
    [[nodiscard]] Result<TracedText> render(const TemplateInputs& inputs) const;
    /// The same with any variables (see jinja/value.h): strings bring their own source. `now` as TemplateInputs::date.
    [[nodiscard]] Result<TracedText> render_values(const std::vector<std::pair<std::string, jinja::Value>>& variables,
                                                   std::string_view now = {}) const;

  private:
    struct Parsed;
    explicit ChatTemplate(std::unique_ptr<Parsed> parsed);
    std::unique_ptr<Parsed> parsed_;
};

}  // namespace soliloquy
