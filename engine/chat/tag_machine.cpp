/// engine/chat/tag_machine.cpp: thoughts between an opening and a closing mark, the way of all families but Harmony.
#include <string>
#include <string_view>

#include "engine/chat/span_machine.h"

namespace soliloquy {

namespace {

constexpr size_t kMostBlanks = 4096;  // whitespace held back until it is known whether a mark follows

bool is_blank(char byte) noexcept { return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r'; }

class TagMachine final : public SpanMachine {
  public:
    TagMachine(const ReasoningProfile& profile, bool start_in_thought) : SpanMachine(profile) {
        if (start_in_thought) {
            state_ = State::thought;
            fresh_ = true;
            echo_allowed_ = true;
        }
    }

    void on_literal(Symbol symbol) override {
        if (symbol < kFirstTokenSymbol) {
            on_byte(static_cast<char>(static_cast<unsigned char>(symbol)));
            return;
        }
        std::string name;
        profile_.marks.append_bytes(symbol, name);
        for (const char byte : name) on_byte(byte);
    }

    void on_mark(const Mark& mark) override {
        const bool used = state_ == State::thought ? on_mark_in_thought(mark) : on_mark_outside(mark);
        if (used) return;
        for (size_t i = 0; i < mark.consumed; ++i) on_literal(mark.symbols[i]);
    }

    void finish() override {
        restore_label();
        if (tail_has_answer_close_) {
            writer_->format(tail_);
        } else {
            writer_->text(state_ == State::thought ? thought_kind() : SpanKind::answer, tail_);
        }
        tail_.clear();
    }

    [[nodiscard]] bool in_thought() const noexcept override { return state_ == State::thought; }
    [[nodiscard]] bool ends_turn(bool listed, uint32_t kinds) const noexcept override {
        return listed && (state_ != State::thought || (kinds & kMarkClose) == 0);
    }

  private:
    enum class State : uint8_t {
        lead,  // nothing but whitespace so far
        thought,
        answer,
    };

    [[nodiscard]] SpanKind thought_kind() const noexcept { return in_note_ ? SpanKind::note : SpanKind::thought; }

    // ---- bytes

    void on_byte(char byte) {
        switch (state_) {
            case State::lead:
                on_lead_byte(byte);
                break;
            case State::thought:
                on_label_or_thought_byte(byte);
                break;
            case State::answer:
                on_answer_byte(byte);
                break;
        }
    }

    void on_lead_byte(char byte) {
        if (is_blank(byte) && tail_.size() < kMostBlanks) {
            tail_.push_back(byte);
            return;
        }
        state_ = State::answer;
        release_tail(SpanKind::answer);
        on_answer_byte(byte);
    }

    void on_label_or_thought_byte(char byte) {
        const std::string_view label = profile_.family->label;
        if (!label_awaited_) {
            on_thought_byte(byte);
        } else if (byte != label[label_matched_]) {
            restore_label();
            on_thought_byte(byte);
        } else if (++label_matched_ == label.size()) {
            label_awaited_ = false;
            writer_->format(label);
        }
    }

    void on_thought_byte(char byte) {
        if (is_blank(byte)) {
            if (fresh_) {
                writer_->format(std::string_view(&byte, 1));
            } else {
                hold(byte, thought_kind());
            }
            return;
        }
        release_tail(thought_kind());
        writer_->text(thought_kind(), byte);
        fresh_ = false;
        thought_seen_ = true;
    }

    void on_answer_byte(char byte) {
        if (is_blank(byte)) {
            if (after_mark_) {
                writer_->format(std::string_view(&byte, 1));
                return;
            }
            if (wrapped_) {
                hold(byte, SpanKind::answer);
                return;
            }
        }
        release_tail(SpanKind::answer);
        writer_->text(SpanKind::answer, byte);
        after_mark_ = false;
        line_start_ = byte == '\n';
    }

    void hold(char byte, SpanKind kind) {
        if (tail_.size() >= kMostBlanks) release_tail(kind);
        tail_.push_back(byte);
    }

    void release_tail(SpanKind kind) {
        if (tail_.empty()) return;
        writer_->text(kind, tail_);
        line_start_ = tail_.back() == '\n';
        tail_.clear();
        tail_has_answer_close_ = false;
    }

    void drop_tail() {
        writer_->format(tail_);
        tail_.clear();
        tail_has_answer_close_ = false;
    }

    /// The label did not come: what was taken for its beginning is text.
    void restore_label() {
        if (!label_awaited_) return;
        label_awaited_ = false;
        const std::string_view begun = profile_.family->label.substr(0, label_matched_);
        for (const char byte : begun) on_thought_byte(byte);
    }

    /// A mark follows: a label that lacks only its line end is the label.
    void settle_label() {
        if (!label_awaited_) return;
        const std::string_view label = profile_.family->label;
        if (label_matched_ + 1 == label.size() && is_blank(label.back())) {
            label_awaited_ = false;
            writer_->format(label.substr(0, label_matched_));
        } else {
            restore_label();
        }
    }

    // ---- marks; each function says whether it used the mark, which is literal text otherwise

    bool on_mark_in_thought(const Mark& mark) {
        if (mark.kinds & kMarkOpen) return on_echoed_open(mark);
        // The token that begins an answer ends a thought that was not closed.
        const bool answers = (mark.kinds & kMarkAnswerOpen) != 0 && mark.has_token;
        if (!answers && (mark.kinds & (kMarkClose | kMarkTool | kMarkNoteOpen | kMarkNoteClose)) == 0) return false;
        if ((mark.kinds & kMarkNoteOpen) && in_note_) return false;
        settle_label();
        drop_tail();
        writer_->end_span();
        if (mark.kinds & (kMarkNoteOpen | kMarkNoteClose)) {
            in_note_ = (mark.kinds & kMarkNoteOpen) != 0;
            fresh_ = true;
            writer_->format(bytes_of(mark));
            return true;
        }
        in_note_ = false;
        closed_ = true;
        state_ = State::answer;
        const bool tool = !answers && (mark.kinds & kMarkClose) == 0;
        closed_by_ = tool ? ClosedBy::tool : closer_;
        if (tool) {
            writer_->thought_closed(closed_by_);
            write_tool(mark);
        } else {
            writer_->format(bytes_of(mark));
            writer_->thought_closed(closed_by_);
            after_mark_ = true;
            // Some families only close the answer: the closing mark of the thought opens it.
            wrapped_ = answers || (profile_.family->answer_open.front().empty() && !profile_.family->answer_close.front().empty());
        }
        return true;
    }

    /// The prompt has opened the thought and the model repeats the mark: once, before anything else.
    bool on_echoed_open(const Mark& mark) {
        if (!echo_allowed_ || !fresh_ || (label_awaited_ && label_matched_ > 0)) return false;
        echo_allowed_ = false;
        writer_->format(bytes_of(mark));
        await_label();
        return true;
    }

    bool on_mark_outside(const Mark& mark) {
        const bool at_start = state_ == State::lead || after_mark_;
        if ((mark.kinds & kMarkAnswerClose) && wrapped_ && state_ == State::answer) {
            tail_ += bytes_of(mark);  // literal after all when more text follows
            tail_has_answer_close_ = true;
            after_mark_ = false;
            return true;
        }
        if ((mark.kinds & kMarkOpen) && may_open(mark, at_start)) {
            leave_answer();
            writer_->format(bytes_of(mark));
            state_ = State::thought;
            fresh_ = true;
            echo_allowed_ = false;
            await_label();
            return true;
        }
        if ((mark.kinds & kMarkAnswerOpen) && (at_start || tail_has_answer_close_)) {
            enter_answer_after(mark);
            wrapped_ = true;
            return true;
        }
        if ((mark.kinds & kMarkClose) && at_start) {  // a bare close, or one doubled
            enter_answer_after(mark);
            return true;
        }
        if ((mark.kinds & kMarkTool) && !profile_.untold) {
            leave_answer();
            state_ = State::answer;
            write_tool(mark);
            return true;
        }
        return false;
    }

    [[nodiscard]] bool may_open(const Mark& mark, bool at_start) const noexcept {
        if (state_ == State::lead) return true;
        if (profile_.untold) return false;
        if (closed_ && !profile_.family->interleaved) return false;
        // Text that looks like a mark counts only where a model would put the mark, at the start of a line.
        return mark.has_token || (closed_ && (at_start || line_start_));
    }

    void enter_answer_after(const Mark& mark) {
        drop_tail();
        writer_->format(bytes_of(mark));
        state_ = State::answer;
        after_mark_ = true;
    }

    void leave_answer() {
        if (state_ == State::lead) {
            drop_tail();
        } else if (tail_has_answer_close_) {
            drop_tail();
        } else {
            release_tail(SpanKind::answer);
        }
        wrapped_ = false;
        writer_->end_span();
    }

    void write_tool(const Mark& mark) {
        writer_->text(SpanKind::tool, bytes_of(mark));
        writer_->end_span();
        after_mark_ = false;
        line_start_ = true;
    }

    void await_label() {
        label_awaited_ = !profile_.family->label.empty();
        label_matched_ = 0;
    }

    State state_ = State::lead;
    bool fresh_ = false;         // nothing but whitespace since the thought, or its note, opened
    bool echo_allowed_ = false;  // the prompt opened the thought and no mark has repeated that
    bool in_note_ = false;
    bool closed_ = false;      // some thought has been closed
    bool after_mark_ = false;  // nothing but whitespace since a mark before the answer
    bool wrapped_ = false;     // an answer mark is open
    bool line_start_ = false;  // the last byte of the answer was a line feed
    bool label_awaited_ = false;
    bool tail_has_answer_close_ = false;
    size_t label_matched_ = 0;
    std::string tail_;  // held back: whitespace, and the closing mark of the answer, that are text only if more text follows
};

}  // namespace

std::unique_ptr<SpanMachine> make_tag_machine(const ReasoningProfile& profile, bool start_in_thought) {
    return std::make_unique<TagMachine>(profile, start_in_thought);
}

}  // namespace soliloquy
