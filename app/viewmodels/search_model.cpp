/// app/viewmodels/search_model.cpp: asks the index once the typing rests.
#include "app/viewmodels/search_model.h"

#include "app/markdown/rich_text.h"

namespace soliloquy {

SearchModel::SearchModel(store::ConversationStore& store, QObject* parent) : QAbstractListModel(parent), store_(store) {
    wait_.setSingleShot(true);
    wait_.setInterval(kWaitMs);
    connect(&wait_, &QTimer::timeout, this, &SearchModel::search);
}

void SearchModel::setQuery(const QString& query) {
    if (query == query_) return;
    query_ = query;
    Q_EMIT queryChanged();
    if (query_.trimmed().isEmpty())
        search();
    else
        wait_.start();
}

void SearchModel::setScope(const QString& scope) {
    if (scope == scope_) return;
    scope_ = scope;
    Q_EMIT scopeChanged();
    search();
}

void SearchModel::search() {
    wait_.stop();
    beginResetModel();
    hits_.clear();
    if (!query_.trimmed().isEmpty()) {
        const store::SearchScope scope = scope_ == u"answers"    ? store::SearchScope::answers
                                         : scope_ == u"thoughts" ? store::SearchScope::thoughts
                                                                 : store::SearchScope::everything;
        auto found = store_.search(query_.toStdString(), scope, 50);
        if (found.ok()) hits_ = std::move(found.value());
    }
    endResetModel();
    Q_EMIT countChanged();
}

int SearchModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : count(); }

QVariant SearchModel::data(const QModelIndex& at, int role) const {
    if (!at.isValid() || at.row() >= count()) return {};
    const store::SearchHit& hit = hits_[static_cast<size_t>(at.row())];
    switch (role) {
        case ConversationRole:
            return static_cast<qlonglong>(hit.conversation);
        case MessageRole:
            return static_cast<qlonglong>(hit.message);
        case TitleRole:
            return hit.title.empty() ? tr("New chat") : QString::fromStdString(hit.title);
        case PlainRole:
            return QString::fromStdString(hit.snippet);
        case SnippetRole: {
            std::string out;
            size_t at_byte = 0;
            const std::string_view text = hit.snippet;
            for (const auto& [begin, end] : hit.marks) {
                if (begin < at_byte || end > text.size() || end < begin) continue;
                out += markdown::escape(text.substr(at_byte, begin - at_byte)) + "<b>" + markdown::escape(text.substr(begin, end - begin)) +
                       "</b>";
                at_byte = end;
            }
            return QString::fromStdString(out + markdown::escape(text.substr(at_byte)));
        }
        case WhereRole:
            if (hit.kind == store::PartKind::reasoning) return tr("Thought");
            return hit.role == store::Role::user ? tr("Question") : tr("Answer");
        default:
            return {};
    }
}

QHash<int, QByteArray> SearchModel::roleNames() const {
    return {{ConversationRole, "conversation"}, {MessageRole, "message"}, {TitleRole, "title"},
            {SnippetRole, "snippet"},           {PlainRole, "plain"},     {WhereRole, "where"}};
}

}  // namespace soliloquy
