/// app/viewmodels/text_pieces.cpp: cuts by letters and by lines.
#include "app/viewmodels/text_pieces.h"

#include "app/markdown/rich_text.h"

namespace soliloquy {
namespace {

/// The end of the piece that begins at `begin`, and where the next one begins.
std::pair<qsizetype, qsizetype> cut_after(QStringView text, qsizetype begin) {
    const qsizetype limit = std::min(text.size(), begin + kPieceLetters);
    qsizetype last_line = -1, last_space = -1;
    int lines = 0;
    for (qsizetype i = begin; i < limit; ++i) {
        if (text[i] == u' ') last_space = i;
        if (text[i] != u'\n') continue;
        last_line = i;
        if (++lines == kPieceLines) return {i, i + 1};
    }
    if (limit == text.size()) return {limit, limit};
    // A cut far before the limit would leave pieces of a few letters.
    if (last_line > begin + kPieceLetters / 2) return {last_line, last_line + 1};
    if (last_space > begin + kPieceLetters / 2) return {last_space + 1, last_space + 1};
    qsizetype end = limit;
    if (text[end - 1].isHighSurrogate()) --end;
    return {end, end};
}

}  // namespace

std::vector<TextPiece> pieces_of(QStringView text) {
    std::vector<TextPiece> pieces;
    qsizetype begin = 0;
    do {
        const auto [end, next] = cut_after(text, begin);
        pieces.push_back({begin, end});
        begin = next;
    } while (begin < text.size());
    return pieces;
}

QString beginning_of(const QString& text) {
    const auto [end, next] = cut_after(text, 0);
    return next >= text.size() ? text : text.left(end) + QChar(0x2026);
}

bool has_stacked_marks(QStringView text) {
    int marks = 0;
    for (const QChar c : text) {
        marks = c.unicode() >= 0x300 && c.isMark() ? marks + 1 : 0;
        if (marks > markdown::kMostMarks) return true;
    }
    return false;
}

}  // namespace soliloquy
