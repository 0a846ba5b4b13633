/// tests/unit/viewmodels/composer_test.cpp: what is typed is in the store at every moment, as a draft or as the question of a turn.
#include "app/viewmodels/composer_view_model.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include "tests/unit/chat_session/chat_fixture.h"

namespace soliloquy {
namespace {

/// A draft may only be deleted once its words are those of a message: any other deletion is an error.
void guard_drafts(const std::filesystem::path& file) {
    SQLite::Database(file.string(), SQLite::OPEN_READWRITE)
        .exec(
            "CREATE TRIGGER guarded_delete BEFORE DELETE ON drafts WHEN NOT EXISTS (SELECT 1 FROM parts WHERE body = old.body) "
            "BEGIN SELECT RAISE(ABORT, 'a draft was deleted before its question was stored'); END;"
            "CREATE TRIGGER guarded_change BEFORE UPDATE ON drafts WHEN new.body = '' "
            "BEGIN SELECT RAISE(ABORT, 'a draft was emptied before its question was stored'); END;");
}

TEST_F(ChatTest, ADraftIsTakenAwayByTheTransactionThatStoresItsQuestion) {
    guard_drafts(folder / "conversations.db");
    ComposerViewModel composer(*session, store.get());
    for (const char* question : {"of a new chat", "of a chat that has begun"}) {
        model->push(testing::think_then_answer("t", "a"));
        composer.setText(question);
        session->save_draft(question);
        ASSERT_EQ(*store->draft(session->conversation()), question);
        ASSERT_TRUE(composer.send());
        finish();
        EXPECT_EQ(*store->draft(session->conversation()), "");
        EXPECT_EQ(*store->draft(0), "");
        EXPECT_EQ(composer.text(), "");
    }
    EXPECT_EQ(troubles, "");
}

TEST_F(ChatTest, AnEditedQuestionLeavesWhatIsTypedForTheNext) {
    model->push(testing::think_then_answer("t", "a"));
    ask("first");
    session->save_draft("typed meanwhile");
    model->push(testing::think_then_answer("t", "b"));
    finish(session->edit(session->messages().front().id, "first, edited"));
    EXPECT_EQ(*store->draft(session->conversation()), "typed meanwhile");
}

}  // namespace
}  // namespace soliloquy
