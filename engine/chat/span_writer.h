/// engine/chat/span_writer.h: turns bytes that know their channel into spans of whole UTF-8 letters.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/engine.h"
#include "engine/tokenizer/utf8_stream.h"

namespace soliloquy {

/// Receives the turn taken apart. Every call's text is valid UTF-8 and valid during the call only.
class SpanSink {
  public:
    virtual ~SpanSink() = default;
    virtual void on_text(Channel channel, std::string_view text, bool begins_span) = 0;
    /// A note inside a thought (the budget reflections of Seed-OSS); shown as a thought of its own unless overridden.
    virtual void on_note(std::string_view text, bool begins_span) { on_text(Channel::thought, text, begins_span); }
    virtual void on_thought_closed(ClosedBy /*closed_by*/) {}
    /// Bytes that belong to the format: marks, labels, the whitespace around them. With the texts, in order, they are the whole input.
    virtual void on_format(std::string_view /*bytes*/) {}
};

enum class SpanKind : uint8_t { thought, note, answer, tool };

/// A span begins with its first byte, so an empty one never shows.
class SpanWriter {
  public:
    /// Everything until the next attach() goes to `sink`.
    void attach(SpanSink& sink) { sink_ = &sink; }
    void text(SpanKind kind, char byte) {
        if (kind != kind_ || ended_) begin(kind);
        pending_.push_back(byte);
    }
    void text(SpanKind kind, std::string_view bytes) {
        for (const char byte : bytes) text(kind, byte);
    }
    /// Removed bytes. A letter that they cut is over: it becomes U+FFFD.
    void format(std::string_view bytes);
    /// The next text begins a new span even if its kind is the same.
    void end_span();
    void thought_closed(ClosedBy closed_by);
    /// Hands over every letter that is whole by now.
    void flush();

  private:
    void begin(SpanKind kind);
    void deliver();
    void finish_letter();

    SpanSink* sink_ = nullptr;
    Utf8Stream utf8_;
    std::string pending_;  // bytes of the current span not yet decoded
    std::string whole_;    // letters to hand over; a member so that it keeps its memory
    SpanKind kind_ = SpanKind::answer;
    bool ended_ = true;
    bool begins_ = false;
};

}  // namespace soliloquy
