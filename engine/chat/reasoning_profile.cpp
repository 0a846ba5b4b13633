/// engine/chat/reasoning_profile.cpp: chooses the family of a model and resolves its marks against the vocabulary.
#include "engine/chat/reasoning_profile.h"

#include <algorithm>
#include <string>

#include "engine/chat/template_signs.h"

namespace soliloquy {

namespace {

constexpr size_t kShortestToken = 3;  // no mark contains a special token shorter than this

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

bool fits_template(const ReasoningFamily& family, std::string_view source) {
    const auto in_source = [&](std::string_view sign) { return contains(source, sign); };
    for (const std::string_view sign : family.template_has) {
        if (!sign.empty() && !in_source(sign)) return false;
    }
    for (const std::string_view sign : family.template_lacks) {
        if (!sign.empty() && in_source(sign)) return false;
    }
    return true;
}

/// Without a template: the vocabulary has the marks of the family as special tokens.
bool fits_vocabulary(const ReasoningFamily& family, const SpecialTokenLookup& special) {
    if (family.harmony) return special("<|channel|>") && special("<|message|>") && special("<|start|>");
    if (family.marks_are_text) return false;
    if (family.open.front() == "<think>" && family.name != "think") return false;  // shared by many; the plain row stands for all
    return special(family.open.front()) && special(family.close.front());
}

/// The mark as symbols: special tokens of the vocabulary where its bytes name one, the longest first, else bytes.
std::vector<Symbol> symbols_of(std::string_view mark, const SpecialTokenLookup& special, MarkSet& names) {
    std::vector<Symbol> symbols;
    for (size_t at = 0; at < mark.size();) {
        size_t length = mark.size() - at;
        std::optional<TokenId> id;
        for (; length >= kShortestToken; --length) {
            if ((id = special(mark.substr(at, length)))) break;
        }
        if (id) {
            symbols.push_back(kFirstTokenSymbol + *id);
            names.name_token(*id, mark.substr(at, length));
            at += length;
        } else {
            symbols.push_back(static_cast<unsigned char>(mark[at]));
            ++at;
        }
    }
    return symbols;
}

void add_marks(const Spellings& spellings, uint32_t kinds, const SpecialTokenLookup& special, MarkSet& set) {
    for (const std::string_view spelling : spellings) {
        if (spelling.empty()) continue;
        std::vector<Symbol> symbols = symbols_of(spelling, special, set);
        const size_t length = symbols.size();
        set.add(std::move(symbols), length, kinds);
    }
}

/// "<tool_call>" written as letters counts only when a call follows: "{" or "<function=", after at most one blank.
void add_tool_marks(const Spellings& spellings, const SpecialTokenLookup& special, MarkSet& set) {
    for (const std::string_view spelling : spellings) {
        if (spelling.empty()) continue;
        std::vector<Symbol> symbols = symbols_of(spelling, special, set);
        const size_t length = symbols.size();
        const bool has_token = std::any_of(symbols.begin(), symbols.end(), [](Symbol s) { return s >= kFirstTokenSymbol; });
        if (has_token || spelling != "<tool_call>") {
            set.add(std::move(symbols), length, kMarkTool);
            continue;
        }
        for (const std::string_view blank : {"", " ", "\n", "\n\n"}) {
            for (const std::string_view call : {"{", "<function="}) {
                std::vector<Symbol> confirmed = symbols;
                confirmed.insert(confirmed.end(), blank.begin(), blank.end());
                confirmed.insert(confirmed.end(), call.begin(), call.end());
                set.add(std::move(confirmed), length, kMarkTool);
            }
        }
    }
}

bool template_can_switch(std::string_view source) {
    for (const std::string_view sign : {"enable_thinking", "thinking_mode", "thinking is defined", "not thinking", "if thinking"}) {
        if (contains(source, sign)) return true;
    }
    return false;
}

std::vector<TokenId> turn_ends_of(const Vocabulary& vocabulary) {
    std::vector<TokenId> ends;
    for (TokenId id = 0; id < vocabulary.size(); ++id) {
        if (vocabulary.ends_turn(id)) ends.push_back(id);
    }
    return ends;
}

}  // namespace

SpecialTokenLookup special_tokens_of(const Vocabulary& vocabulary) {
    return [&vocabulary](std::string_view text) -> std::optional<TokenId> {
        const std::optional<TokenId> id = vocabulary.find(text);
        return id && vocabulary.is_special(*id) && !vocabulary.is_plain_text(*id) ? id : std::nullopt;
    };
}

std::string_view past_thoughts_name(PastThoughts rule) noexcept {
    switch (rule) {
        case PastThoughts::dropped:
            return "dropped";
        case PastThoughts::kept:
            return "kept";
        case PastThoughts::kept_after_last_user:
            return "kept after the last question";
    }
    return "";
}

const ReasoningFamily* choose_reasoning_family(std::string_view template_source, const SpecialTokenLookup& special) {
    const std::string signs = signs_of_template(template_source);
    for (const ReasoningFamily& family : reasoning_families()) {
        if (template_source.empty() ? fits_vocabulary(family, special) : fits_template(family, signs)) return &family;
    }
    return nullptr;
}

ReasoningProfile resolve_reasoning_profile(const ReasoningFamily* family, const SpecialTokenLookup& special,
                                           std::vector<TokenId> turn_ends) {
    ReasoningProfile profile;
    profile.family = family;
    std::sort(turn_ends.begin(), turn_ends.end());
    profile.turn_ends = std::move(turn_ends);
    if (family == nullptr) return profile;
    if (family->harmony) {
        add_marks({"<|start|>"}, kMarkHeaderStart, special, profile.marks);
        add_marks({"<|channel|>"}, kMarkChannel, special, profile.marks);
        add_marks({"<|message|>"}, kMarkMessage, special, profile.marks);
        add_marks({"<|constrain|>"}, kMarkConstrain, special, profile.marks);
        add_marks({"<|end|>"}, kMarkMessageEnd, special, profile.marks);
        add_marks({"<|return|>", "<|call|>"}, kMarkTurnEnd, special, profile.marks);
        return profile;
    }
    add_marks(family->open, kMarkOpen, special, profile.marks);
    add_marks(family->close, kMarkClose, special, profile.marks);
    add_marks(family->note_open, kMarkNoteOpen, special, profile.marks);
    add_marks(family->note_close, kMarkNoteClose, special, profile.marks);
    add_marks(family->answer_open, kMarkAnswerOpen, special, profile.marks);
    add_marks(family->answer_close, kMarkAnswerClose, special, profile.marks);
    add_tool_marks(family->tool_start, special, profile.marks);
    return profile;
}

ReasoningProfile choose_reasoning_profile(std::string_view template_source, const Vocabulary& vocabulary) {
    const SpecialTokenLookup special = special_tokens_of(vocabulary);
    const ReasoningFamily* family = choose_reasoning_family(template_source, special);
    const bool untold = family == nullptr;
    if (untold) family = choose_reasoning_family({}, special);
    ReasoningProfile profile = resolve_reasoning_profile(family != nullptr ? family : &untold_family(), special, turn_ends_of(vocabulary));
    profile.untold = untold;
    if (untold) return profile;
    profile.thinking_can_be_switched = family != nullptr && template_can_switch(template_source);
    return profile;
}

Result<ReasoningProfile> named_reasoning_profile(std::string_view name, std::string_view template_source, const Vocabulary& vocabulary) {
    const ReasoningFamily* family = find_reasoning_family(name);
    if (family == nullptr && name != "none") {
        std::string known = "none";
        for (const ReasoningFamily& row : reasoning_families()) known.append(", ").append(row.name);
        return Error{ErrorCode::invalid_argument, "no reasoning profile is called \"" + std::string(name) + "\"; there are: " + known};
    }
    ReasoningProfile profile = resolve_reasoning_profile(family, special_tokens_of(vocabulary), turn_ends_of(vocabulary));
    profile.thinking_can_be_switched = family != nullptr && template_can_switch(template_source);
    return profile;
}

bool template_tail_opens_thought(const ReasoningProfile& profile, std::string_view tail) noexcept {
    if (!profile.can_think()) return false;
    if (profile.family->harmony) return tail.ends_with("<|channel|>analysis<|message|>");
    constexpr std::string_view kBlanks = " \t\r\n";
    const auto trim_right = [&](std::string_view text) { return text.substr(0, text.find_last_not_of(kBlanks) + 1); };
    const auto ends_with_one_of = [](std::string_view text, const Spellings& spellings) {
        return std::any_of(spellings.begin(), spellings.end(), [&](auto mark) { return !mark.empty() && text.ends_with(mark); });
    };
    tail = trim_right(tail);
    if (ends_with_one_of(tail, profile.family->open)) return true;
    if (ends_with_one_of(tail, profile.family->note_open)) return true;  // a thought that begins with a note
    const std::string_view label = trim_right(profile.family->label);
    if (label.empty() || !tail.ends_with(label)) return false;
    return ends_with_one_of(tail.substr(0, tail.size() - label.size()), profile.family->open);
}

bool prompt_opens_thought(const ReasoningProfile& profile, const TracedText& prompt) {
    if (prompt.runs.empty() || prompt.runs.back().source != TextSource::from_template) return false;
    const std::string_view text = prompt.text;
    return template_tail_opens_thought(profile, text.substr(text.size() - std::min(prompt.runs.back().length, text.size())));
}

std::string_view bytes_for_forced_close(const ReasoningProfile& profile) noexcept {
    return profile.family != nullptr ? profile.family->forced_close : std::string_view();
}

}  // namespace soliloquy
