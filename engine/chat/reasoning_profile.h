/// engine/chat/reasoning_profile.h: how one family of models marks its thoughts: a row of data, and that row resolved against
/// the vocabulary of a loaded model.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/chat/mark_matcher.h"
#include "engine/core/result.h"
#include "engine/core/traced_text.h"
#include "engine/tokenizer/vocabulary.h"

namespace soliloquy {

enum class PastThoughts : uint8_t { dropped, kept, kept_after_last_user };
[[nodiscard]] std::string_view past_thoughts_name(PastThoughts rule) noexcept;  ///< "dropped", "kept", "kept after the last question"

/// Who writes the opening mark. What decides at run time is the tail of the rendered prompt; this is what to expect.
enum class ThoughtOpener : uint8_t { model, prompt, either };

/// What makes the family answer at once.
enum class OffSwitch : uint8_t {
    impossible,
    bare_close,     ///< the prompt ends in the closing mark
    empty_thought,  ///< the prompt ends in an opened and closed thought
    template_flag,  ///< the template leaves out its request to think
};

/// At most four spellings; unused ones are empty.
using Spellings = std::array<std::string_view, 4>;

/// One family as its own templates write it. Everything is bytes of the chat template; ids are never stored.
struct ReasoningFamily {
    std::string_view name{};
    std::string_view models{};  ///< for people: which models these are
    // How to recognise the family: every string of template_has stands in the source of the chat template or in what it renders, none of
    // template_lacks.
    Spellings template_has{};
    Spellings template_lacks{};
    Spellings open{}, close{};
    Spellings tool_start{};                   ///< closes a thought
    Spellings note_open{}, note_close{};      ///< a note inside a thought: the budget reflections of Seed-OSS
    Spellings answer_open{}, answer_close{};  ///< wraps the answer
    std::string_view label{};                 ///< follows `open` at once and is no part of the thought: Gemma's "thought\n"
    ThoughtOpener opener = ThoughtOpener::model;
    OffSwitch off = OffSwitch::impossible;
    PastThoughts past = PastThoughts::dropped;
    bool interleaved = false;         ///< a thought may open again after an answer or a tool call
    bool harmony = false;             ///< messages with a header that names their channel, not marks around the thought
    bool marks_are_text = false;      ///< the tokenizer has no token of its own for the marks
    std::string_view forced_close{};  ///< what ends a thought in the model's place: template bytes, control tokens included
};

/// Every family known, the most particular first: the first whose template signs fit is taken.
[[nodiscard]] std::span<const ReasoningFamily> reasoning_families() noexcept;
/// The marks that a model writes although its template says nothing of them. In no list: it is nobody's choice.
[[nodiscard]] const ReasoningFamily& untold_family() noexcept;
/// nullptr when there is no family of that name.
[[nodiscard]] const ReasoningFamily* find_reasoning_family(std::string_view name) noexcept;

/// The id of a special token (control or user-defined), nullopt when the text is no such token.
using SpecialTokenLookup = std::function<std::optional<TokenId>(std::string_view)>;

/// A family resolved: each mark is one token where the vocabulary has it as a special token, else a sequence of bytes and tokens.
/// Immutable; a parser keeps a reference to it.
struct ReasoningProfile {
    const ReasoningFamily* family = nullptr;  ///< nullptr = "none": everything is answer
    MarkSet marks;
    std::vector<TokenId> turn_ends;         ///< sorted; tokens that end the turn and are never shown
    bool thinking_can_be_switched = false;  ///< the template asks for enable_thinking or its like
    /// The template says nothing of thoughts: only marks at the very beginning of a turn open one.
    bool untold = false;

    [[nodiscard]] std::string_view name() const noexcept { return family != nullptr && !untold ? family->name : "none"; }
    [[nodiscard]] bool can_think() const noexcept { return family != nullptr && !untold; }
    [[nodiscard]] PastThoughts past() const noexcept { return family != nullptr ? family->past : PastThoughts::kept; }
};

/// Control and user-defined tokens of a vocabulary, without those that are plain words.
[[nodiscard]] SpecialTokenLookup special_tokens_of(const Vocabulary& vocabulary);

/// The profile of a model from the source of its chat template and its vocabulary; "none" when nothing fits. Without a template
/// the vocabulary alone decides. A template that says nothing of thoughts gives "none", too, but thoughts that the model begins its
/// turns with are told from answers all the same: by the marks of the vocabulary, or by letters.
[[nodiscard]] ReasoningProfile choose_reasoning_profile(std::string_view template_source, const Vocabulary& vocabulary);
/// The profile that the user names; "none" is a name too. An unknown name is an Error that lists the known ones.
[[nodiscard]] Result<ReasoningProfile> named_reasoning_profile(std::string_view name, std::string_view template_source,
                                                               const Vocabulary& vocabulary);
/// The row that fits, without resolving it; nullptr when none does.
[[nodiscard]] const ReasoningFamily* choose_reasoning_family(std::string_view template_source, const SpecialTokenLookup& special);
/// Resolves a row against any vocabulary. `turn_ends` in any order.
[[nodiscard]] ReasoningProfile resolve_reasoning_profile(const ReasoningFamily* family, const SpecialTokenLookup& special,
                                                         std::vector<TokenId> turn_ends = {});

/// True when the rendered prompt itself ends inside a thought: its tail, written by the template, is an opening mark and at most a
/// label and whitespace. Content that ends in the same letters opens nothing.
[[nodiscard]] bool prompt_opens_thought(const ReasoningProfile& profile, const TracedText& prompt);
/// The same for a tail known to be the template's.
[[nodiscard]] bool template_tail_opens_thought(const ReasoningProfile& profile, std::string_view tail) noexcept;

/// What to append so that an open thought ends and the answer begins: template bytes ("\n</think>\n\n"), to be encoded with control
/// tokens. Empty when the family has no thoughts.
[[nodiscard]] std::string_view bytes_for_forced_close(const ReasoningProfile& profile) noexcept;

}  // namespace soliloquy
