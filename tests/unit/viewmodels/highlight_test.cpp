/// tests/unit/viewmodels/highlight_test.cpp: coloured code is still the same code, in the eyes of the widget that shows it.
#include "app/markdown/highlight.h"

#include <gtest/gtest.h>

#include <QTextDocument>
#include <random>

namespace soliloquy::markdown {
namespace {

QString shown(const std::string& code, const std::string& language) {
    QTextDocument document;
    document.setHtml(QString::fromStdString(highlight(code, language, Palette{}, 20)));
    return document.toPlainText();
}

TEST(Highlight, ColoursKeywordsStringsNumbersAndComments) {
    const std::string html = highlight("if (x == 42) return \"a//b\"; // done", "cpp", Palette{}, 20);
    const Palette palette;
    EXPECT_NE(html.find(palette.keyword + ";\">if<"), std::string::npos);
    EXPECT_NE(html.find(palette.number + ";\">42<"), std::string::npos);
    EXPECT_NE(html.find(palette.string + ";\">&quot;a//b&quot;<"), std::string::npos);
    EXPECT_NE(html.find(palette.comment + ";\">// done<"), std::string::npos);
    EXPECT_EQ(highlight("# x", "cpp", palette, 20).find("color"), std::string::npos);
    EXPECT_NE(highlight("# x", "Python", palette, 20).find(palette.comment), std::string::npos);
}

TEST(Highlight, EveryLetterIsShown) {
    EXPECT_EQ(shown("def f(x):\n    return x  # twice\n\n\tend", "python"), QStringLiteral("def f(x):\n    return x  # twice\n\n    end"));
    EXPECT_EQ(shown("<img src=\"x\"> & 'open /* never closed", "js"), QStringLiteral("<img src=\"x\"> & 'open /* never closed"));
    std::mt19937 random(5);
    const std::string letters = "ab1_ \n\"'`#/*-<>&;\\(){}=\t";
    for (int i = 0; i < 2000; ++i) {
        std::string code = "x";
        for (unsigned n = random() % 40; n > 0; --n) code += letters[random() % letters.size()];
        code += "y";
        for (const char* language : {"cpp", "python", "sql", "html", ""}) {
            QString expected = QString::fromStdString(code);
            expected.replace(QLatin1Char('\t'), QStringLiteral("    "));
            ASSERT_EQ(shown(code, language), expected) << code << " as " << language;
        }
    }
}

}  // namespace
}  // namespace soliloquy::markdown
