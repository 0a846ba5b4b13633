/// app/chat/chat_session.cpp: what is on the desk: the conversations, their settings, branches and texts.
#include "app/chat/chat_session.h"

#include <random>
#include <utility>

#include "app/chat/generation_worker.h"

namespace soliloquy {
namespace {

constexpr int64_t kUndoOutlivesCrashMs = 3'600'000;

}  // namespace

const char* chat_state_name(ChatState state) noexcept {
    switch (state) {
        case ChatState::idle:
            return "idle";
        case ChatState::loading_model:
            return "loading_model";
        case ChatState::reading_prompt:
            return "reading_prompt";
        case ChatState::thinking:
            return "thinking";
        case ChatState::answering:
            return "answering";
        case ChatState::stopping:
            return "stopping";
        case ChatState::error:
            return "error";
    }
    return "idle";
}

uint64_t random_seed() {
    std::random_device source;
    return (static_cast<uint64_t>(source()) << 32) | source();
}

ChatSession::ChatSession(Setup setup, QObject* parent) : QObject(parent), setup_(std::move(setup)) {
    worker_ = std::make_unique<GenerationWorker>(
        setup_.open_engine, *setup_.clock, this,
        GenerationWorker::Handlers{.load_began = [this] { load_began(); },
                                   .load_ended = [this](const Result<ModelInfo>& loaded) { load_ended(loaded); },
                                   .generation_ended = [this](const GenerationEnd& end) { finish_turn(end); }});
    load_ = setup_.load;
    worker_->set_model(setup_.model, load_);
    flush_timer_.setInterval(setup_.flush_interval_ms);
    flush_timer_.setTimerType(Qt::PreciseTimer);
    connect(&flush_timer_, &QTimer::timeout, this, &ChatSession::flush);
    save_timer_.setInterval(setup_.save_again_interval_ms);
    connect(&save_timer_, &QTimer::timeout, this, &ChatSession::save_unsaved);
    // What was deleted before the last exit was purged then; this is for an exit that was a crash.
    (void)setup_.store->purge_removed(setup_.clock->unix_ms() - kUndoOutlivesCrashMs);
    new_conversation();
}

ChatSession::~ChatSession() {
    blockSignals(true);
    flush_timer_.stop();
    worker_->shut_down();
    if (turn_.message != 0) {
        flush();
        keep_unsaved({.status = store::MessageStatus::interrupted,
                      .thought_closed_by = live().thought_closed_by,
                      .counters = live().counters,
                      .now = setup_.clock->unix_ms()});
        turn_ = {};
    }
    (void)save_unsaved();
    purge_deleted();
}

bool ChatSession::busy() const noexcept { return state_ != ChatState::idle && state_ != ChatState::error; }

int ChatSession::index_of(store::MessageId id) const noexcept {
    for (qsizetype i = messages_.size(); id != 0 && i-- > 0;) {
        if (messages_[i].id == id) return static_cast<int>(i);
    }
    return -1;
}

const MessageView* ChatSession::find(store::MessageId id) const noexcept {
    const int index = index_of(id);
    return index < 0 ? nullptr : &messages_[index];
}

void ChatSession::set_state(ChatState state) {
    if (state_ == state) return;
    state_ = state;
    busy() ? flush_timer_.start() : flush_timer_.stop();
    Q_EMIT state_changed();
}

void ChatSession::report(const store::StoreError& error) {
    Q_EMIT trouble(tr("The conversation could not be saved or read."), QString::fromStdString(error.message));
}

// ---------------------------------------------------------------- conversations

void ChatSession::new_conversation() {
    park_live();
    conversation_ = 0;
    title_.clear();
    messages_.clear();
    settings_ = settings_of_new_conversation();
    Q_EMIT conversation_opened();
    Q_EMIT messages_reset();
    Q_EMIT settings_changed();
    update_context_meter({});
}

bool ChatSession::open_conversation(store::ConversationId id) {
    (void)save_unsaved();  // so that the store has all of it, if it can
    const auto conversation = setup_.store->conversation(id);
    if (!conversation.ok()) {
        report(conversation.error());
        return false;
    }
    show_conversation(*conversation);
    return true;
}

void ChatSession::show_conversation(const store::Conversation& conversation) {
    conversation_ = conversation.id;
    title_ = QString::fromStdString(conversation.title);
    settings_ = ChatSettings::from_json(conversation.settings);
    reload_messages();
    Q_EMIT conversation_opened();
    Q_EMIT messages_reset();
    Q_EMIT settings_changed();
    update_context_meter({});
}

bool ChatSession::reload_messages() {
    const auto path = setup_.store->active_path(conversation_);
    if (!path.ok()) {
        report(path.error());
        return false;
    }
    park_live();
    messages_.clear();
    messages_.reserve(static_cast<qsizetype>(path->size()));
    for (const store::Message& message : *path) messages_.push_back(view_of(message));
    unpark_live();
    return true;
}

MessageView& ChatSession::live() {
    const int index = index_of(turn_.message);
    return index < 0 ? parked_ : messages_[index];
}

void ChatSession::park_live() {
    if (const int index = index_of(turn_.message); index >= 0) parked_ = std::move(messages_[index]);
}

void ChatSession::unpark_live() {
    const int index = index_of(turn_.message);
    if (index < 0 || parked_.id != turn_.message) return;
    parked_.sibling_index = messages_[index].sibling_index;
    parked_.sibling_count = messages_[index].sibling_count;
    messages_[index] = std::move(parked_);
    parked_ = {};
}

void ChatSession::rename_conversation(store::ConversationId id, const QString& title) {
    const QString clean = title.simplified();
    if (clean.isEmpty()) return;
    if (const auto renamed = setup_.store->rename(id, clean.toStdString(), true); !renamed.ok()) return report(renamed.error());
    if (id == conversation_) title_ = clean;
    Q_EMIT conversations_changed();
}

void ChatSession::set_pinned(store::ConversationId id, bool pinned) {
    if (const auto done = setup_.store->set_pinned(id, pinned); !done.ok()) return report(done.error());
    Q_EMIT conversations_changed();
}

void ChatSession::delete_conversation(store::ConversationId id) {
    if (turn_.conversation == id) stop();
    if (const auto removed = setup_.store->remove_conversation(id, setup_.clock->unix_ms()); !removed.ok()) return report(removed.error());
    if (id == conversation_) new_conversation();
    Q_EMIT conversations_changed();
}

void ChatSession::undo_delete(store::ConversationId id) {
    if (const auto restored = setup_.store->restore_conversation(id); !restored.ok()) return report(restored.error());
    Q_EMIT conversations_changed();
}

void ChatSession::purge_deleted() {
    if (turn_.message != 0) return;  // it may belong to one of them; the exit purges again
    if (const auto purged = setup_.store->purge_removed(setup_.clock->unix_ms() + 1); !purged.ok()) report(purged.error());
}

void ChatSession::set_settings(const ChatSettings& settings) {
    const ChatSettings before = std::exchange(settings_, settings);
    if (conversation_ == 0) {
        keep_for_new_conversations(before, settings);
    } else if (const auto saved = setup_.store->set_settings(conversation_, settings.to_json()); !saved.ok()) {
        report(saved.error());
    }
    Q_EMIT settings_changed();
}

void ChatSession::save_draft(const QString& text) {
    if (const auto saved = setup_.store->save_draft(conversation_, text.toStdString()); !saved.ok()) report(saved.error());
}

QString ChatSession::draft() const {
    const auto text = setup_.store->draft(conversation_);
    return text.ok() ? QString::fromStdString(*text) : QString();
}

// ---------------------------------------------------------------- branches and texts

bool ChatSession::switch_branch(store::MessageId message, int sibling_index) {
    const auto siblings = setup_.store->siblings(message);
    if (!siblings.ok() || sibling_index < 0 || sibling_index >= static_cast<int>(siblings->size())) return false;
    const auto activated = setup_.store->activate((*siblings)[static_cast<size_t>(sibling_index)]);
    if (!activated.ok()) {
        report(activated.error());
        return false;
    }
    if (!reload_messages()) return false;
    Q_EMIT messages_reset();
    update_context_meter({});
    return true;
}

bool ChatSession::forget_thought(store::MessageId assistant) {
    if (assistant == turn_.message) return false;
    const auto forgotten = setup_.store->forget_thought(assistant);
    if (!forgotten.ok()) report(forgotten.error());
    if (reload_messages()) Q_EMIT messages_reset();
    return forgotten.ok();
}

QString ChatSession::answer_text(store::MessageId id) const {
    const MessageView* view = find(id);
    return view == nullptr ? QString() : text_of(*view, store::PartKind::text);
}

QString ChatSession::thought_text(store::MessageId id) const {
    const MessageView* view = find(id);
    return view == nullptr ? QString() : text_of(*view, store::PartKind::reasoning);
}

void ChatSession::update_context_meter(const QString& draft) {
    if (!model_info_ || turn_.message != 0) return;
    GenerateRequest request = request_before(static_cast<int>(messages_.size()));
    if (!draft.isEmpty()) request.messages.push_back({.role = Role::user, .content = draft.toStdString(), .reasoning = {}});
    if (request.messages.empty()) {
        context_meter_ = {.used = 0, .length = model_info_->context_length, .known = true};
        Q_EMIT context_meter_changed();
        return;
    }
    worker_->preview(request, [this](const Result<PromptPreview>& preview) {
        if (!model_info_ || !preview.ok()) return;
        context_meter_ = {.used = preview->tokens, .length = model_info_->context_length, .known = true};
        Q_EMIT context_meter_changed();
    });
}

void ChatSession::request_preview() {
    if (!model_info_) return;
    worker_->preview(request_before(static_cast<int>(messages_.size())), [this](const Result<PromptPreview>& preview) {
        if (preview.ok())
            Q_EMIT preview_ready(QString::fromStdString(preview->text), preview->tokens);
        else
            Q_EMIT preview_failed(QString::fromStdString(preview.error().message));
    });
}

}  // namespace soliloquy
