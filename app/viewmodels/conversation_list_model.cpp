/// app/viewmodels/conversation_list_model.cpp: reads the list again after every change and moves only the rows that moved.
#include "app/viewmodels/conversation_list_model.h"

#include <QDateTime>
#include <algorithm>

namespace soliloquy {

ConversationListModel::ConversationListModel(ChatSession& session, store::ConversationStore& store, const Clock& clock, QObject* parent)
    : QAbstractListModel(parent), session_(session), store_(store), clock_(clock) {
    connect(&session, &ChatSession::conversations_changed, this, &ConversationListModel::reload);
    connect(&session, &ChatSession::conversation_opened, this, &ConversationListModel::currentChanged);
    connect(&session, &ChatSession::state_changed, this, [this] {
        if (count() > 0) Q_EMIT dataChanged(index(0), index(count() - 1), {WritingRole});
    });
    undo_timer_.setSingleShot(true);
    undo_timer_.setInterval(kUndoMs);
    connect(&undo_timer_, &QTimer::timeout, this, &ConversationListModel::purge);
    reload();
}

ConversationListModel::~ConversationListModel() = default;

void ConversationListModel::reload() {
    auto listed = store_.conversations();
    if (!listed.ok()) return;
    std::vector<store::Conversation>& now = listed.value();
    const auto same = [](store::ConversationId id) { return [id](const store::Conversation& c) { return c.id == id; }; };
    for (int row = count() - 1; row >= 0; --row) {
        if (std::any_of(now.begin(), now.end(), same(rows_[static_cast<size_t>(row)].id))) continue;
        beginRemoveRows({}, row, row);
        rows_.erase(rows_.begin() + row);
        endRemoveRows();
    }
    for (int row = 0; row < static_cast<int>(now.size()); ++row) {
        store::Conversation& wanted = now[static_cast<size_t>(row)];
        const auto found = std::find_if(rows_.begin() + std::min(row, count()), rows_.end(), same(wanted.id));
        if (found == rows_.end()) {
            beginInsertRows({}, row, row);
            rows_.insert(rows_.begin() + row, wanted);
            endInsertRows();
            continue;
        }
        const int from = static_cast<int>(found - rows_.begin());
        if (from != row) {
            beginMoveRows({}, from, from, {}, row);
            std::rotate(rows_.begin() + row, found, found + 1);
            endMoveRows();
        }
        rows_[static_cast<size_t>(row)] = wanted;
    }
    if (count() > 0) Q_EMIT dataChanged(index(0), index(count() - 1));
    Q_EMIT countChanged();
    Q_EMIT currentChanged();
}

int ConversationListModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : count(); }

QVariant ConversationListModel::data(const QModelIndex& at, int role) const {
    if (!at.isValid() || at.row() >= count()) return {};
    const store::Conversation& row = rows_[static_cast<size_t>(at.row())];
    switch (role) {
        case IdRole:
            return static_cast<qlonglong>(row.id);
        case TitleRole:
            return row.title.empty() ? tr("New chat") : QString::fromStdString(row.title);
        case SectionRole:
            return section_of(row);
        case PinnedRole:
            return row.pinned;
        case WritingRole:
            return session_.busy() && session_.streaming_conversation() == row.id;
        default:
            return {};
    }
}

QString ConversationListModel::section_of(const store::Conversation& conversation) const {
    if (conversation.pinned) return tr("Pinned");
    const QDate today = QDateTime::fromMSecsSinceEpoch(clock_.unix_ms()).date();
    const qint64 days = QDateTime::fromMSecsSinceEpoch(conversation.updated).date().daysTo(today);
    return days <= 0 ? tr("Today") : days <= 7 ? tr("Last week") : tr("Older");
}

QHash<int, QByteArray> ConversationListModel::roleNames() const {
    return {{IdRole, "conversation"}, {TitleRole, "title"}, {SectionRole, "group"}, {PinnedRole, "pinned"}, {WritingRole, "writing"}};
}

void ConversationListModel::open(qlonglong id) {
    if (id != session_.conversation()) (void)session_.open_conversation(id);
}

void ConversationListModel::rename(qlonglong id, const QString& title) {
    if (!title.trimmed().isEmpty()) session_.rename_conversation(id, title.trimmed());
}

void ConversationListModel::setPinned(qlonglong id, bool pinned) { session_.set_pinned(id, pinned); }

void ConversationListModel::remove(qlonglong id) {
    const int row = rowOf(id);
    if (row < 0) return;
    if (deleted_ != 0) purge();
    deleted_title_ = data(index(row), TitleRole).toString();
    deleted_ = id;
    session_.delete_conversation(id);
    undo_timer_.start();
    Q_EMIT deletedChanged();
}

void ConversationListModel::undoRemove() {
    if (deleted_ == 0) return;
    undo_timer_.stop();
    session_.undo_delete(deleted_);
    (void)session_.open_conversation(deleted_);
    deleted_ = 0;
    Q_EMIT deletedChanged();
}

void ConversationListModel::purge() {
    undo_timer_.stop();
    deleted_ = 0;
    session_.purge_deleted();
    Q_EMIT deletedChanged();
}

int ConversationListModel::rowOf(qlonglong id) const {
    for (int row = 0; row < count(); ++row)
        if (rows_[static_cast<size_t>(row)].id == id) return row;
    return -1;
}

}  // namespace soliloquy
