/// app/chat/message_view.h: a message as the window shows it.
#pragma once

#include <QString>
#include <QVector>
#include <vector>

#include "app/store/records.h"
#include "engine/engine.h"

namespace soliloquy {

struct PartView {
    store::PartKind kind = store::PartKind::text;
    QString text{};
    bool open = false;     ///< text may still be appended
    uint32_t origins = 0;  ///< store::origin_bit(): edited or forced text is marked
    uint32_t token_begin = 0, token_end = 0;
};

struct MessageView {
    store::MessageId id = 0;
    store::Role role = store::Role::user;
    store::MessageStatus status = store::MessageStatus::finished;
    store::ClosedBy thought_closed_by = store::ClosedBy::nobody;
    QVector<PartView> parts{};
    store::Counters counters{};  ///< live while streaming; thought_ms and answer_ms run on the injected clock
    QString model_name{};
    qint64 created_ms = 0;  ///< Unix time
    bool saved = true;      ///< false while the store refuses the end of what was written
    int sibling_index = 0, sibling_count = 1;
    /// What the amber bar, the menu and the Retry button go by.
    bool can_continue_thinking = false;  ///< stopped, interrupted or unfinished inside its thought
    bool can_answer_from_here = false;   ///< the same, when the thought can be closed
    bool can_continue_answer = false;    ///< stopped, interrupted or cut in its answer
    bool can_retry = false;              ///< an assistant's that is not being written
};

[[nodiscard]] MessageView view_of(const store::Message& message);
void refresh_abilities(MessageView& view);
/// Parts of one kind, joined by a blank line. An answer's text holds no byte of a thought.
[[nodiscard]] QString text_of(const MessageView& view, store::PartKind kind);
/// What the model is given before the message at `end`: thoughts in `reasoning`, failed answers left out.
[[nodiscard]] std::vector<ChatMessage> history_before(const QVector<MessageView>& messages, int end, const QString& system_prompt);

}  // namespace soliloquy
