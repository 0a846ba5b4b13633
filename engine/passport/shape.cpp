/// engine/passport/shape.cpp
#include "engine/passport/shape.h"

#include <iterator>
#include <tuple>
#include <utility>

namespace soliloquy::passport {
namespace {

/// The message whose content stands first in `text`, and where; the longest of two at one place.
std::pair<size_t, size_t> first_message_in(std::string_view text, const std::vector<ChatMessage>& messages) {
    size_t at = std::string_view::npos, which = 0;
    for (size_t i = 0; i < messages.size(); ++i) {
        const size_t found = text.find(messages[i].content);
        if (found < at) at = found, which = i;
    }
    return {at, which};
}

}  // namespace

std::vector<ChatMessage> probe_conversation(bool with_system, size_t turns) {
    constexpr std::string_view kNumbers[] = {"first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth"};
    std::vector<ChatMessage> messages;
    if (with_system) messages.push_back({Role::system, "Guideline for the Rehearsal.", {}});
    for (size_t turn = 0; turn < turns; ++turn) {
        const std::string number(kNumbers[turn % std::size(kNumbers)]);
        messages.push_back({Role::user, "This is the " + number + " Question?", {}});
        if (turn + 1 == turns) break;
        messages.push_back({Role::assistant, "This is the " + number + " Answer.", "Pondering the " + number + " matter."});
    }
    return messages;
}

Result<Shape> shape_of(const ChatTemplate& chat_template, const std::vector<ChatMessage>& messages, std::optional<bool> thinking,
                       const ContentForm& form) {
    TemplateInputs inputs;
    inputs.messages = messages;
    inputs.form = form;
    inputs.bos_token = kProbeBos;
    inputs.eos_token = kProbeEos;
    inputs.thinking = thinking;
    inputs.date = "2026-07-04T12:00:00";
    ASSIGN_OR_RETURN(const TracedText rendered, chat_template.render(inputs));
    Shape shape;
    shape.times.assign(messages.size(), 0);
    std::string own;
    size_t begin = 0, last = 0;
    for (const TracedText::Run& run : rendered.runs) {
        std::string_view text = std::string_view(rendered.text).substr(begin, run.length);
        begin += run.length;
        if (run.source == TextSource::from_template) {
            own += text;
            continue;
        }
        for (auto [at, which] = first_message_in(text, messages); at != std::string_view::npos;
             std::tie(at, which) = first_message_in(text, messages)) {
            ++shape.times[which];
            shape.in_order = shape.in_order && (shape.frames.empty() || which >= last);
            last = which;
            shape.frames.push_back({which, std::exchange(own, {})});
            text.remove_prefix(at + messages[which].content.size());
        }
    }
    shape.frames.push_back({std::nullopt, std::move(own)});
    return shape;
}

}  // namespace soliloquy::passport
