/// app/viewmodels/thought_model.cpp: cuts a growing thought into lines.
#include "app/viewmodels/thought_model.h"

#include "app/markdown/rich_text.h"
#include "app/viewmodels/words.h"

namespace soliloquy {

void ThoughtModel::append(const QString& text, qint64 time_ms) {
    const int before = count();
    qsizetype at = 0;
    while (at < text.size()) {
        const qsizetype newline = text.indexOf(u'\n', at);
        const qsizetype end = newline < 0 ? text.size() : newline;
        if (end > at) add_to_line(QStringView(text).mid(at, end - at), time_ms);
        if (newline < 0) break;
        if (!line_open_) ++blank_lines_;
        line_open_ = false;
        at = newline + 1;
    }
    if (count() != before) Q_EMIT countChanged();
}

/// Adds to the open line, or begins one; a line that is full goes on in the next.
void ThoughtModel::add_to_line(QStringView text, qint64 time_ms) {
    bool goes_on = false;
    while (!text.isEmpty()) {
        if (!line_open_) {
            if (!goes_on && text.trimmed().isEmpty()) return;
            const int row = count();
            beginInsertRows({}, row, row);
            lines_.push_back({QString(), time_ms, !goes_on && blank_lines_ > 0 && row > 0});
            endInsertRows();
            if (row > 0) Q_EMIT dataChanged(index(row - 1), index(row - 1), {LastRole});
            line_open_ = true;
            blank_lines_ = 0;
        }
        Line& line = lines_.back();
        qsizetype room = kMaxLineLetters - line.text.size();
        if (text.size() > room) {
            const qsizetype space = text.left(room).lastIndexOf(u' ');
            if (space > 0) room = space + 1;
            if (room > 0 && room < text.size() && text[room - 1].isHighSurrogate()) --room;
        }
        line.text += text.left(room);
        const QModelIndex changed = index(count() - 1);
        Q_EMIT dataChanged(changed, changed, {TextRole, HtmlRole});
        if (text.size() <= room) return;
        text = text.mid(room);
        line_open_ = false;
        goes_on = true;
    }
}

void ThoughtModel::set_live(bool live) {
    if (live_ == live) return;
    live_ = live;
    Q_EMIT liveChanged();
    if (!lines_.empty()) Q_EMIT dataChanged(index(0), index(count() - 1), {LastRole});
}

void ThoughtModel::set_line_height(int pixels) {
    if (line_height_ == pixels) return;
    line_height_ = pixels;
    if (!lines_.empty()) Q_EMIT dataChanged(index(0), index(count() - 1), {HtmlRole});
}

int ThoughtModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : count(); }

QVariant ThoughtModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= count()) return {};
    const Line& line = lines_[static_cast<size_t>(index.row())];
    switch (role) {
        case TextRole:
            return line.text;
        case HtmlRole:
            return QString::fromStdString(markdown::to_rich_text(line.text.toStdString(), line_height_));
        case GapRole:
            return line.gap;
        case TimeRole:
            return words::since_start(line.time_ms);
        case LastRole:
            return live_ && index.row() == count() - 1;
        default:
            return {};
    }
}

QHash<int, QByteArray> ThoughtModel::roleNames() const {
    return {{TextRole, "text"}, {HtmlRole, "html"}, {GapRole, "gap"}, {TimeRole, "time"}, {LastRole, "writing"}};
}

}  // namespace soliloquy
