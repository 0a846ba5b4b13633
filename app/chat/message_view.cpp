/// app/chat/message_view.cpp: from the store's rows to what the window shows, and to what the model is given.
#include "app/chat/message_view.h"

namespace soliloquy {

MessageView view_of(const store::Message& message) {
    MessageView view;
    view.id = message.id;
    view.role = message.role;
    view.status = message.status;
    view.thought_closed_by = message.thought_closed_by;
    view.counters = message.counters;
    view.model_name = QString::fromStdString(message.model_name);
    view.created_ms = message.created;
    view.sibling_index = static_cast<int>(message.sibling_index);
    view.sibling_count = static_cast<int>(message.sibling_count);
    for (const store::Part& part : message.parts) {
        view.parts.push_back({.kind = part.kind,
                              .text = QString::fromStdString(part.text),
                              .open = false,
                              .origins = part.origins,
                              .token_begin = part.token_begin,
                              .token_end = part.token_end});
    }
    refresh_abilities(view);
    return view;
}

void refresh_abilities(MessageView& view) {
    using store::MessageStatus;
    view.can_continue_thinking = view.can_answer_from_here = view.can_continue_answer = view.can_retry = false;
    if (view.role != store::Role::assistant || view.status == MessageStatus::streaming) return;
    view.can_retry = true;
    if (view.status == MessageStatus::finished) return;
    for (auto part = view.parts.crbegin(); part != view.parts.crend(); ++part) {
        if (part->kind == store::PartKind::error) continue;
        if (part->token_end == 0) return;  // its tokens were forgotten: there is nothing to go on from
        if (part->kind == store::PartKind::reasoning) {
            view.can_continue_thinking = true;
            view.can_answer_from_here = view.thought_closed_by == store::ClosedBy::nobody;
        } else if (part->kind == store::PartKind::text) {
            view.can_continue_answer = view.status != MessageStatus::unfinished;
        }
        return;
    }
}

QString text_of(const MessageView& view, store::PartKind kind) {
    QString text;
    for (const PartView& part : view.parts) {
        if (part.kind != kind || part.text.isEmpty()) continue;
        if (!text.isEmpty()) text += QStringLiteral("\n\n");
        text += part.text;
    }
    return text;
}

std::vector<ChatMessage> history_before(const QVector<MessageView>& messages, int end, const QString& system_prompt) {
    std::vector<ChatMessage> history;
    if (!system_prompt.trimmed().isEmpty())
        history.push_back({.role = Role::system, .content = system_prompt.toStdString(), .reasoning = {}});
    for (int i = 0; i < end && i < messages.size(); ++i) {
        const MessageView& view = messages[i];
        ChatMessage message;
        message.content = text_of(view, store::PartKind::text).toStdString();
        if (view.role == store::Role::assistant) {
            message.role = Role::assistant;
            message.reasoning = text_of(view, store::PartKind::reasoning).toStdString();
            if (message.content.empty() && message.reasoning.empty()) continue;
        } else if (view.role != store::Role::user) {
            continue;
        }
        // Many templates refuse two questions in a row, which is what a failed answer between them leaves.
        if (message.role == Role::user && !history.empty() && history.back().role == Role::user) {
            history.back().content += "\n\n";
            history.back().content += message.content;
            continue;
        }
        history.push_back(std::move(message));
    }
    return history;
}

}  // namespace soliloquy
