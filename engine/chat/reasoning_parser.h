/// engine/chat/reasoning_parser.h: splits a stream of tokens into thought, answer and tool spans, as it arrives.
#pragma once

#include <memory>
#include <string_view>

#include "engine/chat/reasoning_profile.h"
#include "engine/chat/span_writer.h"
#include "engine/engine.h"

namespace soliloquy {

class SpanMachine;

/// Tokens are the truth, spans a view of them: the same tokens give the same spans however their bytes are cut, and a turn can be
/// parsed again at any time. Work is constant per byte; memory is bounded: what may still be a mark (at most as long as the longest
/// one), whitespace that a closing mark would swallow (4 KiB) or a message header (256 bytes).
///
/// Where a thought ends is what the model says: a closing token that it writes while it thinks about that token ends the thought
/// too, because the model's own state switches with it.
class ReasoningParser {
  public:
    /// `profile` outlives the parser. `start_in_thought`: prompt_opens_thought() of the prompt.
    ReasoningParser(const ReasoningProfile& profile, bool start_in_thought);
    ReasoningParser(ReasoningParser&&) noexcept;
    ReasoningParser& operator=(ReasoningParser&&) noexcept;
    ~ReasoningParser();

    /// One token: its bytes, or its name when it is a control token. `closer` is who wrote it, should it close a thought.
    void feed(TokenId id, std::string_view bytes, SpanSink& sink, ClosedBy closer = ClosedBy::model);
    /// The end of the stream: what was held back is text now. `end_of_turn` = false when it was cut off (stopped, budget, no room): then
    /// a letter still cut is dropped instead of becoming U+FFFD. Feed nothing afterwards.
    void finish(bool end_of_turn, SpanSink& sink);

    [[nodiscard]] bool in_thought() const noexcept;
    /// unfinished while inside a thought, so also after finish() when none was closed; none when no thought had any text.
    [[nodiscard]] ThoughtStatus status() const noexcept;
    /// Who closed the latest thought. Messages of the Harmony format end by themselves: nobody closes them.
    [[nodiscard]] ClosedBy closed_by() const noexcept;
    /// Whether this token, if it came now, would end the assistant's turn: <|end|> of Harmony ends a thought and not the turn.
    [[nodiscard]] bool ends_turn(TokenId id) const noexcept;

  private:
    const ReasoningProfile* profile_;
    SpanWriter writer_;
    std::unique_ptr<SpanMachine> machine_;
    MarkMatcher matcher_;
};

}  // namespace soliloquy
