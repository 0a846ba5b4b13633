/// app/viewmodels/draft.cpp: the order of what was typed and pasted is kept through every change.
#include "app/viewmodels/draft.h"

#include <QStringList>
#include <algorithm>

#include "app/viewmodels/text_pieces.h"

namespace soliloquy {
namespace {

constexpr QChar kMark{0x1E};                      // "record separator" begins a stored draft that has blocks
constexpr qsizetype kLettersOfStackedMarks = 64;  // a word with many marks is laid out quickly

bool is_blank(const QString& text) {
    return std::all_of(text.begin(), text.end(), [](QChar c) { return c.isSpace(); });
}

bool slow(const QString& text) { return text.size() > kLettersOfStackedMarks && has_stacked_marks(text); }

Draft::Block block_of(const QString& before, const QString& pasted) { return {before, pasted, pasted.toUtf8().size()}; }

}  // namespace

bool Draft::insert_block(const QString& pasted, qsizetype begin, qsizetype end) {
    begin = std::clamp<qsizetype>(begin, 0, text.size());
    end = std::clamp<qsizetype>(end, begin, text.size());
    const bool fits = pasted.size() <= kPastedLetters && text.size() - (end - begin) + pasted.size() <= kTypedLetters;
    if (fits && !slow(pasted)) return false;
    blocks.push_back(block_of(text.left(begin), pasted));
    text = text.mid(end);
    return true;
}

/// What stood before a block that goes away stands before what comes next.
void Draft::give_to_next(int index, const QString& given) {
    const auto next = static_cast<size_t>(index);
    if (next < blocks.size())
        blocks[next].before.prepend(given);
    else
        text.prepend(given);
}

bool Draft::remove_block(int index) {
    if (index < 0 || index >= static_cast<int>(blocks.size())) return false;
    const QString before = blocks[static_cast<size_t>(index)].before;
    blocks.erase(blocks.begin() + index);
    give_to_next(index, before);
    (void)bound_text();
    return true;
}

bool Draft::can_show(int index) const {
    if (index != static_cast<int>(blocks.size()) - 1 || index < 0) return false;
    const Block& block = blocks.back();
    return block.before.size() + block.pasted.size() + text.size() <= kTypedLetters && !slow(block.pasted);
}

bool Draft::show_block(int index) {
    if (!can_show(index)) return false;
    const Block block = blocks.back();
    blocks.pop_back();
    text.prepend(block.before + block.pasted);
    return true;
}

bool Draft::bound_text() {
    if (text.size() <= kTypedLetters) return false;
    blocks.push_back(block_of({}, text));
    text.clear();
    return true;
}

QString Draft::whole() const {
    QString all;
    for (const Block& block : blocks) all += block.before + block.pasted;
    return all + text;
}

qint64 Draft::bytes() const {
    qint64 sum = text.size();
    for (const Block& block : blocks) sum += block.before.size() + block.bytes;
    return sum;
}

bool Draft::blank() const {
    return is_blank(text) &&
           std::all_of(blocks.begin(), blocks.end(), [](const Block& block) { return is_blank(block.before) && is_blank(block.pasted); });
}

QString Draft::to_stored() const {
    if (blocks.empty() && !text.startsWith(kMark)) return text;
    QStringList lengths;
    for (const Block& block : blocks) lengths << QString::number(block.before.size()) << QString::number(block.pasted.size());
    return kMark + lengths.join(u',') + u'\n' + whole();
}

Draft Draft::from_stored(const QString& stored) {
    Draft draft;
    draft.text = stored;
    const qsizetype line = stored.startsWith(kMark) ? stored.indexOf(u'\n') : -1;
    if (line > 0) {
        const QStringList lengths = stored.mid(1, line - 1).split(u',', Qt::SkipEmptyParts);
        qsizetype at = line + 1;
        std::vector<Block> blocks;
        bool good = lengths.size() % 2 == 0;
        for (qsizetype i = 0; good && i < lengths.size(); i += 2) {
            const qsizetype before = lengths[i].toLongLong(), pasted = lengths[i + 1].toLongLong();
            good = before >= 0 && pasted >= 0 && before <= stored.size() - at && pasted <= stored.size() - at - before;
            if (!good) break;
            blocks.push_back(block_of(stored.mid(at, before), stored.mid(at + before, pasted)));
            at += before + pasted;
        }
        if (good) {
            draft.blocks = std::move(blocks);
            draft.text = stored.mid(at);
        }
    }
    (void)draft.bound_text();
    return draft;
}

}  // namespace soliloquy
