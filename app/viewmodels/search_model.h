/// app/viewmodels/search_model.h: what the search field finds, in answers, thoughts or both.
#pragma once

#include <QAbstractListModel>
#include <QTimer>
#include <vector>

#include "app/store/conversation_store.h"

namespace soliloquy {

class SearchModel : public QAbstractListModel {
    Q_OBJECT
    Q_PROPERTY(QString query READ query WRITE setQuery NOTIFY queryChanged)
    Q_PROPERTY(QString scope READ scope WRITE setScope NOTIFY scopeChanged)  ///< "all", "answers", "thoughts"
    Q_PROPERTY(int count READ count NOTIFY countChanged)

  public:
    enum Role { ConversationRole = Qt::UserRole + 1, MessageRole, TitleRole, SnippetRole, PlainRole, WhereRole };
    static constexpr int kWaitMs = 120;  ///< after the last letter typed

    explicit SearchModel(store::ConversationStore& store, QObject* parent = nullptr);
    [[nodiscard]] QString query() const { return query_; }
    [[nodiscard]] QString scope() const { return scope_; }
    void setQuery(const QString& query);
    void setScope(const QString& scope);
    [[nodiscard]] int count() const { return static_cast<int>(hits_.size()); }
    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;

  Q_SIGNALS:
    void queryChanged();
    void scopeChanged();
    void countChanged();

  private:
    void search();

    store::ConversationStore& store_;
    QString query_, scope_ = QStringLiteral("all");
    QTimer wait_;
    std::vector<store::SearchHit> hits_;
};

}  // namespace soliloquy
