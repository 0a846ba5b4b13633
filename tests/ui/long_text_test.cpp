/// tests/ui/long_text_test.cpp: no item of the window is given a long text whole, neither from the clipboard nor from the store.
#include <gtest/gtest.h>

#include <QClipboard>
#include <QGuiApplication>

#include "app/viewmodels/draft.h"
#include "app/viewmodels/text_pieces.h"
#include "tests/ui/desk.h"

namespace soliloquy::testing {
namespace {

qsizetype longest_text(const QQuickItem* from) {
    qsizetype longest = 0;
    for (const char* name : {"text", "plain"}) {
        const QVariant text = from->property(name);
        if (text.userType() == QMetaType::QString) longest = std::max(longest, text.toString().size());
    }
    for (const QQuickItem* child : from->childItems()) longest = std::max(longest, longest_text(child));
    return longest;
}

TEST(LongText, APasteIsABlockAndReachesTheModelWhole) {
    Desk desk;
    const QString pasted = QStringLiteral("The quick brown fox.\n").repeated(20'000);
    QGuiApplication::clipboard()->setText(pasted);
    desk.key(Qt::Key_L, Qt::ControlModifier);
    desk.type(QStringLiteral("Sum up: "));
    desk.key(Qt::Key_V, Qt::ControlModifier);
    desk.type(QStringLiteral("Thanks"));
    EXPECT_TRUE(desk.shows(QStringLiteral("Pasted text")));
    EXPECT_LE(longest_text(desk.window->contentItem()), Draft::kTypedLetters);
    desk.model->push(think_then_answer("a", "b"));
    desk.key(Qt::Key_Return);
    ASSERT_TRUE(desk.wait_idle());
    desk.settle();
    ASSERT_EQ(desk.session->messages().size(), 2);
    EXPECT_EQ(desk.session->messages().front().parts.front().text, QStringLiteral("Sum up: ") + pasted + QStringLiteral("Thanks"));
    EXPECT_FALSE(desk.shows(QStringLiteral("Pasted text")));

    EXPECT_LE(longest_text(desk.window->contentItem()), 4 * kPieceLetters);  // marked up
    desk.app->chat()->parts()->setWhole(0, true);
    desk.settle();
    EXPECT_LE(longest_text(desk.window->contentItem()), 4 * kPieceLetters);
    EXPECT_EQ(desk.app->chat()->parts()->questionAt(0), desk.session->messages().front().parts.front().text);
}

TEST(LongText, AShortPasteIsText) {
    Desk desk;
    QGuiApplication::clipboard()->setText(QStringLiteral("a few words"));
    desk.key(Qt::Key_L, Qt::ControlModifier);
    desk.key(Qt::Key_V, Qt::ControlModifier);
    EXPECT_EQ(desk.app->composer()->text(), QStringLiteral("a few words"));
    EXPECT_TRUE(desk.app->composer()->blocks().isEmpty());
}

}  // namespace
}  // namespace soliloquy::testing
