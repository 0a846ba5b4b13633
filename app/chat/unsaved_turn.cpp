/// app/chat/unsaved_turn.cpp: the end of a turn that the store refused (disk full, locked by another program): kept and tried again.
#include "app/chat/chat_session.h"

namespace soliloquy {

void ChatSession::keep_unsaved(store::StreamEnd end) {
    unsaved_ =
        UnsavedTurn{.message = turn_.message, .conversation = turn_.conversation, .chunk = std::move(pending_), .end = std::move(end)};
    pending_ = {};
    live().saved = false;
    save_timer_.start();
}

store::StoreStatus ChatSession::store_unsaved() {
    UnsavedTurn& turn = *unsaved_;
    // Where somebody else took the stream for interrupted, it goes on: otherwise its end would be refused for ever.
    const auto message = setup_.store->message(turn.message);
    if (!message.ok()) return message.error();
    if (message->status != store::MessageStatus::streaming) {
        if (const auto resumed = setup_.store->resume_stream(turn.message); !resumed.ok()) return resumed.error();
    }
    if (!turn.chunk.tokens.empty() || !turn.chunk.text.empty()) {
        turn.chunk.counters = turn.end.counters;
        if (const auto appended = setup_.store->append_stream(turn.message, turn.chunk); !appended.ok()) return appended.error();
        turn.chunk = {};
    }
    return setup_.store->finish_stream(turn.message, turn.end);
}

bool ChatSession::save_unsaved() {
    if (!unsaved_) return true;
    const auto stored = store_unsaved();
    // A conversation that was deleted meanwhile needs nothing any more.
    if (!stored.ok() && stored.error().code != store::StoreErrorCode::not_found) return false;
    const store::MessageId message = unsaved_->message;
    unsaved_.reset();
    save_timer_.stop();
    store_failed_ = false;
    if (const int index = index_of(message); index >= 0) {
        // Opened from the store meanwhile, the message is there only as far as it had been written.
        const bool partial = messages_[index].status == store::MessageStatus::streaming;
        messages_[index].saved = true;
        Q_EMIT message_changed(index);
        if (partial && reload_messages()) Q_EMIT messages_reset();
    }
    Q_EMIT conversations_changed();
    return true;
}

bool ChatSession::can_begin() {
    if (turn_.message != 0) return false;
    if (save_unsaved()) return true;
    Q_EMIT trouble(tr("The last answer is not saved yet."),
                   tr("What it depends on, the disk or another program, still refuses. It is tried again every few seconds; "
                      "nothing is lost while this window is open."));
    return false;
}

}  // namespace soliloquy
