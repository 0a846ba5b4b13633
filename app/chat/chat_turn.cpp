/// app/chat/chat_turn.cpp: a turn's beginning and end: send, regenerate, edit, continue, stop, finish.
#include "app/chat/chat_session.h"
#include "app/chat/conversation_title.h"
#include "app/chat/generation_worker.h"

namespace soliloquy {
namespace {

store::MessageStatus status_of(const GenerationResult& result) {
    using store::MessageStatus;
    switch (result.finish) {
        case FinishReason::stopped:
            return MessageStatus::stopped;
        case FinishReason::error:
            return MessageStatus::error;
        case FinishReason::end_of_turn:
            break;
        case FinishReason::max_tokens:
        case FinishReason::context_full:
            return result.thought == ThoughtStatus::unfinished ? MessageStatus::unfinished : MessageStatus::cut;
    }
    return result.thought == ThoughtStatus::unfinished ? MessageStatus::unfinished : MessageStatus::finished;
}

/// The content of a message that is not an error note.
bool has_content(const MessageView& view) {
    for (const PartView& part : view.parts) {
        if (part.kind != store::PartKind::error) return true;
    }
    return false;
}

}  // namespace

GenerateRequest ChatSession::request_before(int index) const {
    GenerateRequest request;
    request.messages = history_before(messages_, index, settings_.system_prompt);
    if (settings_.thinking != ThinkingMode::automatic) request.thinking = settings_.thinking == ThinkingMode::on;
    request.keep_past_thoughts = settings_.keep_past_thoughts;
    request.sampling = settings_.sampling;
    // A seed that the user chose asks for the same answer again; without one every answer is drawn anew.
    request.repeatable = settings_.sampling.seed != 0;
    if (!request.repeatable) request.sampling.seed = setup_.draw_seed();
    request.max_tokens = settings_.max_tokens;
    return request;
}

bool ChatSession::send(const QString& text) {
    if (!can_begin() || text.trimmed().isEmpty()) return false;
    return begin_turn(messages_.isEmpty() ? 0 : messages_.back().id, text);
}

bool ChatSession::begin_turn(store::MessageId parent, const std::optional<QString>& question, bool keeps_draft) {
    const qint64 now = setup_.clock->unix_ms();
    store::TurnStart start{.conversation = conversation_, .parent = parent, .keeps_draft = keeps_draft, .now = now};
    if (question) start.question = question->toStdString();
    const auto known_name = model_names_.find(setup_.model);
    start.model_name = known_name != model_names_.end() ? known_name->second : setup_.model.stem().string();
    if (conversation_ == 0) {
        start.new_conversation = store::Conversation{.title = question ? title_from(*question).toStdString() : std::string(),
                                                     .created = now,
                                                     .updated = now,
                                                     .model = setup_.model.string(),
                                                     .settings = settings_.to_json()};
    }
    const auto turn = setup_.store->begin_turn(start);
    if (!turn.ok()) {
        report(turn.error());
        return false;
    }
    const bool is_new = conversation_ == 0;
    const bool is_next = messages_.isEmpty() || messages_.back().id == parent;
    conversation_ = turn->conversation;
    if (is_new) title_ = QString::fromStdString(start.new_conversation->title);
    turn_ = {.message = turn->assistant, .conversation = conversation_, .question = parent == 0 && question ? *question : QString()};
    parked_ = {};
    if (is_next) {
        for (const store::MessageId id : {turn->user, turn->assistant}) {
            const auto message = id == 0 ? store::StoreResult<store::Message>(store::Message{}) : setup_.store->message(id);
            if (!message.ok() || message->id == 0) continue;
            messages_.push_back(view_of(*message));
            Q_EMIT message_added(static_cast<int>(messages_.size()) - 1);
        }
    } else if (reload_messages()) {
        Q_EMIT messages_reset();
    }
    if (is_new) Q_EMIT conversation_opened();
    Q_EMIT conversations_changed();
    generate(request_before(index_of(turn_.message)), false);
    return true;
}

void ChatSession::generate(const GenerateRequest& request, bool ends_in_thought) {
    pending_ = {};
    last_checkpoint_ = std::chrono::steady_clock::now();
    prompt_progress_ = {};
    set_state(model_info_ ? ChatState::reading_prompt : ChatState::loading_model);
    worker_->generate(request, ends_in_thought);
}

bool ChatSession::regenerate(store::MessageId assistant) {
    const MessageView* view = find(assistant);
    const int index = index_of(assistant);
    if (!can_begin() || view == nullptr || !view->can_retry || index < 1) return false;
    return begin_turn(messages_[index - 1].id, std::nullopt);
}

bool ChatSession::edit(store::MessageId user, const QString& text) {
    const int index = index_of(user);
    if (!can_begin() || index < 0 || messages_[index].role != store::Role::user || text.trimmed().isEmpty()) return false;
    return begin_turn(index == 0 ? 0 : messages_[index - 1].id, text, true);
}

bool ChatSession::retry(store::MessageId assistant) {
    const MessageView* view = find(assistant);
    if (!can_begin() || view == nullptr || !view->can_retry) return false;
    return has_content(*view) ? regenerate(assistant) : resume(assistant, false);
}

bool ChatSession::continue_thinking(store::MessageId assistant) {
    const MessageView* view = find(assistant);
    return can_begin() && view != nullptr && view->can_continue_thinking && resume(assistant, false);
}

bool ChatSession::answer_from_here(store::MessageId assistant) {
    const MessageView* view = find(assistant);
    return can_begin() && view != nullptr && view->can_answer_from_here && resume(assistant, true);
}

bool ChatSession::continue_answer(store::MessageId assistant) {
    const MessageView* view = find(assistant);
    return can_begin() && view != nullptr && view->can_continue_answer && resume(assistant, false);
}

bool ChatSession::resume(store::MessageId assistant, bool close_thought) {
    const auto tokens = setup_.store->tokens(assistant);
    if (!tokens.ok()) {
        report(tokens.error());
        return false;
    }
    if (const auto resumed = setup_.store->resume_stream(assistant); !resumed.ok()) {
        report(resumed.error());
        return false;
    }
    const int index = index_of(assistant);
    MessageView& view = messages_[index];
    view.status = store::MessageStatus::streaming;
    view.parts.removeIf([](const PartView& part) { return part.kind == store::PartKind::error; });
    if (tokens->empty()) view.counters = {};
    refresh_abilities(view);
    const bool in_thought =
        !view.parts.isEmpty() && view.parts.back().kind == store::PartKind::reasoning && view.thought_closed_by == store::ClosedBy::nobody;
    turn_ = {.message = assistant,
             .conversation = conversation_,
             .resumed = !tokens->empty(),
             .joins_last_part = !tokens->empty(),
             .time_base_ms = tokens->empty() ? 0 : tokens->time_ms.back(),
             .tokens_before = static_cast<uint32_t>(tokens->size())};
    GenerateRequest request = request_before(index);
    request.close_thought = close_thought;
    for (size_t i = 0; i < tokens->size(); ++i) {
        request.continuation.push_back({.id = tokens->id[i], .origin = static_cast<Origin>(tokens->origin[i])});
    }
    Q_EMIT message_changed(index);
    generate(request, in_thought);
    return true;
}

void ChatSession::stop() {
    if (turn_.message == 0 || turn_.stop_asked) return;
    turn_.stop_asked = true;
    worker_->stop();
    set_state(ChatState::stopping);
}

void ChatSession::answer_now() {
    if (state_ != ChatState::thinking) return;
    worker_->close_thought(turn_.close_asked ? Boundary::now : Boundary::line);
    turn_.close_asked = true;
}

void ChatSession::finish_turn(const GenerationEnd& end) {
    if (turn_.message == 0) return;
    flush();
    MessageView& view = live();
    if (!end.result.notice.empty()) Q_EMIT trouble(tr("The GPU failed; the CPU goes on."), QString::fromStdString(end.result.notice));
    std::optional<std::string> error;
    if (end.error) {
        error = end.error->message;
    } else if (end.result.finish == FinishReason::error) {
        error = end.result.error.message;
    }
    view.status = error ? store::MessageStatus::error : status_of(end.result);
    if (end.result.closed_by != ClosedBy::nobody) view.thought_closed_by = static_cast<store::ClosedBy>(end.result.closed_by);
    if (end.result.decode_seconds > 0 && end.result.generated_tokens > 0) {
        view.counters.tokens_per_second = end.result.generated_tokens / end.result.decode_seconds;
    }
    if (end.result.prompt_tokens > 0) view.counters.prompt_tokens = end.result.prompt_tokens;
    if (error) view.parts.push_back({.kind = store::PartKind::error, .text = QString::fromStdString(*error)});
    for (PartView& part : view.parts) part.open = false;

    store::StreamEnd stored_end{.status = view.status,
                                .thought_closed_by = view.thought_closed_by,
                                .counters = view.counters,
                                .error = error,
                                .now = setup_.clock->unix_ms()};
    if (!checkpoint()) {
        keep_unsaved(std::move(stored_end));
    } else if (const auto finished = setup_.store->finish_stream(turn_.message, stored_end); !finished.ok()) {
        report(finished.error());
        keep_unsaved(std::move(stored_end));
    }
    refresh_abilities(view);
    name_conversation(view);
    const store::MessageId message = turn_.message;
    if (const int index = index_of(message); index >= 0) {
        if (error) Q_EMIT part_added(index, static_cast<int>(messages_[index].parts.size()) - 1);
        Q_EMIT message_changed(index);
    }
    turn_ = {};
    parked_ = {};
    set_state(error ? ChatState::error : ChatState::idle);
    Q_EMIT conversations_changed();
    Q_EMIT turn_finished(message);
    update_context_meter({});
}

void ChatSession::name_conversation(const MessageView& answer) {
    if (turn_.question.isEmpty()) return;
    const auto conversation = setup_.store->conversation(turn_.conversation);
    if (!conversation.ok() || conversation->title_by_user) return;
    const QString title = conversation_title(turn_.question, text_of(answer, store::PartKind::text));
    if (title.isEmpty() || title.toStdString() == conversation->title) return;
    if (const auto renamed = setup_.store->rename(turn_.conversation, title.toStdString(), false); !renamed.ok()) {
        return report(renamed.error());
    }
    if (turn_.conversation == conversation_) title_ = title;
}

}  // namespace soliloquy
