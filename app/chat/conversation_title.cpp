/// app/chat/conversation_title.cpp: cutting and cleaning.
#include "app/chat/conversation_title.h"

#include <QStringList>
#include <algorithm>

namespace soliloquy {
namespace {

constexpr int kMaxLetters = 60;
constexpr qsizetype kMaxScanned = 4000;

bool has_letters(const QString& text, int at_least) {
    return std::count_if(text.begin(), text.end(), [](QChar c) { return c.isLetterOrNumber() || c.isSurrogate(); }) >= at_least;
}

QString cleaned(const QString& line) {
    QString clean;
    for (const QChar c : line) {
        // Control and format letters (also those that turn the direction of writing) would reach past the title in a list.
        const bool hidden = c.category() == QChar::Other_Control || c.category() == QChar::Other_Format;
        if (c == u'\t') {
            clean += u' ';
        } else if (!hidden && c != u'`') {
            clean += c;
        }
    }
    clean.remove(QStringLiteral("**"));
    while (!clean.isEmpty() && QStringLiteral("#>-+ ").contains(clean.front())) clean.remove(0, 1);
    return clean.simplified();
}

QString cut(const QString& line) {
    if (line.size() <= kMaxLetters) return line;
    qsizetype end = line.lastIndexOf(u' ', kMaxLetters - 1);
    if (end < kMaxLetters / 2) end = kMaxLetters - 1;
    if (line.at(end - 1).isHighSurrogate()) --end;
    return line.left(end).trimmed() + QChar(0x2026);
}

}  // namespace

QString title_from(const QString& text) {
    for (const QString& line : text.left(kMaxScanned).split(u'\n')) {
        const QString clean = cleaned(line);
        if (has_letters(clean, 1)) return cut(clean);
    }
    return {};
}

QString conversation_title(const QString& question, const QString& answer) {
    const QString title = title_from(question);
    const bool tells = std::count_if(title.begin(), title.end(), [](QChar c) { return c.isLetter() || c.isSurrogate(); }) >= 3;
    if (tells) return title;
    const QString other = title_from(answer);
    return other.isEmpty() ? title : other;
}

}  // namespace soliloquy
