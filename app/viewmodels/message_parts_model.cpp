/// app/viewmodels/message_parts_model.cpp: follows the session's signals row by row.
#include "app/viewmodels/message_parts_model.h"

#include <algorithm>

namespace soliloquy {

using store::PartKind;

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

namespace {

QString question_of(const MessageView& view) {
    QStringList texts;
    for (const PartView& part : view.parts)
        if (part.kind == PartKind::text) texts << part.text;
    return texts.join(QStringLiteral("\n\n"));
}

}  // namespace

MessagePartsModel::Message MessagePartsModel::build(int index) const {
    Message message;
    const int parts = static_cast<int>(view(index).parts.size());
    for (int part = 0; part < parts; ++part) message.parts.push_back(build_part(index, part));
    if (view(index).role == store::Role::user) {
        message.question = question_of(view(index));
        message.pieces = pieces_of(message.question);
    }
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
    if (view(index).role == store::Role::user) {
        const int shown = message.whole ? static_cast<int>(message.pieces.size()) : 1;
        for (int piece = 0; piece < shown; ++piece) rows.push_back({Kind::user, index, 0, piece});
        return rows;
    }
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

void MessagePartsModel::setWhole(int row, bool whole) {
    if (row < 0 || row >= count() || rows_[static_cast<size_t>(row)].kind != Kind::user) return;
    const int message = rows_[static_cast<size_t>(row)].message;
    if (messages_[static_cast<size_t>(message)].whole == whole) return;
    messages_[static_cast<size_t>(message)].whole = whole;
    sync(message);
}

QString MessagePartsModel::questionAt(int row) const {
    if (row < 0 || row >= count() || rows_[static_cast<size_t>(row)].kind != Kind::user) return {};
    return messages_[static_cast<size_t>(rows_[static_cast<size_t>(row)].message)].question;
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

}  // namespace soliloquy
