/// tests/unit/chat_session/title_test.cpp: titles come from questions and answers, never from thoughts.
#include <random>

#include "app/chat/conversation_title.h"
#include "tests/unit/chat_session/chat_fixture.h"

namespace soliloquy {
namespace {

TEST(Title, IsTheFirstLineThatSaysSomething) {
    EXPECT_EQ(title_from("\n\n  ## **Which** is `larger`?\nmore"), "Which is larger?");
    EXPECT_EQ(title_from("---\n> quoted words"), "quoted words");
    EXPECT_EQ(title_from(QStringLiteral("a\u202Eb\u0007c")), "abc");
    EXPECT_EQ(title_from(" \n\t\n"), "");
    const QString longer = title_from(QString("word ").repeated(50));
    EXPECT_LE(longer.size(), 61);
    EXPECT_TRUE(longer.endsWith(QStringLiteral("word\u2026")));
    EXPECT_FALSE(title_from(QString(QStringLiteral("\U0001F389")).repeated(100)).chopped(1).back().isHighSurrogate());
}

TEST(Title, OfAQuestionThatTellsNothingIsTheAnswers) {
    EXPECT_EQ(conversation_title("7*8", "Fifty-six."), "Fifty-six.");
    EXPECT_EQ(conversation_title("?", ""), "");
    EXPECT_EQ(conversation_title("7*8", ""), "7*8");
    EXPECT_EQ(conversation_title("What is 7*8?", "56"), "What is 7*8?");
}

TEST_F(ChatTest, TitlesAndCopiesHoldNoByteOfAThought) {
    std::mt19937 random(9);
    const auto words = [&](std::string text, const char* letters) {
        for (size_t n = random() % 12; n > 0; --n) {
            for (size_t k = 1 + random() % 6; k > 0; --k) text += letters[random() % 8];
            text += random() % 6 == 0 ? '\n' : ' ';
        }
        return text;
    };
    for (int i = 0; i < 40; ++i) {
        // thoughts are written in letters that nothing else uses
        const std::string thought_words = words("Q", "QRSTUVWX");
        const std::string question = i % 3 == 0 ? "7*8" : words("ask ", "abcdefgh");
        testing::Script script = i % 4 == 3 ? testing::unfinished_thought(thought_words)
                                            : testing::think_then_answer(thought_words, words("it is ", "abcdefgh"));
        auto fresh = std::make_shared<testing::ScriptedModel>();
        fresh->push(script);
        model = fresh;
        restart();
        ask(QString::fromStdString(question));
        const QString title = session->title(), copied = session->answer_text(last().id);
        EXPECT_FALSE(title.isEmpty());
        for (const QChar c : QStringLiteral("QRSTUVWX")) {
            EXPECT_FALSE(title.contains(c)) << title.toStdString();
            EXPECT_FALSE(copied.contains(c)) << copied.toStdString();
        }
        EXPECT_TRUE(session->thought_text(last().id).startsWith(u'Q'));
    }
}

}  // namespace
}  // namespace soliloquy
