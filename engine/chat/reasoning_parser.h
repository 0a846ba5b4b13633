/// engine/chat/reasoning_parser.h: splits a stream of tokens into thought, answer and tool spans, as it arrives.
#pragma once
// Contract used by engine/engine.cpp; the owner of this file completes it:
//   ReasoningParser(const ReasoningProfile&, bool start_in_thought);
//   template <Sink> or std::function-free sink interface:
//   void feed(TokenId id, std::string_view bytes, SpanSink&);   // bytes of the token; control tokens too (with their name)
//   void finish(bool end_of_turn, SpanSink&);                   // flushes held-back text
//   bool in_thought() const; ThoughtStatus status() const; ClosedBy closed_by() const;
//   SpanSink: on_text(Channel, std::string_view utf8_whole, bool begins_span), on_thought_closed(ClosedBy)
// Text that reaches the sink is whole UTF-8 letters (uses tokenizer/utf8_stream.h), invalid bytes become U+FFFD.
