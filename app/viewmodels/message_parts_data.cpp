/// app/viewmodels/message_parts_data.cpp: what a row shows, role by role.
#include <algorithm>

#include "app/markdown/highlight.h"
#include "app/markdown/plain_text.h"
#include "app/viewmodels/message_parts_model.h"
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
            if (row.kind == Kind::error) return beginning_of(from.parts[row.part].text);
            return row.kind == Kind::user ? piece_text(row) : QString();
        case HtmlRole:
            if (row.kind != Kind::user) return QString();
            return QString::fromStdString(markdown::to_rich_text(piece_text(row).toStdString(), static_cast<int>(24 * scale_)));
        case ContinuesRole:
            return row.block > 0;
        case ContinuedRole:
            return row.kind == Kind::user && row.block + 1 < static_cast<int>(messages_[static_cast<size_t>(row.message)].pieces.size());
        case ExpandedRole:
            return messages_[static_cast<size_t>(row.message)].whole;
        case LettersRole:
            return static_cast<qlonglong>(messages_[static_cast<size_t>(row.message)].question.size());
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

QString MessagePartsModel::piece_text(const Row& row) const {
    const Message& message = messages_[static_cast<size_t>(row.message)];
    if (row.block >= static_cast<int>(message.pieces.size())) return {};
    const TextPiece& piece = message.pieces[static_cast<size_t>(row.block)];
    return message.question.mid(piece.begin, piece.end - piece.begin);
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
    if (at.kind == Kind::user) return row == 0 || at.block > 0 ? 0 : 28;
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
            {FirstRole, "first"},
            {LettersRole, "letters"}};
}

}  // namespace soliloquy
