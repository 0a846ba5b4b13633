/// app/viewmodels/conversation_list_model.h: the sidebar: conversations by section, and what can be done with one.
#pragma once

#include <QAbstractListModel>
#include <QTimer>
#include <vector>

#include "app/chat/chat_session.h"

namespace soliloquy {

class ConversationListModel : public QAbstractListModel {
    Q_OBJECT
    Q_PROPERTY(int count READ count NOTIFY countChanged)
    Q_PROPERTY(qlonglong current READ current NOTIFY currentChanged)
    /// Title of the conversation that was deleted last and can still be brought back; empty when there is none.
    Q_PROPERTY(QString deletedTitle READ deletedTitle NOTIFY deletedChanged)
    Q_PROPERTY(bool canUndo READ canUndo NOTIFY deletedChanged)

  public:
    enum Role { IdRole = Qt::UserRole + 1, TitleRole, SectionRole, PinnedRole, WritingRole };
    static constexpr int kUndoMs = 8000;

    ConversationListModel(ChatSession& session, store::ConversationStore& store, const Clock& clock, QObject* parent = nullptr);
    ~ConversationListModel() override;

    [[nodiscard]] int count() const { return static_cast<int>(rows_.size()); }
    [[nodiscard]] qlonglong current() const { return session_.conversation(); }
    [[nodiscard]] QString deletedTitle() const { return deleted_title_; }
    [[nodiscard]] bool canUndo() const { return deleted_ != 0; }
    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;

    Q_INVOKABLE void open(qlonglong id);
    Q_INVOKABLE void rename(qlonglong id, const QString& title);
    Q_INVOKABLE void setPinned(qlonglong id, bool pinned);
    Q_INVOKABLE void remove(qlonglong id);
    Q_INVOKABLE void undoRemove();
    Q_INVOKABLE int rowOf(qlonglong id) const;
    Q_INVOKABLE void reload();

  Q_SIGNALS:
    void countChanged();
    void currentChanged();
    void deletedChanged();

  private:
    void purge();
    [[nodiscard]] QString section_of(const store::Conversation& conversation) const;

    ChatSession& session_;
    store::ConversationStore& store_;
    const Clock& clock_;
    std::vector<store::Conversation> rows_;
    QTimer undo_timer_;
    store::ConversationId deleted_ = 0;
    QString deleted_title_;
};

}  // namespace soliloquy
