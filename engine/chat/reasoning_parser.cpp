/// engine/chat/reasoning_parser.cpp: splits a stream of tokens into thought, answer and tool spans, as it arrives.
#include "engine/chat/reasoning_parser.h"

#include <algorithm>

#include "engine/chat/span_machine.h"

namespace soliloquy {

ReasoningParser::ReasoningParser(const ReasoningProfile& profile, bool start_in_thought) : profile_(&profile), matcher_(profile.marks) {
    const bool harmony = profile.family != nullptr && profile.family->harmony;
    start_in_thought = start_in_thought && profile.can_think();
    machine_ = harmony ? make_harmony_machine(profile, start_in_thought) : make_tag_machine(profile, start_in_thought);
}

ReasoningParser::ReasoningParser(ReasoningParser&&) noexcept = default;
ReasoningParser& ReasoningParser::operator=(ReasoningParser&&) noexcept = default;
ReasoningParser::~ReasoningParser() = default;

void ReasoningParser::feed(TokenId id, std::string_view bytes, SpanSink& sink, ClosedBy closer) {
    writer_.attach(sink);
    machine_->attach(writer_, closer);
    if (profile_->marks.uses_token(id)) {
        matcher_.push(kFirstTokenSymbol + id, *machine_);
    } else if (std::binary_search(profile_->turn_ends.begin(), profile_->turn_ends.end(), id)) {
        matcher_.finish(*machine_);
        machine_->on_silent(bytes);
    } else {
        for (const char byte : bytes) matcher_.push(static_cast<unsigned char>(byte), *machine_);
    }
    writer_.flush();
}

void ReasoningParser::finish(bool end_of_turn, SpanSink& sink) {
    writer_.attach(sink);
    machine_->attach(writer_, ClosedBy::nobody);
    matcher_.finish(*machine_);
    machine_->finish();
    writer_.flush();
    if (end_of_turn) writer_.end_span();
}

bool ReasoningParser::in_thought() const noexcept { return machine_->in_thought(); }

ThoughtStatus ReasoningParser::status() const noexcept {
    if (machine_->in_thought()) return ThoughtStatus::unfinished;
    return machine_->thought_seen() ? ThoughtStatus::finished : ThoughtStatus::none;
}

ClosedBy ReasoningParser::closed_by() const noexcept { return machine_->closed_by(); }

bool ReasoningParser::ends_turn(TokenId id) const noexcept {
    const bool listed = std::binary_search(profile_->turn_ends.begin(), profile_->turn_ends.end(), id);
    return machine_->ends_turn(listed, profile_->marks.kinds_of_token(id));
}

}  // namespace soliloquy
