/// engine/chat/span_machine.h: the two machines behind the parser: marks around a thought, and Harmony's messages with headers.
#pragma once

#include <memory>
#include <string>

#include "engine/chat/mark_matcher.h"
#include "engine/chat/reasoning_profile.h"
#include "engine/chat/span_writer.h"

namespace soliloquy {

/// Receives literal symbols and marks and decides which span they belong to.
class SpanMachine : public MarkHandler {
  public:
    explicit SpanMachine(const ReasoningProfile& profile) : profile_(profile) {}
    /// Called before each batch of symbols: where text goes, and who writes it.
    void attach(SpanWriter& writer, ClosedBy closer) {
        writer_ = &writer;
        closer_ = closer;
    }
    /// A token that is never shown, such as the end of the turn.
    void on_silent(std::string_view name) { writer_->format(name); }
    virtual void finish() = 0;
    [[nodiscard]] virtual bool in_thought() const noexcept = 0;
    /// `listed`: the vocabulary says that the token ends a turn. `kinds` of a mark token, 0 for any other.
    [[nodiscard]] virtual bool ends_turn(bool listed, uint32_t kinds) const noexcept = 0;
    [[nodiscard]] bool thought_seen() const noexcept { return thought_seen_; }
    [[nodiscard]] ClosedBy closed_by() const noexcept { return closed_by_; }

  protected:
    [[nodiscard]] std::string bytes_of(const Mark& mark) const {
        std::string bytes;
        for (size_t i = 0; i < mark.consumed; ++i) profile_.marks.append_bytes(mark.symbols[i], bytes);
        return bytes;
    }

    const ReasoningProfile& profile_;
    SpanWriter* writer_ = nullptr;
    ClosedBy closer_ = ClosedBy::model;
    ClosedBy closed_by_ = ClosedBy::nobody;
    bool thought_seen_ = false;  // some thought has text
};

[[nodiscard]] std::unique_ptr<SpanMachine> make_tag_machine(const ReasoningProfile& profile, bool start_in_thought);
[[nodiscard]] std::unique_ptr<SpanMachine> make_harmony_machine(const ReasoningProfile& profile, bool start_in_thought);

}  // namespace soliloquy
