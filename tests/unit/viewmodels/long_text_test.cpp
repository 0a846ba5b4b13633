/// tests/unit/viewmodels/long_text_test.cpp: no row is given more than a piece of a long text, and nothing of it is lost on the way.
#include <gtest/gtest.h>

#include <QCoreApplication>
#include <QElapsedTimer>

#include "app/markdown/rich_text.h"
#include "app/viewmodels/composer_view_model.h"
#include "app/viewmodels/message_parts_model.h"
#include "tests/support/scripted_engine.h"

namespace soliloquy {
namespace {

using Model = MessagePartsModel;

QString joined(const QString& text) {
    QString all;
    qsizetype at = 0;
    for (const TextPiece& piece : pieces_of(text)) {
        EXPECT_LE(piece.end - piece.begin, kPieceLetters);
        EXPECT_LE(QStringView(text).mid(piece.begin, piece.end - piece.begin).count(u'\n'), kPieceLines);
        EXPECT_LE(piece.begin - at, 1);  // the line feed at a cut
        all += text.mid(at, piece.begin - at) + text.mid(piece.begin, piece.end - piece.begin);
        at = piece.end;
    }
    return all + text.mid(at);
}

std::vector<QString> long_texts() {
    const QString smile = QString::fromUtf8("\xF0\x9F\x98\x80");
    return {QString(),
            QStringLiteral("short"),
            QString(300'000, u'x'),
            QString(50'000, u'\n'),
            QStringLiteral("word ").repeated(40'000),
            QStringLiteral("a line\n").repeated(40'000),
            u'a' + smile.repeated(20'000),
            QStringLiteral("\n") + QString(kPieceLetters, u'y') + u'\n'};
}

TEST(TextPieces, EveryPieceIsBoundedAndNothingIsLost) {
    for (const QString& text : long_texts()) EXPECT_EQ(joined(text), text) << text.size();
}

TEST(TextPieces, NoPairOfSurrogatesIsCut) {
    const QString text = u'a' + QString::fromUtf8("\xF0\x9F\x98\x80").repeated(20'000);
    for (const TextPiece& piece : pieces_of(text)) EXPECT_FALSE(text[piece.end - 1].isHighSurrogate());
}

TEST(StackedMarks, AreShownUpToABoundAndOtherLettersStay) {
    const std::string acute = "\xCC\x81";
    std::string many = "a", few = "a";
    for (int i = 0; i < 50; ++i) many += acute;
    for (int i = 0; i < markdown::kMostMarks; ++i) few += acute;
    EXPECT_EQ(markdown::without_stacked_marks(many + "b"), few + "b");
    for (const std::string text :
         {"e\xCC\x81t\xC3\xA9", "\xE0\xB8\x99\xE0\xB9\x89\xE0\xB8\xB3", "\xF0\x9F\x98\x80 \xE4\xB8\xAD", "\xCC", "\xE2\x83"})
        EXPECT_EQ(markdown::without_stacked_marks(text), text);
    EXPECT_TRUE(has_stacked_marks(QString::fromStdString(many)));
    EXPECT_FALSE(has_stacked_marks(QString::fromStdString(few)));
}

struct Room {
    std::shared_ptr<testing::ScriptedModel> scripted = std::make_shared<testing::ScriptedModel>();
    std::unique_ptr<store::ConversationStore> store = std::move(store::ConversationStore::open_in_memory().value());
    std::unique_ptr<ChatSession> session;

    Room() {
        ChatSession::Setup setup;
        setup.store = store.get();
        setup.open_engine = testing::opener(scripted);
        setup.model = "scripted.gguf";
        setup.flush_interval_ms = 1;
        session = std::make_unique<ChatSession>(std::move(setup));
    }
    void wait_idle() const {
        QElapsedTimer timer;
        timer.start();
        while (session->busy() && timer.elapsed() < 20'000)
            QCoreApplication::processEvents(QEventLoop::AllEvents | QEventLoop::WaitForMoreEvents, 5);
    }
};

TEST(LongQuestion, IsShownInBoundedRowsAndCopiedWhole) {
    Room room;
    Model model(*room.session);
    for (const QString& text : long_texts()) {
        if (text.trimmed().isEmpty()) continue;
        room.session->new_conversation();
        room.scripted->push(testing::think_then_answer("thought", "answer"));
        ASSERT_TRUE(room.session->send(text));
        room.wait_idle();
        const bool is_long = pieces_of(text).size() > 1;
        const QModelIndex first = model.index(0);
        EXPECT_EQ(model.data(first, Model::ContinuedRole).toBool(), is_long);
        EXPECT_EQ(model.data(first, Model::LettersRole).toLongLong(), text.size());
        const int folded = model.count();
        model.setWhole(0, true);
        EXPECT_EQ(model.count(), folded + static_cast<int>(pieces_of(text).size()) - 1);
        for (int row = 0; row < model.count(); ++row)
            EXPECT_LE(model.data(model.index(row), Model::TextRole).toString().size(), kPieceLetters);
        EXPECT_EQ(model.questionAt(0), text);
        model.setWhole(0, false);
        EXPECT_EQ(model.count(), folded);
    }
}

TEST(Composer, ALongPasteBecomesABlockAndIsSentWholeAndInOrder) {
    Room room;
    ComposerViewModel composer(*room.session, room.store.get());
    const QString first = QStringLiteral(" \tline one\n\n").repeated(30'000), second(3'000'000, u'z');
    composer.setText(QStringLiteral("Read this: and this"));
    EXPECT_FALSE(composer.paste(QStringLiteral("short"), 0, 0));
    ASSERT_TRUE(composer.paste(first, 11, 11));
    EXPECT_EQ(composer.text(), QStringLiteral("and this"));
    ASSERT_TRUE(composer.paste(second, 8, 8));
    composer.setText(QStringLiteral(" - what is it?\n"));
    ASSERT_EQ(composer.blocks().size(), 2);
    for (const QVariant& block : composer.blocks())
        for (const QVariant& shown : block.toMap()) EXPECT_LE(shown.toString().size(), 400);
    EXPECT_TRUE(composer.canSend());
    room.scripted->push(testing::think_then_answer("a", "b"));
    ASSERT_TRUE(composer.send());
    room.wait_idle();
    const QString expected =
        QStringLiteral("Read this: ") + first + QStringLiteral("and this") + second + QStringLiteral(" - what is it?\n");
    EXPECT_EQ(room.session->messages().front().parts.front().text, expected);
    EXPECT_TRUE(composer.blocks().isEmpty());
    EXPECT_TRUE(composer.text().isEmpty());
}

TEST(Composer, ADraftWithBlocksIsRestored) {
    Room room;
    const QString pasted = QStringLiteral("1,2\n").repeated(40'000);
    {
        ComposerViewModel composer(*room.session, room.store.get());
        composer.setText(QStringLiteral("before"));
        ASSERT_TRUE(composer.paste(pasted, 6, 6));
        composer.setText(QStringLiteral("behind"));
    }
    ComposerViewModel again(*room.session, room.store.get());
    EXPECT_EQ(again.text(), QStringLiteral("behind"));
    ASSERT_EQ(again.blocks().size(), 1);
    EXPECT_EQ(again.blocks().front().toMap().value(QStringLiteral("before")).toString(), QStringLiteral("before"));
    again.removeBlock(0);
    EXPECT_EQ(again.text(), QStringLiteral("beforebehind"));
    EXPECT_TRUE(again.blocks().isEmpty());
}

TEST(Draft, WhatIsStoredComesBackAndNoTextIsTakenForBlocks) {
    const QString mark(QChar(0x1E));
    for (const QString& text : {QString(), QStringLiteral("plain"), mark, mark + QStringLiteral("3,4\nabcdefgh"), mark + u'\n'}) {
        Draft draft;
        draft.text = text;
        const Draft back = Draft::from_stored(draft.to_stored());
        EXPECT_TRUE(back.blocks.empty());
        EXPECT_EQ(back.text, text);
    }
    for (const char* damaged : {"9,9\nabc", "-1,2\nabc", "1\nabc", "99999999999999999999,1\nabc"}) {
        const QString stored = mark + QString::fromLatin1(damaged);
        EXPECT_TRUE(Draft::from_stored(stored).whole().endsWith(QStringLiteral("abc")));
    }
    EXPECT_EQ(Draft::from_stored(QString(100'000, u'x')).text.size(), 0);
    EXPECT_EQ(Draft::from_stored(QString(100'000, u'x')).whole().size(), 100'000);
}

TEST(Draft, TextIsBoundedWhateverIsPastedTypedOrShown) {
    Draft draft;
    for (int i = 0; i < 10; ++i) {
        const QString paste(Draft::kPastedLetters, u'p');
        if (!draft.insert_block(paste, draft.text.size(), draft.text.size())) draft.text += paste;
        EXPECT_LE(draft.text.size(), Draft::kTypedLetters);
    }
    EXPECT_EQ(draft.whole().size(), 10 * Draft::kPastedLetters);
    while (!draft.blocks.empty()) {
        if (!draft.show_block(static_cast<int>(draft.blocks.size()) - 1)) (void)draft.remove_block(0);
        EXPECT_LE(draft.text.size(), Draft::kTypedLetters);
        if (draft.blocks.size() == 1 && draft.text.isEmpty()) break;
    }
    QString marks = QStringLiteral("a");
    for (int i = 0; i < 200; ++i) marks += QChar(0x301);
    EXPECT_TRUE(Draft().insert_block(marks, 0, 0));
}

}  // namespace
}  // namespace soliloquy
