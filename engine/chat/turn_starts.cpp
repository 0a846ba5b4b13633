/// engine/chat/turn_starts.cpp
#include "engine/chat/turn_starts.h"

#include <algorithm>
#include <string>

namespace soliloquy {
namespace {

constexpr size_t kShortestToken = 3;
constexpr size_t kLongestToken = 64;

/// Special tokens in `text`, the longest at each place.
std::vector<TokenId> special_tokens_in(std::string_view text, const SpecialTokenLookup& special) {
    std::vector<TokenId> found;
    for (size_t at = 0; at < text.size();) {
        std::optional<TokenId> id;
        size_t length = std::min(kLongestToken, text.size() - at);
        for (; length >= kShortestToken; --length) {
            if ((id = special(text.substr(at, length)))) break;
        }
        if (id) found.push_back(*id);
        at += id ? length : 1;
    }
    return found;
}

/// What the template itself wrote directly before each content.
std::vector<std::string> frames_of(const TracedText& prompt) {
    std::vector<std::string> frames;
    std::string own;
    size_t at = 0;
    for (const TracedText::Run& run : prompt.runs) {
        if (run.source == TextSource::from_template) {
            own.append(prompt.text, at, run.length);
        } else {
            frames.push_back(std::move(own));
            own.clear();
        }
        at += run.length;
    }
    return frames;
}

}  // namespace

std::vector<TokenId> turn_starts_of(const ChatTemplate& chat_template, const TemplateInputs& tokens, const ReasoningProfile& profile,
                                    const SpecialTokenLookup& special) {
    std::vector<TokenId> starts;
    if (profile.family != nullptr && profile.family->harmony) return starts;
    TemplateInputs inputs = tokens;
    inputs.date = "2026-01-01T00:00:00";
    inputs.add_generation_prompt = false;
    const auto ends_a_turn = [&](TokenId id) { return std::binary_search(profile.turn_ends.begin(), profile.turn_ends.end(), id); };
    const auto take_first = [&](const std::string& frame) {
        for (const TokenId id : special_tokens_in(frame, special)) {
            if (ends_a_turn(id) || profile.marks.uses_token(id)) continue;
            starts.push_back(id);
            if (special(inputs.bos_token) != id) return;  // some begin every question as they begin the text
        }
    };
    const ChatMessage question{Role::user, "Probe question.", {}}, answer{Role::assistant, "Probe answer.", {}};
    inputs.messages = {question, answer, question};
    if (const auto prompt = chat_template.render(inputs); prompt.ok()) {
        const auto frames = frames_of(*prompt);
        if (frames.size() == 3) take_first(frames[2]);
    }
    inputs.messages = {{Role::system, "Probe instruction.", {}}, question};
    if (const auto prompt = chat_template.render(inputs); prompt.ok() && !inputs.form.system_before_user) {
        const auto frames = frames_of(*prompt);
        if (frames.size() == 2) take_first(frames[1]);
    }
    std::sort(starts.begin(), starts.end());
    starts.erase(std::unique(starts.begin(), starts.end()), starts.end());
    return starts;
}

void end_turns_where_others_begin(ReasoningProfile& profile, const ChatTemplate& chat_template, const TemplateInputs& tokens,
                                  const Vocabulary& vocabulary) {
    const auto starts = turn_starts_of(chat_template, tokens, profile, special_tokens_of(vocabulary));
    profile.turn_ends.insert(profile.turn_ends.end(), starts.begin(), starts.end());
    std::sort(profile.turn_ends.begin(), profile.turn_ends.end());
    profile.turn_ends.erase(std::unique(profile.turn_ends.begin(), profile.turn_ends.end()), profile.turn_ends.end());
}

}  // namespace soliloquy
