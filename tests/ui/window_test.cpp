/// tests/ui/window_test.cpp: conversations, search, keys, names for screen readers, small windows, and text that stays text.
#include <gtest/gtest.h>

#include <QAccessible>
#include <QClipboard>
#include <QGuiApplication>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QNetworkRequest>
#include <QQuickTextDocument>
#include <QTextBlock>
#include <QTextDocument>
#include <set>

#include "tests/ui/desk.h"

namespace soliloquy::testing {
namespace {

void ask(Desk& desk, const QString& question) {
    desk.key(Qt::Key_L, Qt::ControlModifier);
    desk.type(question);
    desk.key(Qt::Key_Return);
    EXPECT_TRUE(desk.wait_idle());
    desk.settle();
}

void all_items(QQuickItem* from, std::vector<QQuickItem*>& out) {
    if (!from->isVisible()) return;
    out.push_back(from);
    for (QQuickItem* child : from->childItems()) all_items(child, out);
}

std::vector<QQuickItem*> visible_items(const Desk& desk) {
    std::vector<QQuickItem*> items;
    all_items(desk.window->contentItem(), items);
    return items;
}

TEST(Window, TheFixedAccessibleNamesExist) {
    Desk desk;
    desk.model->push(think_then_answer("I think.", "I answer.", 120000));
    for (const char* name : {"Message", "Send", "New chat", "Conversations"})
        EXPECT_NE(desk.named(QString::fromLatin1(name)), nullptr) << name;
    desk.key(Qt::Key_L, Qt::ControlModifier);
    desk.type(QStringLiteral("Hello"));
    desk.key(Qt::Key_Return);
    ASSERT_TRUE(
        desk.wait([&] { return desk.named(QStringLiteral("Stop")) != nullptr && desk.named(QStringLiteral("Thought")) != nullptr; }));
    ASSERT_TRUE(desk.wait_idle());
    desk.settle();
    for (const char* name : {"Thought", "Answer"}) EXPECT_NE(desk.named(QString::fromLatin1(name)), nullptr) << name;
    QQuickItem* message = desk.named(QStringLiteral("Message"));
    EXPECT_EQ(QAccessible::queryAccessibleInterface(message)->role(), QAccessible::EditableText);
}

TEST(Window, EveryButtonHasANameAndReactsToAPress) {
    Desk desk;
    desk.model->push(think_then_answer("I think.", "I answer."));
    ask(desk, QStringLiteral("Hello"));
    int buttons = 0;
    for (QQuickItem* item : visible_items(desk)) {
        QAccessibleInterface* accessible = QAccessible::queryAccessibleInterface(item);
        if (accessible == nullptr || accessible->role() != QAccessible::Button) continue;
        ++buttons;
        EXPECT_FALSE(accessible->text(QAccessible::Name).isEmpty()) << item->metaObject()->className();
        ASSERT_NE(accessible->actionInterface(), nullptr);
        EXPECT_TRUE(accessible->actionInterface()->actionNames().contains(QAccessibleActionInterface::pressAction()));
    }
    EXPECT_GE(buttons, 9);
    desk.press(QStringLiteral("New chat"));
    EXPECT_EQ(desk.session->conversation(), 0);
}

TEST(Window, RenameDeleteAndUndo) {
    Desk desk;
    desk.model->push(think_then_answer("a", "b"));
    ask(desk, QStringLiteral("A question to keep"));
    const qlonglong id = desk.session->conversation();
    desk.key(Qt::Key_F6);
    desk.app->conversations()->reload();
    QQuickItem* list = desk.named(QStringLiteral("Conversations"));
    ASSERT_NE(list, nullptr);
    list->forceActiveFocus();
    desk.settle();
    desk.key(Qt::Key_F2);
    QQuickItem* field = desk.named(QStringLiteral("Title"));
    ASSERT_NE(field, nullptr);
    EXPECT_TRUE(field->hasActiveFocus());
    desk.type(QStringLiteral("Kept"));
    desk.key(Qt::Key_Return);
    EXPECT_EQ(desk.session->title(), QStringLiteral("Kept"));
    ASSERT_TRUE(list->hasActiveFocus());
    desk.key(Qt::Key_Delete);
    EXPECT_EQ(desk.app->conversations()->count(), 0);
    EXPECT_TRUE(desk.shows(QStringLiteral("Deleted")));
    desk.press(QStringLiteral("Undo"));
    EXPECT_EQ(desk.app->conversations()->count(), 1);
    EXPECT_EQ(desk.session->conversation(), id);
    EXPECT_EQ(desk.session->messages().size(), 2);
}

TEST(Window, SearchLooksInAnswersAndThoughtsApart) {
    Desk desk;
    desk.model->push(think_then_answer("the walrus thinks", "the carpenter answers"));
    ask(desk, QStringLiteral("Who?"));
    desk.app->chat()->newChat();
    desk.settle();
    desk.key(Qt::Key_K, Qt::ControlModifier);
    desk.type(QStringLiteral("walrus"));
    ASSERT_TRUE(desk.wait([&] { return desk.app->search()->count() == 1; }));
    desk.settle();
    desk.press(QStringLiteral("Search in: Answers"));
    EXPECT_EQ(desk.app->search()->count(), 0);
    EXPECT_TRUE(desk.shows(QStringLiteral("Nothing found.")));
    desk.press(QStringLiteral("Search in: Thoughts"));
    EXPECT_EQ(desk.app->search()->count(), 1);
    desk.key(Qt::Key_Down);
    desk.key(Qt::Key_Return);
    EXPECT_TRUE(desk.shows(QStringLiteral("the carpenter answers")));
}

TEST(Window, DraftsStayWithTheirConversation) {
    Desk desk;
    desk.model->push(think_then_answer("a", "b"));
    ask(desk, QStringLiteral("First"));
    const qlonglong id = desk.session->conversation();
    desk.type(QStringLiteral("half a thought"));
    ASSERT_TRUE(desk.wait([&] { return desk.session->draft() == QStringLiteral("half a thought"); }));
    desk.key(Qt::Key_N, Qt::ControlModifier);
    EXPECT_EQ(desk.named(QStringLiteral("Message"))->property("text").toString(), QString());
    desk.app->conversations()->open(id);
    desk.settle();
    EXPECT_EQ(desk.named(QStringLiteral("Message"))->property("text").toString(), QStringLiteral("half a thought"));
}

TEST(Window, ADraftIsKeptWhenAnotherConversationIsOpenedAtOnce) {
    Desk desk;
    desk.model->push(think_then_answer("a", "b"));
    ask(desk, QStringLiteral("First"));
    const qlonglong id = desk.session->conversation();
    desk.type(QStringLiteral("quick"));
    desk.key(Qt::Key_N, Qt::ControlModifier);
    desk.app->conversations()->open(id);
    desk.settle();
    EXPECT_EQ(desk.named(QStringLiteral("Message"))->property("text").toString(), QStringLiteral("quick"));
}

TEST(Window, KeysReachEveryPane) {
    Desk desk;
    desk.model->push(think_then_answer("a", "b"));
    ask(desk, QStringLiteral("First"));
    QQuickItem* message = desk.named(QStringLiteral("Message"));
    EXPECT_TRUE(message->hasActiveFocus());
    desk.key(Qt::Key_F6);
    EXPECT_TRUE(desk.named(QStringLiteral("Conversations"))->hasActiveFocus());
    desk.key(Qt::Key_F6);
    EXPECT_TRUE(desk.list()->hasActiveFocus());
    desk.key(Qt::Key_F6);
    EXPECT_TRUE(message->hasActiveFocus());
    desk.key(Qt::Key_Slash, Qt::ControlModifier);
    desk.settle(250);
    EXPECT_TRUE(desk.shows(QStringLiteral("Answer now; a second time: at once")));
    desk.key(Qt::Key_Escape);
    desk.settle(250);
    EXPECT_FALSE(desk.shows(QStringLiteral("Answer now; a second time: at once")));
    desk.key(Qt::Key_Comma, Qt::ControlModifier);
    desk.settle(250);
    EXPECT_TRUE(desk.shows(QStringLiteral("Temperature")));
    desk.key(Qt::Key_Escape);
    desk.settle(250);
    EXPECT_TRUE(message->hasActiveFocus()) << "what was closed gives the focus back";
}

TEST(Window, TabWalksThroughEverythingAndComesBack) {
    Desk desk;
    desk.model->push(think_then_answer("a", "b"));
    ask(desk, QStringLiteral("First"));
    std::set<QString> seen;
    for (int i = 0; i < 40; ++i) {
        desk.key(Qt::Key_Tab);
        ASSERT_NE(desk.window->activeFocusItem(), nullptr);
        for (QQuickItem* item = desk.window->activeFocusItem(); item != nullptr; item = item->parentItem())
            seen.insert(accessible_name(item));
    }
    for (const char* name :
         {"Message", "New chat", "Conversations", "Conversation", "Settings", "Nothing leaves", "Search", "Write it again"})
        EXPECT_TRUE(seen.count(QString::fromLatin1(name)) == 1) << name;
}

TEST(Window, TheSmallestWindowHoldsTheComposer) {
    Desk desk(Desk::Options{.width = 480, .height = 480});
    desk.model->push(think_then_answer("a", "b"));
    ask(desk, QStringLiteral("First"));
    for (const char* name : {"Message", "Send"}) {
        QQuickItem* item = desk.named(QString::fromLatin1(name));
        ASSERT_NE(item, nullptr);
        const QRectF place = item->mapRectToScene(QRectF(0, 0, item->width(), item->height()));
        EXPECT_TRUE(QRectF(0, 0, desk.window->width(), desk.window->height()).contains(place)) << name;
    }
    EXPECT_EQ(desk.named(QStringLiteral("Conversations")), nullptr);
    desk.key(Qt::Key_B, Qt::ControlModifier);
    desk.settle(300);
    EXPECT_NE(desk.named(QStringLiteral("Conversations")), nullptr);
    desk.key(Qt::Key_Escape);
    desk.settle(300);
    EXPECT_EQ(desk.named(QStringLiteral("Conversations")), nullptr);
}

TEST(Window, TheThemeIsKept) {
    Desk desk;
    const QColor light = desk.window->color();
    desk.app->settings()->setTheme(QStringLiteral("dark"));
    desk.settle();
    EXPECT_LT(desk.window->color().lightnessF(), 0.3);
    EXPECT_GT(light.lightnessF(), 0.8);
    EXPECT_EQ(desk.store->value("ui.theme").value(), std::optional<std::string>("dark"));
}

/// Text from people, models and files is shown as the letters it is: no document on screen holds a picture, and nothing is fetched.
TEST(Window, HostileTextIsInert) {
    const char* const payloads[] = {
        "<img src=\"http://127.0.0.1:9/x.png\">",
        "![x](http://127.0.0.1:9/x.png)",
        "<img src=\"file:///etc/hostname\">",
        "[![x](//127.0.0.1/y)](javascript:alert(1))",
        "<svg onload=x><style>*{background:url(http://127.0.0.1:9/)}</style>",
        "```html\n<img src=http://127.0.0.1:9/z>\n```",
        "| <img src=x> |\n|---|\n| <b>bold</b> |",
        "<table><tr><td background=http://127.0.0.1:9/>&lt;b&gt;",
    };
    Desk desk;
    for (const char* payload : payloads) desk.model->push(think_then_answer(payload, payload));
    for (const char* payload : payloads) {
        desk.app->chat()->newChat();
        ASSERT_TRUE(desk.session->send(QString::fromUtf8(payload)));
        ASSERT_TRUE(desk.wait_idle());
        desk.session->rename_conversation(desk.session->conversation(), QString::fromUtf8(payload));
        desk.app->chat()->parts()->setExpanded(desk.app->chat()->parts()->lastThoughtRow(), true);
        desk.settle(60);
        int documents = 0;
        for (QQuickItem* item : visible_items(desk)) {
            auto* document = item->property("textDocument").value<QQuickTextDocument*>();
            if (document == nullptr || document->textDocument() == nullptr) continue;
            ++documents;
            for (QTextBlock block = document->textDocument()->begin(); block.isValid(); block = block.next()) {
                for (auto at = block.begin(); !at.atEnd(); ++at) EXPECT_FALSE(at.fragment().charFormat().isImageFormat()) << payload;
            }
            EXPECT_FALSE(document->textDocument()->toPlainText().contains(QChar::ObjectReplacementCharacter)) << payload;
        }
        EXPECT_GE(documents, 3) << payload;
        for (QQuickItem* item : visible_items(desk)) {
            if (!item->inherits("QQuickText") || item->inherits("QQuickTextEdit")) continue;
            const int format = item->property("textFormat").toInt();
            EXPECT_TRUE(format == Qt::PlainText || item->metaObject()->className() == QByteArray("RichTextLine"))
                << item->property("text").toString().toStdString();
        }
    }
}

TEST(Window, TheNetworkOfQmlRefusesEveryAddress) {
    Desk desk;
    QNetworkReply* reply = desk.engine->networkAccessManager()->get(QNetworkRequest(QUrl(QStringLiteral("http://127.0.0.1:9/"))));
    ASSERT_TRUE(desk.wait([&] { return reply->isFinished(); }));
    EXPECT_EQ(reply->error(), QNetworkReply::ContentAccessDenied);
}

TEST(Window, ALinkIsShownAndCopiedNeverOpened) {
    Desk desk;
    desk.model->push(think_then_answer("a", "[harmless](https://example.org/?q=the+secret)"));
    ask(desk, QStringLiteral("Link"));
    QQuickItem* answer = desk.named(QStringLiteral("Answer"));
    ASSERT_NE(answer, nullptr);
    QMetaObject::invokeMethod(answer, "linkActivated", Q_ARG(QString, QStringLiteral("https://example.org/?q=the+secret")));
    desk.settle(250);
    EXPECT_TRUE(desk.shows(QStringLiteral("https://example.org/?q=the+secret")));
    EXPECT_EQ(desk.named(QStringLiteral("Open")), nullptr);
    desk.press(QStringLiteral("Copy"));
    desk.settle(250);
    EXPECT_EQ(QGuiApplication::clipboard()->text(), QStringLiteral("https://example.org/?q=the+secret"));
}

}  // namespace
}  // namespace soliloquy::testing
