/// app/viewmodels/words.cpp: the same spelling of a figure everywhere.
#include "app/viewmodels/words.h"

#include <QCoreApplication>
#include <QLocale>
#include <algorithm>

namespace soliloquy::words {
namespace {

QString translated(const char* text) { return QCoreApplication::translate("words", text); }

}  // namespace

QString duration(qint64 ms) {
    if (ms < 1000) return translated("%1 s").arg(QLocale().toString(static_cast<double>(ms < 100 ? 100 : ms) / 1000.0, 'f', 1));
    const qint64 seconds = (ms + 500) / 1000;
    if (seconds < 60) return translated("%1 s").arg(seconds);
    if (seconds < 3600) return translated("%1 m %2 s").arg(seconds / 60).arg(seconds % 60);
    return translated("%1 h %2 m").arg(seconds / 3600).arg(seconds % 3600 / 60);
}

QString since_start(qint64 ms) {
    if (ms < 10000) return translated("%1 s").arg(QLocale().toString(static_cast<double>(ms) / 1000.0, 'f', 1));
    return duration(ms);
}

QString count(qint64 number) { return QLocale().toString(number); }

QString size(qint64 bytes) {
    if (bytes < 1'000'000) return translated("%1 KB").arg(std::max<qint64>(1, (bytes + 500) / 1000));
    return translated("%1 MB").arg(QString::number(static_cast<double>(bytes) / 1e6, 'f', 1));
}

QString tokens(qint64 number) { return number == 1 ? translated("1 token") : translated("%1 tokens").arg(count(number)); }

QString past_thoughts(std::string_view rule) {
    if (rule == "kept") return translated("kept: the model reads its earlier thoughts again");
    if (rule == "dropped") return translated("dropped: the model never reads an earlier thought again");
    if (rule == "kept after the last question") return translated("kept until the next question, then dropped");
    return translated("not known: the template could not be asked");
}

QString speed(double per_second) {
    if (!(per_second > 0.0)) return {};
    return translated("%1 tok/s").arg(QLocale().toString(per_second, 'f', per_second < 10.0 ? 1 : 0));
}

}  // namespace soliloquy::words
