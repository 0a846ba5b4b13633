/// app/viewmodels/message_parts_model.cpp: follows the session's signals row by row.
#include "app/viewmodels/message_parts_model.h"

#include <algorithm>

#include "app/markdown/highlight.h"
#include "app/markdown/plain_text.h"
#include "app/viewmodels/words.h"

namespace soliloquy {

using store::MessageStatus;
using store::PartKind;

namespace {

/// Whether two markers on one level can be of one list: numbers, bullets or boxes.
bool same_list(const std::string& a, const std::string& b) {
    const auto kind = [](const std::string& marker) {
        if (marker.empty()) return 0;
        if (marker[0] >= '0' && marker[0] <= '9') return 1;
        return marker == "☐" || marker == "☑" ? 2 : 3;
    };
    return b.empty() || kind(a) == kind(b);
}

}  // namespace

MessagePartsModel::MessagePartsModel(ChatSession& session, QObject* parent) : QAbstractListModel(parent), session_(session) {
    connect(&session, &ChatSession::messages_reset, this, &MessagePartsModel::reset);
    connect(&session, &ChatSession::message_added, this, &MessagePartsModel::add_message);
    connect(&session, &ChatSession::message_changed, this, &MessagePartsModel::message_changed);
    connect(&session, &ChatSession::part_added, this, &MessagePartsModel::part_added);
    connect(&session, &ChatSession::part_appended, this, [this](int index, int part) { part_appended(index, part); });
    connect(&session, &ChatSession::state_changed, this, [this] {
        if (!messages_.empty() && static_cast<qsizetype>(messages_.size()) == session_.messages().size())
            message_changed(static_cast<int>(messages_.size()) - 1);
    });
    reset();
}

MessagePartsModel::~MessagePartsModel() = default;

// ---------------------------------------------------------------- following the session

void MessagePartsModel::reset() {
    beginResetModel();
    messages_.clear();
    rows_.clear();
    for (int i = 0; i < session_.messages().size(); ++i) {
        messages_.push_back(build(i));
        messages_.back().first_row = count();
        for (Row row : rows_of(i)) rows_.push_back(row);
    }
    endResetModel();
    Q_EMIT countChanged();
}

void MessagePartsModel::add_message(int index) {
    if (index != static_cast<int>(messages_.size())) return reset();
    messages_.push_back(build(index));
    messages_.back().first_row = count();
    const std::vector<Row> added = rows_of(index);
    if (added.empty()) return;
    beginInsertRows({}, count(), count() + static_cast<int>(added.size()) - 1);
    rows_.insert(rows_.end(), added.begin(), added.end());
    endInsertRows();
    Q_EMIT countChanged();
}

/// Comes with every flush while a message is written: the usual case touches the line above the thought and nothing else.
void MessagePartsModel::message_changed(int index) {
    if (index < 0 || index >= static_cast<int>(messages_.size())) return;
    Message& message = messages_[static_cast<size_t>(index)];
    if (!is_live(index)) close_parts(index);
    if (static_cast<int>(message.parts.size()) < view(index).parts.size()) {
        for (int part = static_cast<int>(message.parts.size()); part < view(index).parts.size(); ++part) part_added(index, part);
    }
    if (message.shape != shape_of(index)) return sync(index);
    for (size_t part = message.parts.size(); part-- > 0;) {
        if (message.parts[part].kind != PartKind::reasoning) continue;
        emit_row(row_of(index, static_cast<int>(part), 0), {TitleRole, NoteRole, CanAnswerNowRole, WritingRole});
        break;
    }
    if (message.parts.empty() && is_live(index)) emit_row(message.first_row, {TextRole, NoteRole});
}

void MessagePartsModel::part_added(int index, int part) {
    if (index < 0 || index >= static_cast<int>(messages_.size())) return;
    Message& message = messages_[static_cast<size_t>(index)];
    if (part < static_cast<int>(message.parts.size())) return part_appended(index, part);
    for (Part& before : message.parts) {
        const bool was_open = before.thought && before.thought->live();
        if (before.thought) before.thought->set_live(false);
        if (was_open && before.expanded && !before.held && following_) before.expanded = false;
    }
    message.parts.push_back(build_part(index, part));
    sync(index);
}

void MessagePartsModel::part_appended(int index, int part) {
    if (index < 0 || index >= static_cast<int>(messages_.size())) return;
    if (part >= static_cast<int>(messages_[static_cast<size_t>(index)].parts.size())) return part_added(index, part);
    take_text(index, part);
}

/// Shows the letters of the session's part that are not shown yet.
void MessagePartsModel::take_text(int index, int part_index) {
    Part& part = messages_[static_cast<size_t>(index)].parts[static_cast<size_t>(part_index)];
    const QString& text = view(index).parts[part_index].text;
    if (text.size() <= part.consumed) return;
    const QString added = text.mid(part.consumed);
    part.consumed = text.size();
    if (part.thought) return part.thought->append(added, static_cast<qint64>(view(index).counters.thought_ms));
    if (part.kind != PartKind::text) return sync(index);
    const int first = static_cast<int>(part.markdown.append(added.toStdString()));
    const int now = static_cast<int>(part.markdown.blocks().size());
    const int before = part.blocks_shown;
    const int base = row_of(index, part_index, 0);
    if (before > first) {
        const int last = std::min(before, now) - 1;
        if (last >= first) Q_EMIT dataChanged(this->index(base + first), this->index(base + last));
    }
    if (now == before) return;
    part.blocks_shown = now;
    if (now > before) {
        std::vector<Row> added_rows;
        for (int block = before; block < now; ++block) added_rows.push_back({Kind::block, index, part_index, block});
        beginInsertRows({}, base + before, base + now - 1);
        rows_.insert(rows_.begin() + base + before, added_rows.begin(), added_rows.end());
        endInsertRows();
        if (before > 0) emit_row(base + before - 1, {WritingRole, ContinuedRole});
    } else {
        beginRemoveRows({}, base + now, base + before - 1);
        rows_.erase(rows_.begin() + base + now, rows_.begin() + base + before);
        endRemoveRows();
    }
    shift_first_rows(index + 1, now - before);
    Q_EMIT countChanged();
}

/// The message is finished: what its last block waited for does not come.
void MessagePartsModel::close_parts(int index) {
    Message& message = messages_[static_cast<size_t>(index)];
    bool changed = false;
    for (size_t i = 0; i < message.parts.size(); ++i) {
        Part& part = message.parts[i];
        if (part.closed) continue;
        take_text(index, static_cast<int>(i));
        part.closed = true;
        if (part.thought) part.thought->set_live(false);
        if (part.kind == PartKind::text) {
            part.markdown.finish();
            part.blocks_shown = static_cast<int>(part.markdown.blocks().size());
        }
        changed = true;
    }
    if (changed) sync(index);
}

MessagePartsModel::Message MessagePartsModel::build(int index) const {
    Message message;
    const int parts = static_cast<int>(view(index).parts.size());
    for (int part = 0; part < parts; ++part) message.parts.push_back(build_part(index, part));
    message.shape = 0;
    return message;
}

MessagePartsModel::Part MessagePartsModel::build_part(int index, int part_index) const {
    const PartView& from = view(index).parts[part_index];
    Part part;
    part.kind = from.kind;
    part.consumed = from.text.size();
    const bool live = is_live(index);
    const bool last = part_index + 1 == view(index).parts.size();
    if (from.kind == PartKind::reasoning) {
        part.thought = std::make_unique<ThoughtModel>();
        part.thought->set_line_height(static_cast<int>(22 * scale_));
        part.thought->append(from.text, static_cast<qint64>(view(index).counters.thought_ms));
        part.thought->set_live(live && last);
        part.expanded = live && last ? open_while_thinking_ : view(index).can_continue_thinking;
        part.closed = !live;
    } else if (from.kind == PartKind::text && view(index).role != store::Role::user) {
        part.markdown.append(from.text.toStdString());
        if (!live) part.markdown.finish();
        part.closed = !live;
        part.blocks_shown = static_cast<int>(part.markdown.blocks().size());
    } else {
        part.closed = true;
    }
    return part;
}

std::vector<MessagePartsModel::Row> MessagePartsModel::rows_of(int index) const {
    const Message& message = messages_[static_cast<size_t>(index)];
    std::vector<Row> rows;
    if (view(index).role == store::Role::user) return {{Kind::user, index, 0, 0}};
    for (int part = 0; part < static_cast<int>(message.parts.size()); ++part) {
        const Part& from = message.parts[static_cast<size_t>(part)];
        if (from.kind == PartKind::reasoning) rows.push_back({Kind::thought, index, part, 0});
        if (from.kind == PartKind::error) rows.push_back({Kind::error, index, part, 0});
        for (int block = 0; block < from.blocks_shown; ++block) rows.push_back({Kind::block, index, part, block});
    }
    if (is_live(index)) {
        if (message.parts.empty()) rows.push_back({Kind::waiting, index, 0, 0});
        return rows;
    }
    if (!bar_text(index).isEmpty()) rows.push_back({Kind::bar, index, 0, 0});
    const bool failed = !message.parts.empty() && message.parts.back().kind == PartKind::error && view(index).sibling_count == 1;
    if (!failed && (!rows.empty() || view(index).can_retry)) rows.push_back({Kind::actions, index, 0, 0});
    return rows;
}

/// Makes the rows of a message anew: what its beginning and end share with before stays.
void MessagePartsModel::sync(int index) {
    Message& message = messages_[static_cast<size_t>(index)];
    message.shape = shape_of(index);
    const std::vector<Row> now = rows_of(index);
    const int begin = message.first_row;
    int end = begin;
    while (end < count() && rows_[static_cast<size_t>(end)].message == index) ++end;
    const int before = end - begin, after = static_cast<int>(now.size());
    int head = 0, tail = 0;
    while (head < std::min(before, after) && rows_[static_cast<size_t>(begin + head)] == now[static_cast<size_t>(head)]) ++head;
    while (tail < std::min(before, after) - head &&
           rows_[static_cast<size_t>(end - 1 - tail)] == now[static_cast<size_t>(after - 1 - tail)])
        ++tail;
    if (before - head - tail > 0) {
        beginRemoveRows({}, begin + head, end - tail - 1);
        rows_.erase(rows_.begin() + begin + head, rows_.begin() + end - tail);
        endRemoveRows();
    }
    if (after - head - tail > 0) {
        beginInsertRows({}, begin + head, begin + after - tail - 1);
        rows_.insert(rows_.begin() + begin + head, now.begin() + head, now.end() - tail);
        endInsertRows();
    }
    if (before != after) shift_first_rows(index + 1, after - before);
    const int first_new = std::max(begin, begin + head - 1);  // the row above new ones ends differently
    for (int row = begin; row < first_new; ++row)
        if (rows_[static_cast<size_t>(row)].kind != Kind::block) Q_EMIT dataChanged(this->index(row), this->index(row));
    if (after > 0) Q_EMIT dataChanged(this->index(first_new), this->index(begin + after - 1));
    Q_EMIT countChanged();
}

void MessagePartsModel::shift_first_rows(int from, int by) {
    for (size_t i = static_cast<size_t>(from); i < messages_.size(); ++i) messages_[i].first_row += by;
}

int MessagePartsModel::row_of(int index, int part, int block) const {
    const Message& message = messages_[static_cast<size_t>(index)];
    int row = message.first_row;
    for (int i = 0; i < part; ++i) {
        const Part& before = message.parts[static_cast<size_t>(i)];
        row += before.kind == PartKind::reasoning || before.kind == PartKind::error ? 1 : before.blocks_shown;
    }
    return row + block;
}

bool MessagePartsModel::is_live(int index) const {
    return session_.streaming_message() != 0 && view(index).id == session_.streaming_message();
}

const MessageView& MessagePartsModel::view(int index) const { return session_.messages()[index]; }

/// Changes exactly when other rows than those of the text are needed.
quint64 MessagePartsModel::shape_of(int index) const {
    const MessageView& from = view(index);
    quint64 shape = static_cast<quint64>(from.status) << 8 | static_cast<quint64>(from.parts.size()) << 16 | 1;
    shape |= static_cast<quint64>(from.sibling_index) << 32 | static_cast<quint64>(from.sibling_count) << 48;
    for (const bool bit : {is_live(index), from.can_continue_thinking, from.can_answer_from_here, from.can_continue_answer, from.can_retry,
                           is_live(index) && session_.busy()})
        shape = shape * 2 + (bit ? 1 : 0);
    return shape;
}

void MessagePartsModel::emit_row(int row, const QList<int>& roles) {
    if (row >= 0 && row < count()) Q_EMIT dataChanged(index(row), index(row), roles);
}

// ---------------------------------------------------------------- commands

void MessagePartsModel::setExpanded(int row, bool expanded) {
    if (row < 0 || row >= count() || rows_[static_cast<size_t>(row)].kind != Kind::thought) return;
    const Row& at = rows_[static_cast<size_t>(row)];
    Part& part = messages_[static_cast<size_t>(at.message)].parts[static_cast<size_t>(at.part)];
    part.expanded = expanded;
    part.held = expanded;
    emit_row(row, {ExpandedRole});
    emit_row(row + 1, {GapRole});
}

bool MessagePartsModel::isExpanded(int row) const { return row >= 0 && row < count() && data(index(row), ExpandedRole).toBool(); }

QString MessagePartsModel::codeAt(int row) const {
    if (row < 0 || row >= count() || rows_[static_cast<size_t>(row)].kind != Kind::block) return {};
    const Row& at = rows_[static_cast<size_t>(row)];
    const auto& blocks = messages_[static_cast<size_t>(at.message)].parts[static_cast<size_t>(at.part)].markdown.blocks();
    size_t block = static_cast<size_t>(at.block);
    while (block > 0 && block < blocks.size() && blocks[block].continues) --block;
    std::string code;
    for (; block < blocks.size(); ++block) {
        code += blocks[block].code;
        if (!blocks[block].continued) break;
        code += '\n';
    }
    return QString::fromStdString(code);
}

void MessagePartsModel::keepOpen(int row) {
    if (row < 0 || row >= count() || rows_[static_cast<size_t>(row)].kind != Kind::thought) return;
    const Row& at = rows_[static_cast<size_t>(row)];
    messages_[static_cast<size_t>(at.message)].parts[static_cast<size_t>(at.part)].held = true;
}

int MessagePartsModel::lastThoughtRow() const {
    for (int row = count() - 1; row >= 0; --row)
        if (rows_[static_cast<size_t>(row)].kind == Kind::thought) return row;
    return -1;
}

int MessagePartsModel::rowOfMessage(qlonglong message) const {
    const int index = session_.index_of(message);
    return index < 0 || index >= static_cast<int>(messages_.size()) ? -1 : messages_[static_cast<size_t>(index)].first_row;
}

qlonglong MessagePartsModel::last_assistant() const {
    for (qsizetype i = session_.messages().size() - 1; i >= 0; --i)
        if (session_.messages()[i].role == store::Role::assistant) return session_.messages()[i].id;
    return 0;
}

void MessagePartsModel::setLook(const QString& link, const QString& code_background, const QString& muted, bool dark,
                                const QString& mono_family, double scale) {
    markdown::Palette palette;
    palette.link = link.toStdString();
    palette.code_background = code_background.toStdString();
    palette.muted = muted.toStdString();
    palette.mono_family = mono_family.toStdString();
    palette.code_size = static_cast<int>(14 * scale);
    if (dark) {
        palette.keyword = "#C7A6F2";
        palette.string = "#86CFA3";
        palette.number = "#E5A54B";
        palette.comment = "#8D877C";
    }
    if (palette == palette_ && scale == scale_) return;
    palette_ = palette;
    scale_ = scale;
    for (Message& message : messages_)
        for (Part& part : message.parts)
            if (part.thought) part.thought->set_line_height(static_cast<int>(22 * scale));
    if (count() > 0) Q_EMIT dataChanged(index(0), index(count() - 1), {HtmlRole, TableRole});
}

// ---------------------------------------------------------------- what a row shows

int MessagePartsModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : count(); }

QString MessagePartsModel::part_name(const Row& row) const {
    switch (row.kind) {
        case Kind::user:
            return QStringLiteral("user");
        case Kind::thought:
            return QStringLiteral("thought");
        case Kind::error:
            return QStringLiteral("error");
        case Kind::waiting:
            return QStringLiteral("waiting");
        case Kind::bar:
            return QStringLiteral("bar");
        case Kind::actions:
            return QStringLiteral("actions");
        case Kind::block:
            break;
    }
    const auto& blocks = messages_[static_cast<size_t>(row.message)].parts[static_cast<size_t>(row.part)].markdown.blocks();
    if (row.block >= static_cast<int>(blocks.size())) return QStringLiteral("text");  // is being removed
    switch (blocks[static_cast<size_t>(row.block)].kind) {
        case markdown::BlockKind::code:
            return QStringLiteral("code");
        case markdown::BlockKind::table:
            return QStringLiteral("table");
        case markdown::BlockKind::rule:
            return QStringLiteral("rule");
        default:
            return QStringLiteral("text");
    }
}

QVariant MessagePartsModel::data(const QModelIndex& at, int role) const {
    if (!at.isValid() || at.row() >= count()) return {};
    const Row& row = rows_[static_cast<size_t>(at.row())];
    if (row.message >= session_.messages().size()) return {};  // another conversation is about to be shown
    if (role == PartRole) return part_name(row);
    if (role == MessageRole) return static_cast<qlonglong>(view(row.message).id);
    if (role == GapRole) return gap_above(at.row());
    if (role == WritingRole) return is_live(row.message) && at.row() == count() - 1;
    if (row.kind == Kind::block) return block_data(row, role);
    if (row.kind == Kind::thought) return thought_data(row, role);
    return message_data(row, role);
}

QVariant MessagePartsModel::block_data(const Row& row, int role) const {
    const auto& blocks = messages_[static_cast<size_t>(row.message)].parts[static_cast<size_t>(row.part)].markdown.blocks();
    if (row.block >= static_cast<int>(blocks.size())) return {};
    const markdown::Block& block = blocks[static_cast<size_t>(row.block)];
    switch (role) {
        case TextRole:
            return QString::fromStdString(block.kind == markdown::BlockKind::code ? block.code : markdown::plain_text(block));
        case HtmlRole: {
            if (block.kind == markdown::BlockKind::code)
                return QString::fromStdString(markdown::highlight(block.code, block.language, palette_, static_cast<int>(20 * scale_)));
            const double lines[] = {26, 30, 28, 26, 26, 26, 26};
            return QString::fromStdString(markdown::to_rich_text(block.runs, palette_, static_cast<int>(lines[block.level % 7] * scale_)));
        }
        case LevelRole:
            return block.level;
        case IndentRole:
            return block.indent;
        case QuoteRole:
            return block.quote;
        case MarkerRole:
            return QString::fromStdString(block.marker);
        case LanguageRole:
            return QString::fromStdString(block.language);
        case TableRole:
            return block.kind == markdown::BlockKind::table ? table_of(block) : QVariantList();
        case ContinuesRole:
            return block.continues || (row.block > 0 && block.quote > 0 && blocks[static_cast<size_t>(row.block - 1)].quote > 0);
        case ContinuedRole:
            return block.continued;
        case FirstRole:
            return row.block == 0;
        default:
            return {};
    }
}

QVariantList MessagePartsModel::table_of(const markdown::Block& block) const {
    QVariantList rows;
    for (const auto& row : block.table) {
        QVariantList cells;
        for (const markdown::Cell& cell : row) {
            cells.append(QVariantMap{{QStringLiteral("html"),
                                      QString::fromStdString(markdown::to_rich_text(cell.runs, palette_, static_cast<int>(22 * scale_)))},
                                     {QStringLiteral("align"), static_cast<int>(cell.align)}});
        }
        rows.append(QVariant(cells));
    }
    return rows;
}

QVariant MessagePartsModel::thought_data(const Row& row, int role) const {
    const Part& part = messages_[static_cast<size_t>(row.message)].parts[static_cast<size_t>(row.part)];
    const MessageView& from = view(row.message);
    const bool live = part.thought->live();
    switch (role) {
        case ThoughtRole:
            return QVariant::fromValue<QObject*>(part.thought.get());
        case ExpandedRole:
            return part.expanded;
        case TitleRole: {
            if (live) return tr("Thinking");
            const QString time = words::duration(static_cast<qint64>(from.counters.thought_ms));
            return from.can_continue_thinking ? tr("Stopped after %1").arg(time) : tr("Thought for %1").arg(time);
        }
        case NoteRole: {
            QStringList parts;
            if (live) parts << words::duration(static_cast<qint64>(from.counters.thought_ms));
            parts << words::tokens(from.counters.thought_tokens);
            if (from.counters.tokens_per_second > 0) parts << words::speed(from.counters.tokens_per_second);
            if (from.thought_closed_by == store::ClosedBy::user && !live) parts << tr("ended by you");
            return parts.join(QStringLiteral(" · "));
        }
        case CanAnswerNowRole:
            return live && session_.thought_can_be_closed();
        case TextRole:
            return tr("Thought");
        default:
            return {};
    }
}

QVariant MessagePartsModel::message_data(const Row& row, int role) const {
    const MessageView& from = view(row.message);
    switch (role) {
        case TextRole:
            if (row.kind == Kind::bar) return bar_text(row.message);
            if (row.kind == Kind::error) return from.parts[row.part].text;
            if (row.kind == Kind::user) {
                QStringList texts;
                for (const PartView& part : from.parts)
                    if (part.kind == PartKind::text) texts << part.text;
                return texts.join(QStringLiteral("\n\n"));
            }
            return QString();
        case HtmlRole:
            if (row.kind != Kind::user) return QString();
            return QString::fromStdString(
                markdown::to_rich_text(message_data(row, TextRole).toString().toStdString(), static_cast<int>(24 * scale_)));
        case NoteRole: {
            if (row.kind == Kind::waiting) return {};
            const int tokens = static_cast<int>(from.counters.tokens) - static_cast<int>(from.counters.thought_tokens);
            QStringList note;
            if (tokens > 0) note << words::tokens(tokens);
            if (row.kind == Kind::actions && model_changed_at(row.message)) note << from.model_name;
            return note.join(QStringLiteral(" · "));
        }
        case CanContinueRole:
            return from.can_continue_thinking || from.can_continue_answer;
        case CanAnswerRole:
            return from.can_answer_from_here;
        case SiblingRole:
            return from.sibling_index;
        case SiblingsRole:
            return from.sibling_count;
        case HasThoughtRole:
            return std::any_of(from.parts.begin(), from.parts.end(), [](const PartView& part) { return part.kind == PartKind::reasoning; });
        case HasAnswerRole:
            return std::any_of(from.parts.begin(), from.parts.end(), [](const PartView& part) { return part.kind == PartKind::text; });
        case FirstRole:
            return row.message == 0;
        default:
            return {};
    }
}

/// Whether another model wrote the answer before this one.
bool MessagePartsModel::model_changed_at(int index) const {
    if (view(index).role != store::Role::assistant) return false;
    for (int before = index - 1; before >= 0; --before) {
        if (view(before).role != store::Role::assistant) continue;
        return !view(before).model_name.isEmpty() && view(before).model_name != view(index).model_name;
    }
    return false;
}

QString MessagePartsModel::bar_text(int index) const {
    const MessageView& from = view(index);
    if (from.role != store::Role::assistant) return {};
    const bool inside = from.can_continue_thinking || from.can_answer_from_here;
    if (!from.saved) return tr("Not saved yet: the disk or another program refuses. It is tried again while this window is open.");
    switch (from.status) {
        case MessageStatus::unfinished:
            return tr("The model stopped inside its thought.");
        case MessageStatus::stopped:
            return inside ? tr("Stopped. The unfinished thought is kept as it is.") : tr("Stopped. What was written is kept.");
        case MessageStatus::interrupted:
            return inside ? tr("The program ended during this thought. It is kept as it was.")
                          : tr("The program ended during this answer. It is kept as it was.");
        case MessageStatus::cut:
            return inside ? tr("The limit was reached inside the thought.") : tr("The limit was reached before the answer ended.");
        default:
            return {};
    }
}

int MessagePartsModel::gap_above(int row) const {
    const Row& at = rows_[static_cast<size_t>(row)];
    if (at.kind == Kind::user) return row == 0 ? 0 : 28;
    const Row* before = row > 0 ? &rows_[static_cast<size_t>(row - 1)] : nullptr;
    const bool first = before == nullptr || before->message != at.message;
    if (first) return 18;
    if (at.kind == Kind::thought) return 8;
    if (before->kind == Kind::thought) {
        const Part& part = messages_[static_cast<size_t>(before->message)].parts[static_cast<size_t>(before->part)];
        return part.expanded ? 16 : at.kind == Kind::block ? 2 : 8;
    }
    if (at.kind == Kind::actions) return before->kind == Kind::block ? 12 : 8;
    if (at.kind != Kind::block || before->kind != Kind::block) return 16;
    const auto& blocks = messages_[static_cast<size_t>(at.message)].parts[static_cast<size_t>(at.part)].markdown.blocks();
    if (at.block == 0 || at.block >= static_cast<int>(blocks.size())) return 12;
    const markdown::Block& block = blocks[static_cast<size_t>(at.block)];
    const markdown::Block& above = blocks[static_cast<size_t>(at.block - 1)];
    if (block.continues) return 0;
    if (block.kind == markdown::BlockKind::heading) return 24;
    if (above.kind == markdown::BlockKind::heading) return 8;
    if (block.item && above.item && !block.marker.empty() && (block.indent != above.indent || same_list(block.marker, above.marker)))
        return 4;
    return 12;
}

QHash<int, QByteArray> MessagePartsModel::roleNames() const {
    return {{PartRole, "part"},
            {MessageRole, "message"},
            {TextRole, "text"},
            {HtmlRole, "html"},
            {LevelRole, "level"},
            {IndentRole, "indent"},
            {QuoteRole, "quote"},
            {MarkerRole, "marker"},
            {LanguageRole, "language"},
            {TableRole, "table"},
            {ContinuesRole, "continues"},
            {ContinuedRole, "continued"},
            {GapRole, "gap"},
            {WritingRole, "writing"},
            {ThoughtRole, "thought"},
            {ExpandedRole, "expanded"},
            {TitleRole, "title"},
            {NoteRole, "note"},
            {CanAnswerNowRole, "canAnswerNow"},
            {CanContinueRole, "canContinue"},
            {CanAnswerRole, "canAnswer"},
            {SiblingRole, "sibling"},
            {SiblingsRole, "siblings"},
            {HasThoughtRole, "hasThought"},
            {HasAnswerRole, "hasAnswer"},
            {FirstRole, "first"}};
}

}  // namespace soliloquy
