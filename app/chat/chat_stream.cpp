/// app/chat/chat_stream.cpp: what the engine thread produced, put on the desk once per flush and into the store once per checkpoint.
#include "app/chat/chat_session.h"
#include "app/chat/generation_worker.h"

namespace soliloquy {
namespace {

store::PartKind kind_of(Channel channel) {
    switch (channel) {
        case Channel::thought:
            return store::PartKind::reasoning;
        case Channel::answer:
            return store::PartKind::text;
        case Channel::tool:
            return store::PartKind::tool_call;
    }
    return store::PartKind::text;
}

}  // namespace

void ChatSession::flush() {
    if (state_ == ChatState::loading_model) {
        const float fraction = worker_->load_fraction();
        if (fraction != load_progress_.fraction) {
            load_progress_.fraction = fraction;
            Q_EMIT load_progress_changed();
        }
    }
    if (turn_.message == 0) return;
    GenerationDelta delta;
    worker_->deltas().take(delta);
    apply(delta);
    update_times(setup_.clock->monotonic_ms());
    if (turn_.phase != Phase::none) notify_live_changed();
    const auto since = std::chrono::steady_clock::now() - last_checkpoint_;
    if (since >= std::chrono::milliseconds(setup_.checkpoint_interval_ms)) (void)checkpoint();
}

void ChatSession::apply(const GenerationDelta& delta) {
    if (delta.empty()) return;
    if (delta.opens_thought) pending_.prompt_opens_thought = *delta.opens_thought;
    if (delta.prompt) {
        prompt_progress_ = *delta.prompt;
        live().counters.prompt_tokens = prompt_progress_.tokens_reused + prompt_progress_.tokens_total;
        if (turn_.phase == Phase::none && !turn_.stop_asked) set_state(ChatState::reading_prompt);
        Q_EMIT prompt_progress_changed();
    }
    if (delta.prompt_read_ms >= 0) {
        turn_.decode_began_ms = delta.prompt_read_ms;
        const MessageView& view = live();
        const bool in_thought =
            turn_.resumed ? !view.parts.isEmpty() && view.parts.back().kind == store::PartKind::reasoning : pending_.prompt_opens_thought;
        enter_phase(in_thought ? Phase::thought : Phase::unknown, delta.prompt_read_ms);
    }
    take_tokens(delta);
    for (const StreamPiece& piece : delta.pieces) {
        if (piece.closes_thought) {
            enter_phase(Phase::answer, piece.at_ms);
            if (!live().parts.isEmpty()) live().parts.back().open = false;
            live().thought_closed_by = turn_.close_asked ? store::ClosedBy::user : store::ClosedBy::model;
            turn_.joins_last_part = false;
        } else {
            enter_phase(piece.channel == Channel::thought ? Phase::thought : Phase::answer, piece.at_ms);
            apply_text(piece);
        }
    }
    if (delta.prompt || !delta.tokens.empty()) {
        context_meter_.used = live().counters.prompt_tokens + live().counters.tokens;
        context_meter_.length = model_info_ ? model_info_->context_length : 0;
        context_meter_.known = model_info_.has_value();
        Q_EMIT context_meter_changed();
    }
}

void ChatSession::take_tokens(const GenerationDelta& delta) {
    if (delta.tokens.empty()) return;
    const size_t first = pending_.tokens.size();
    pending_.tokens.append(delta.tokens);
    for (size_t i = first; i < pending_.tokens.size(); ++i) pending_.tokens.time_ms[i] += turn_.time_base_ms;
    store::Counters& counters = live().counters;
    counters.tokens += static_cast<uint32_t>(delta.tokens.size());
    counters.thought_tokens += delta.thought_tokens;
}

void ChatSession::apply_text(const StreamPiece& piece) {
    const store::PartKind kind = kind_of(piece.channel);
    const QString text = QString::fromUtf8(piece.text.data(), static_cast<qsizetype>(piece.text.size()));
    MessageView& view = live();
    const int index = index_of(turn_.message);
    const bool same_kind = !view.parts.isEmpty() && view.parts.back().kind == kind;
    const bool begins = !same_kind || (piece.begins_span && !turn_.joins_last_part);
    turn_.joins_last_part = false;
    if (begins) {
        if (!view.parts.isEmpty()) view.parts.back().open = false;
        view.parts.push_back({.kind = kind,
                              .text = text,
                              .open = true,
                              .origins = piece.origins,
                              .token_begin = piece.token_begin,
                              .token_end = piece.token_end});
        if (index >= 0) Q_EMIT part_added(index, static_cast<int>(view.parts.size()) - 1);
    } else {
        PartView& part = view.parts.back();
        part.open = true;
        part.text += text;
        part.token_end = piece.token_end;
        part.origins |= piece.origins;
        if (index >= 0) Q_EMIT part_appended(index, static_cast<int>(view.parts.size()) - 1, text);
    }
    auto& runs = pending_.text;
    if (!begins && !runs.empty() && runs.back().kind == kind) {
        runs.back().text += piece.text;
        runs.back().token_end = piece.token_end;
        runs.back().origins |= piece.origins;
    } else {
        runs.push_back({.kind = kind,
                        .begins_part = begins,
                        .text = piece.text,
                        .token_begin = piece.token_begin,
                        .token_end = piece.token_end,
                        .origins = piece.origins});
    }
}

// A phase's time is what its counter held when it began plus the time since: a resumed thought goes on counting, a pause does not count.
void ChatSession::enter_phase(Phase phase, int64_t at_ms) {
    if (turn_.phase != phase) {
        const bool undecided = turn_.phase == Phase::unknown;  // the time since the prompt was read belongs to what comes first
        update_times(at_ms);
        if (!undecided) turn_.phase_began_ms = at_ms;
        turn_.phase = phase;
        const store::Counters& counters = live().counters;
        turn_.phase_base_ms = phase == Phase::thought ? counters.thought_ms : phase == Phase::answer ? counters.answer_ms : 0;
    }
    if (turn_.stop_asked) return;
    set_state(phase == Phase::thought ? ChatState::thinking : phase == Phase::answer ? ChatState::answering : ChatState::reading_prompt);
}

void ChatSession::update_times(int64_t now_ms) {
    store::Counters& counters = live().counters;
    const auto elapsed = static_cast<uint64_t>(std::max<int64_t>(0, now_ms - turn_.phase_began_ms));
    if (turn_.phase == Phase::thought) counters.thought_ms = turn_.phase_base_ms + elapsed;
    if (turn_.phase == Phase::answer) counters.answer_ms = turn_.phase_base_ms + elapsed;
    if (turn_.decode_began_ms >= 0 && now_ms > turn_.decode_began_ms && counters.tokens >= turn_.tokens_before) {
        counters.tokens_per_second = 1000.0 * (counters.tokens - turn_.tokens_before) / static_cast<double>(now_ms - turn_.decode_began_ms);
    }
}

bool ChatSession::checkpoint() {
    last_checkpoint_ = std::chrono::steady_clock::now();
    if (pending_.tokens.empty() && pending_.text.empty()) return true;
    pending_.counters = live().counters;
    const auto appended = setup_.store->append_stream(turn_.message, pending_);
    if (!appended.ok()) {
        if (!store_failed_) report(appended.error());  // once, not at every checkpoint; what is pending is tried again at the next
        store_failed_ = true;
        return false;
    }
    store_failed_ = false;
    pending_.text.clear();
    pending_.tokens.clear();
    return true;
}

void ChatSession::notify_live_changed() {
    if (const int index = index_of(turn_.message); index >= 0) Q_EMIT message_changed(index);
}

}  // namespace soliloquy
