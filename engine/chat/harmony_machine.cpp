/// engine/chat/harmony_machine.cpp: messages with a header that names their channel, as gpt-oss writes them.
///   <|start|>role to=recipient<|channel|>channel to=recipient <|constrain|>type<|message|>body<|end|>    or <|return|>, <|call|>
/// Source: the Harmony response format page of gpt-oss.
#include <algorithm>
#include <string>
#include <string_view>

#include "engine/chat/span_machine.h"

namespace soliloquy {

namespace {

constexpr size_t kLongestHeader = 256;  // longer than any role, recipient and type: then it is no header

class HarmonyMachine final : public SpanMachine {
  public:
    HarmonyMachine(const ReasoningProfile& profile, bool start_in_thought) : SpanMachine(profile) {
        if (start_in_thought) {
            in_body_ = true;
            kind_ = SpanKind::thought;
        }
    }

    void on_literal(Symbol symbol) override {
        std::string bytes;
        profile_.marks.append_bytes(symbol, bytes);
        if (in_body_) {
            body_text(bytes);
            return;
        }
        header_ += bytes;
        if (header_.size() > kLongestHeader) {
            begin_body(SpanKind::answer);
            channel_at_ = std::string::npos;
            body_text(std::exchange(header_, {}));
        }
    }

    void on_mark(const Mark& mark) override {
        if (mark.kinds & kMarkMessage) {
            if (in_body_) {  // a second one in the same message is text
                body_text(bytes_of(mark));
                return;
            }
            const SpanKind kind = kind_of_header();
            drop_header();
            writer_->format(bytes_of(mark));
            begin_body(kind);
            return;
        }
        if (in_body_) end_body();
        if (mark.kinds & (kMarkChannel | kMarkConstrain | kMarkHeaderStart)) {
            if (mark.kinds & kMarkHeaderStart) drop_header();
            header_ += bytes_of(mark);
            if (mark.kinds & kMarkChannel) channel_at_ = header_.size();
        } else {
            drop_header();
            writer_->format(bytes_of(mark));
        }
        marked_ = true;
    }

    void finish() override {
        if (in_body_ || header_.empty()) return;
        if (marked_) {
            writer_->format(header_);
        } else {
            writer_->text(SpanKind::answer, header_);  // no mark at all: it was no header
        }
        header_.clear();
    }

    [[nodiscard]] bool in_thought() const noexcept override { return in_body_ && kind_ == SpanKind::thought; }
    [[nodiscard]] bool ends_turn(bool listed, uint32_t kinds) const noexcept override {
        if (kinds & kMarkMessageEnd) return in_body_ && final_;
        return listed || (kinds & kMarkTurnEnd) != 0;
    }

  private:
    /// analysis is thought, anything with a recipient is a tool call, the rest is for the reader.
    [[nodiscard]] SpanKind kind_of_header() {
        const std::string_view header = header_;
        const std::string_view channel = channel_at_ == std::string::npos ? std::string_view() : header.substr(channel_at_);
        final_ = channel.starts_with("final");
        const size_t recipient = header.find("to=");
        if (recipient != std::string_view::npos && (recipient == 0 || header[recipient - 1] == ' ' || header[recipient - 1] == '>')) {
            return SpanKind::tool;
        }
        return channel.starts_with("analysis") ? SpanKind::thought : SpanKind::answer;
    }

    void begin_body(SpanKind kind) {
        writer_->end_span();
        in_body_ = true;
        kind_ = kind;
    }

    void end_body() {
        writer_->end_span();
        if (kind_ == SpanKind::thought) writer_->thought_closed(ClosedBy::nobody);
        in_body_ = false;
        final_ = false;
    }

    void body_text(std::string_view bytes) {
        thought_seen_ |= kind_ == SpanKind::thought;
        writer_->text(kind_, bytes);
    }

    void drop_header() {
        writer_->format(header_);
        header_.clear();
        channel_at_ = std::string::npos;
    }

    bool in_body_ = false;
    bool final_ = false;   // the message is on the final channel
    bool marked_ = false;  // some control token has come
    SpanKind kind_ = SpanKind::answer;
    std::string header_;
    size_t channel_at_ = std::string::npos;  // where the channel's name begins in header_
};

}  // namespace

std::unique_ptr<SpanMachine> make_harmony_machine(const ReasoningProfile& profile, bool start_in_thought) {
    return std::make_unique<HarmonyMachine>(profile, start_in_thought);
}

}  // namespace soliloquy
