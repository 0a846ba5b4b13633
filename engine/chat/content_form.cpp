/// engine/chat/content_form.cpp
#include "engine/chat/content_form.h"

#include <algorithm>

namespace soliloquy {
namespace {

constexpr const char* kQuestion = "Where does the probe question arrive?";
constexpr const char* kAnswer = "Here does the probe answer arrive.";
constexpr const char* kInstruction = "Mind the probe instruction.";

/// `text` without ASCII white space and in small letters: what trimming and changes of case leave alone.
void append_folded(std::string& out, std::string_view text) {
    for (const char c : text) {
        if (c == ' ' || (c >= '\t' && c <= '\r')) continue;
        out.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
    }
}

std::string folded(std::string_view text) {
    std::string out;
    append_folded(out, text);
    return out;
}

/// Everything in a prompt that content wrote, folded.
std::string folded_content(const TracedText& prompt) {
    std::string out;
    size_t at = 0;
    for (const TracedText::Run& run : prompt.runs) {
        if (run.source == TextSource::from_content) append_folded(out, std::string_view(prompt.text).substr(at, run.length));
        at += run.length;
    }
    return out;
}

class Prober {
  public:
    Prober(const ChatTemplate& chat_template, const TemplateInputs& tokens) : template_(chat_template) {
        inputs_.bos_token = tokens.bos_token;
        inputs_.eos_token = tokens.eos_token;
        inputs_.date = "2026-01-01T00:00:00";
    }

    ContentForm run() {
        const ChatMessage user{Role::user, kQuestion, {}}, assistant{Role::assistant, kAnswer, {}}, system{Role::system, kInstruction, {}};
        bool found = choose(Role::user, {user}, kQuestion);
        if (!found) {  // a template that wants a system message, or one whose own default it writes as another form
            form_.as_parts[static_cast<size_t>(Role::system)] = true;
            found = choose(Role::user, {system, user}, kQuestion);
            form_.as_parts[static_cast<size_t>(Role::system)] = false;
            found = found || choose(Role::user, {system, user}, kQuestion);
        }
        if (!found) {
            form_.problem = refusal_.empty() ? "The chat template leaves the user's words out of the prompt." : refusal_;
            return form_;
        }
        // What a tool answers is written as the user's words are by every template that has tools and lists of parts.
        form_.as_parts[static_cast<size_t>(Role::tool)] = form_.as_parts[static_cast<size_t>(Role::user)];
        choose(Role::assistant, {user, assistant, user}, kAnswer);
        // The user's words must still be there: a template may take the system message for the question.
        if (!choose(Role::system, {system, user}, kInstruction)) form_.system_before_user = joining_helps({system, user});
        return form_;
    }

  private:
    /// The form in which `text` arrives, strings first; leaves strings when it arrives in neither.
    bool choose(Role role, const std::vector<ChatMessage>& messages, std::string_view text) {
        bool& as_parts = form_.as_parts[static_cast<size_t>(role)];
        for (const bool parts : {false, true}) {
            as_parts = parts;
            if (arrives(messages, text) && arrives(messages, kQuestion)) return true;
        }
        as_parts = false;
        return false;
    }

    [[nodiscard]] bool joining_helps(const std::vector<ChatMessage>& messages) {
        form_.system_before_user = true;
        return arrives(messages, kInstruction) && arrives(messages, kQuestion);
    }

    [[nodiscard]] bool arrives(const std::vector<ChatMessage>& messages, std::string_view text) {
        inputs_.messages = messages;
        inputs_.form = form_;
        const auto prompt = template_.render(inputs_);
        if (!prompt.ok()) {
            if (refusal_.empty()) refusal_ = prompt.error().message;
            return false;
        }
        // A list that is printed as a whole shows its keys.
        const bool printed_as_list =
            prompt->text.find("'type': 'text'") != std::string::npos || prompt->text.find("\"type\": \"text\"") != std::string::npos;
        return !printed_as_list && folded_content(*prompt).find(folded(text)) != std::string::npos;
    }

    const ChatTemplate& template_;
    TemplateInputs inputs_;
    ContentForm form_;
    std::string refusal_;  // of the plainest conversation
};

}  // namespace

ContentForm content_form_of(const ChatTemplate& chat_template, const TemplateInputs& tokens) { return Prober(chat_template, tokens).run(); }

std::string_view notice_of(const ContentForm& form) noexcept {
    return form.system_before_user
               ? "The chat template has no place for a system message: your instructions are put before your first message."
               : std::string_view();
}

Status check_question_arrives(const ChatTemplate& chat_template, const TemplateInputs& inputs, const TracedText& rendered) {
    const auto last = std::find_if(inputs.messages.rbegin(), inputs.messages.rend(), [](const auto& m) { return m.role == Role::user; });
    if (last == inputs.messages.rend()) return Status::success();
    const std::string question = folded(last->content);
    const std::string content = folded_content(rendered);
    size_t window = question.size();  // the question, what follows it, and instructions that a template moves behind it
    for (auto after = inputs.messages.rbegin(); after != last; ++after)
        window += folded(after->content).size() + folded(after->reasoning).size();
    for (const ChatMessage& message : inputs.messages) window += message.role == Role::system ? folded(message.content).size() : 0;
    const size_t begin = content.size() - std::min(content.size(), window);
    if (content.find(question, begin) != std::string::npos) return Status::success();

    // Not word for word: how much less does content write without the message?
    TemplateInputs without = inputs;
    without.messages[static_cast<size_t>(inputs.messages.rend() - last) - 1].content.clear();
    const auto bare = chat_template.render(without);
    if (bare.ok() && folded_content(*bare).size() + question.size() / 2 < content.size()) return Status::success();
    return Error{
        ErrorCode::invalid_argument,
        "the chat template of this model leaves your message out of the prompt, so the model would answer something else: use a file "
        "of this model with another template" +
            (inputs.form.problem.empty() ? std::string() : " (" + inputs.form.problem + ")")};
}

}  // namespace soliloquy
