/// tests/ui/conversation_test.cpp: asking, watching, folding, stopping and going on, in the real window with keys, wheel and presses.
#include <gtest/gtest.h>

#include <QClipboard>
#include <QGuiApplication>

#include "tests/ui/desk.h"

namespace soliloquy::testing {
namespace {

const QString kMessage = QStringLiteral("Message");

void ask(Desk& desk, const QString& question) {
    desk.key(Qt::Key_L, Qt::ControlModifier);
    desk.type(question);
    desk.key(Qt::Key_Return);
}

TEST(Conversation, EnterSendsAndTheAnswerIsShown) {
    Desk desk;
    desk.model->push(think_then_answer("They are equal.\nI pad the decimals.", "**9.9** is larger."));
    ask(desk, QStringLiteral("Which is larger?"));
    ASSERT_TRUE(desk.wait_idle());
    ASSERT_EQ(desk.model->requests().size(), 1u);
    EXPECT_EQ(desk.model->requests()[0].messages.back().content, "Which is larger?");
    desk.settle();
    EXPECT_TRUE(desk.shows(QStringLiteral("9.9 is larger.")));
    EXPECT_EQ(desk.named(kMessage)->property("text").toString(), QString());
    EXPECT_NE(desk.named(QStringLiteral("Answer")), nullptr);
    EXPECT_NE(desk.named(QStringLiteral("Thought")), nullptr);
}

TEST(Conversation, ShiftEnterBreaksTheLineAndNothingEmptyIsSent) {
    Desk desk;
    desk.key(Qt::Key_Return);
    desk.type(QStringLiteral("one"));
    desk.key(Qt::Key_Return, Qt::ShiftModifier);
    desk.type(QStringLiteral("two"));
    EXPECT_EQ(desk.named(kMessage)->property("text").toString(), QStringLiteral("one\ntwo"));
    EXPECT_TRUE(desk.session->messages().isEmpty());
}

TEST(Conversation, ThoughtStreamsOpenAndFoldsWhenTheAnswerBegins) {
    Desk desk;
    desk.model->push(think_then_answer("First line.\nSecond line.\nThird line.", "The end.", 120000));
    ask(desk, QStringLiteral("Think"));
    ASSERT_TRUE(desk.wait([&] { return desk.shows(QStringLiteral("Second")); })) << "the thought is open while it is written";
    EXPECT_TRUE(desk.shows(QStringLiteral("Thinking")));
    ASSERT_TRUE(desk.wait_idle());
    desk.settle();
    EXPECT_FALSE(desk.shows(QStringLiteral("Second line."))) << "a thought that nobody opened folds";
    EXPECT_TRUE(desk.shows(QStringLiteral("Thought for")));
    desk.key(Qt::Key_T, Qt::ControlModifier | Qt::ShiftModifier);
    EXPECT_TRUE(desk.shows(QStringLiteral("Second line.")));
    desk.key(Qt::Key_T, Qt::ControlModifier | Qt::ShiftModifier);
    EXPECT_FALSE(desk.shows(QStringLiteral("Second line.")));
}

TEST(Conversation, AThoughtThatTheUserOpenedIsNeverClosed) {
    Desk desk;
    desk.model->push(think_then_answer("First line.\nSecond line.\nThird line.", "The end.", 120000));
    ask(desk, QStringLiteral("Think"));
    ASSERT_TRUE(desk.wait([&] { return desk.shows(QStringLiteral("First")); }));
    desk.key(Qt::Key_T, Qt::ControlModifier | Qt::ShiftModifier);
    ASSERT_FALSE(desk.shows(QStringLiteral("First line.")));
    desk.key(Qt::Key_T, Qt::ControlModifier | Qt::ShiftModifier);
    ASSERT_TRUE(desk.wait_idle());
    desk.settle();
    EXPECT_TRUE(desk.shows(QStringLiteral("Second line.")));
}

/// The line at the top of what is visible, and where it stands in the window.
std::pair<QString, double> top_line(QQuickItem* list) {
    QQuickItem* content = list->property("contentItem").value<QQuickItem*>();
    std::pair<QString, double> top{QString(), 1e9};
    for (QQuickItem* child : content->childItems()) {
        const double y = child->mapToItem(list, QPointF(0, 0)).y();
        if (child->property("text").toString().isEmpty() || y < 0 || y >= top.second) continue;
        top = {child->property("text").toString(), y};
    }
    return top;
}

TEST(Conversation, NothingMovesUnderTheReaderOfAThought) {
    Desk desk;
    desk.model->push(long_stream(40000, 39990, 100));
    ask(desk, QStringLiteral("Think long"));
    ASSERT_TRUE(desk.wait([&] { return desk.model->tokens_emitted() > 1500; }));
    ASSERT_NE(desk.lines(), nullptr);
    for (int i = 0; i < 4; ++i) {
        desk.wheel(desk.lines(), 240);
        desk.settle(40);
    }
    desk.settle(500);
    const auto before = top_line(desk.lines());
    const uint64_t tokens = desk.model->tokens_emitted();
    ASSERT_FALSE(before.first.isEmpty());
    EXPECT_NE(desk.named(QStringLiteral("Jump to newest")), nullptr);
    ASSERT_TRUE(desk.wait([&] { return desk.model->tokens_emitted() > tokens + 5000; }, 60000));
    desk.settle(50);
    EXPECT_EQ(top_line(desk.lines()), before);
    desk.press(QStringLiteral("Jump to newest"));
    desk.settle(100);
    EXPECT_EQ(desk.named(QStringLiteral("Jump to newest")), nullptr);
    EXPECT_TRUE(desk.lines()->property("atYEnd").toBool());
    desk.key(Qt::Key_Escape);
    ASSERT_TRUE(desk.wait_idle());
}

TEST(Conversation, NothingMovesUnderTheReaderOfTheConversation) {
    Desk desk;
    desk.model->push(long_stream(40000, 0, 100));
    ask(desk, QStringLiteral("Write long"));
    ASSERT_TRUE(desk.wait([&] { return desk.list() != nullptr && desk.model->tokens_emitted() > 1500; }));
    for (int i = 0; i < 4; ++i) {
        desk.wheel(desk.list(), 240);
        desk.settle(40);
    }
    desk.settle(500);
    EXPECT_FALSE(desk.list()->property("following").toBool());
    const auto before = top_line(desk.list());
    const uint64_t tokens = desk.model->tokens_emitted();
    ASSERT_TRUE(desk.wait([&] { return desk.model->tokens_emitted() > tokens + 5000; }, 60000));
    desk.settle(50);
    EXPECT_EQ(top_line(desk.list()).second, before.second);
    EXPECT_EQ(top_line(desk.list()).first.left(40), before.first.left(40));
    desk.press(QStringLiteral("Jump to newest"));
    EXPECT_TRUE(desk.list()->property("following").toBool());
    desk.key(Qt::Key_Escape);
    ASSERT_TRUE(desk.wait_idle());
}

TEST(Conversation, EscapeStopsAndKeepsEverything) {
    Desk desk;
    desk.model->push(long_stream(4000, 3000, 400));
    ask(desk, QStringLiteral("Think long"));
    ASSERT_TRUE(desk.wait([&] { return desk.model->tokens_emitted() > 300; }));
    EXPECT_NE(desk.named(QStringLiteral("Stop")), nullptr);
    desk.key(Qt::Key_Escape);
    ASSERT_TRUE(desk.wait_idle());
    desk.settle();
    EXPECT_NE(desk.named(QStringLiteral("Send")), nullptr);
    const QString kept = desk.session->thought_text(desk.session->messages().back().id);
    EXPECT_TRUE(kept.contains(QStringLiteral("w250")));
    EXPECT_TRUE(desk.shows(QStringLiteral("Stopped after")));
    EXPECT_NE(desk.named(QStringLiteral("Continue")), nullptr);
}

TEST(Conversation, AnUnfinishedThoughtIsNeverAnEmptyBubble) {
    Desk desk;
    desk.model->push(unfinished_thought("I multiply 48 by each digit"));
    desk.model->push(think_then_answer("I multiply 48 by each digit", "It is 3648."));
    ask(desk, QStringLiteral("Multiply 48 by 76."));
    ASSERT_TRUE(desk.wait_idle());
    desk.settle();
    EXPECT_TRUE(desk.shows(QStringLiteral("The model stopped inside its thought.")));
    EXPECT_TRUE(desk.shows(QStringLiteral("I multiply 48 by each digit"))) << "an unfinished thought stays open";
    desk.press(QStringLiteral("Answer from here"));
    ASSERT_TRUE(desk.wait([&] { return !desk.session->busy() && desk.model->requests().size() == 2; }));
    desk.settle();
    EXPECT_TRUE(desk.model->requests()[1].close_thought);
    EXPECT_FALSE(desk.shows(QStringLiteral("The model stopped inside its thought.")));
    EXPECT_TRUE(desk.shows(QStringLiteral("3648")));
}

TEST(Conversation, AnErrorSaysWhatHappenedAndCanBeRetried) {
    Desk desk;
    Script broken;
    broken.refuse = Error{ErrorCode::out_of_memory, "The model does not fit. It needs 19.4 GB; 7.1 GB are free."};
    desk.model->push(broken);
    desk.model->push(think_then_answer("a", "Now it works."));
    ask(desk, QStringLiteral("Try"));
    ASSERT_TRUE(desk.wait_idle());
    desk.settle();
    EXPECT_TRUE(desk.shows(QStringLiteral("7.1 GB are free")));
    desk.press(QStringLiteral("Retry"));
    ASSERT_TRUE(desk.wait([&] { return !desk.session->busy() && desk.model->requests().size() == 2; }));
    desk.settle();
    EXPECT_TRUE(desk.shows(QStringLiteral("Now it works.")));
}

TEST(Conversation, WritingAgainKeepsTheOtherVersion) {
    Desk desk;
    desk.model->push(think_then_answer("a", "The first version."));
    desk.model->push(think_then_answer("b", "The second version."));
    ask(desk, QStringLiteral("Write"));
    ASSERT_TRUE(desk.wait_idle());
    desk.settle();
    desk.press(QStringLiteral("Write it again"));
    ASSERT_TRUE(desk.wait([&] { return !desk.session->busy() && desk.model->requests().size() == 2; }));
    desk.settle();
    EXPECT_TRUE(desk.shows(QStringLiteral("The second version.")));
    EXPECT_TRUE(desk.shows(QStringLiteral("2 of 2")));
    desk.press(QStringLiteral("Previous version"));
    EXPECT_TRUE(desk.shows(QStringLiteral("The first version.")));
    EXPECT_TRUE(desk.shows(QStringLiteral("1 of 2")));
}

TEST(Conversation, ACopiedAnswerHoldsNoThought) {
    Desk desk;
    desk.model->push(think_then_answer("secret thought", "public answer"));
    ask(desk, QStringLiteral("Write"));
    ASSERT_TRUE(desk.wait_idle());
    desk.key(Qt::Key_C, Qt::ControlModifier | Qt::ShiftModifier);
    EXPECT_EQ(QGuiApplication::clipboard()->text(), QStringLiteral("public answer"));
    desk.app->chat()->copyBoth(0);
    EXPECT_TRUE(QGuiApplication::clipboard()->text().contains(QStringLiteral("secret thought")));
}

TEST(Conversation, OneOfTheFirstPromptsCanBePressed) {
    Desk desk;
    desk.model->push(think_then_answer("a", "**843**"));
    desk.press(QStringLiteral("What is 487 + 356?"));
    ASSERT_TRUE(desk.wait([&] { return desk.model->requests().size() == 1 && !desk.session->busy(); }));
    EXPECT_EQ(desk.model->requests()[0].messages.back().content, "What is 487 + 356?");
}

TEST(Conversation, AQuestionSentWhileTheModelIsOpenedWaitsForIt) {
    Desk desk(Desk::Options{.load = false});
    desk.model->push(think_then_answer("a", "At last."));
    desk.model->set_load(20, 60000);
    desk.session->load_model();
    desk.settle(50);
    ask(desk, QStringLiteral("Are you there?"));
    EXPECT_TRUE(desk.shows(QStringLiteral("Sent as soon as the model is open")));
    ASSERT_TRUE(desk.wait([&] { return desk.model->requests().size() == 1 && !desk.session->busy(); }));
    desk.settle();
    EXPECT_TRUE(desk.shows(QStringLiteral("At last.")));
}

TEST(Conversation, AModelThatCannotBeOpenedIsSaidAndTriedAgain) {
    Desk desk(Desk::Options{.load = false});
    desk.model->fail_load(Error{ErrorCode::invalid_file, "pocket.gguf: expected 8,964,112 bytes, found 12"});
    desk.session->load_model();
    ASSERT_TRUE(desk.wait([&] { return !desk.app->chat()->trouble().isEmpty(); }));
    desk.settle();
    EXPECT_TRUE(desk.shows(QStringLiteral("found 12")));
    desk.model->load_works();
    desk.press(QStringLiteral("Retry"));
    ASSERT_TRUE(desk.wait([&] { return desk.session->model_info().has_value(); }));
    desk.settle();
    EXPECT_FALSE(desk.shows(QStringLiteral("found 12")));
}

TEST(Conversation, ThinkingIsSwitchedForTheNextMessage) {
    Desk desk;
    desk.model->push(think_then_answer("", "Directly."));
    desk.app->settings()->setThinking(QStringLiteral("off"));
    EXPECT_NE(desk.named(QStringLiteral("Thinking: Answer directly")), nullptr);
    ask(desk, QStringLiteral("Quick"));
    ASSERT_TRUE(desk.wait_idle());
    ASSERT_EQ(desk.model->requests().size(), 1u);
    EXPECT_EQ(desk.model->requests()[0].thinking, std::optional<bool>(false));
}

}  // namespace
}  // namespace soliloquy::testing
