/// tests/unit/chat_session/unsaved_turn_test.cpp: the end of a turn that the store refuses is kept, tried again, and stored at exit.
#include <SQLiteCpp/SQLiteCpp.h>

#include "tests/unit/chat_session/chat_fixture.h"

namespace soliloquy {
namespace {

using testing::think_then_answer;

class UnsavedTurnTest : public ChatTest {
  protected:
    /// A turn that ends while another program keeps the lock.
    void finish_while_locked() {
        restart(10);
        model->push(think_then_answer("a thought", "the whole answer"));
        const bool began = session->send("q");
        other = std::make_unique<SQLite::Database>((folder / "conversations.db").string(), SQLite::OPEN_READWRITE);
        other->exec("BEGIN IMMEDIATE");
        finish(began);
        ASSERT_FALSE(last().saved);
        ASSERT_EQ(answer(), "the whole answer");
    }
    void expect_stored(store::MessageId id) {
        const auto stored = store->message(id);
        ASSERT_TRUE(stored.ok()) << stored.error().message;
        EXPECT_EQ(stored->status, store::MessageStatus::finished);
        EXPECT_EQ(stored->text_of(store::PartKind::text), "the whole answer");
        EXPECT_EQ(stored->text_of(store::PartKind::reasoning), "a thought");
    }
    std::unique_ptr<SQLite::Database> other;
};

TEST_F(UnsavedTurnTest, IsStoredWhenTheLockIsGone) {
    finish_while_locked();
    EXPECT_FALSE(session->regenerate(last().id));  // the next turn waits for the last
    EXPECT_NE(troubles.find("not saved yet"), std::string::npos) << troubles;
    other->exec("ROLLBACK");
    ASSERT_TRUE(wait_for([this] { return last().saved; }));
    expect_stored(last().id);
    ask("another");
    EXPECT_EQ(session->messages().size(), 4);
    EXPECT_TRUE(last().saved);
}

TEST_F(UnsavedTurnTest, IsStoredWhenItsConversationIsOpenedAgain) {
    finish_while_locked();
    const auto conversation = session->conversation();
    session->new_conversation();
    ASSERT_TRUE(session->open_conversation(conversation));  // read, while it still cannot be written
    other->exec("ROLLBACK");
    ASSERT_TRUE(wait_for([this] { return answer() == "the whole answer"; }));
    EXPECT_EQ(last().status, store::MessageStatus::finished);
    expect_stored(last().id);
}

TEST_F(UnsavedTurnTest, IsStoredAtExit) {
    finish_while_locked();
    const store::MessageId id = last().id;
    other->exec("ROLLBACK");
    restart();
    expect_stored(id);
    EXPECT_EQ(store->recovered_messages(), 0u);
}

TEST_F(UnsavedTurnTest, IsStoredThoughItWasTakenForInterruptedMeanwhile) {
    restart(10);
    other = std::make_unique<SQLite::Database>((folder / "conversations.db").string(), SQLite::OPEN_READWRITE);
    other->exec("CREATE TRIGGER refuse BEFORE UPDATE OF status ON messages WHEN new.status = 0 BEGIN SELECT RAISE(ABORT, 'no'); END");
    model->push(think_then_answer("a thought", "the whole answer"));
    finish(session->send("q"));
    ASSERT_FALSE(last().saved);  // the text is in the store, its end is not
    other->exec("UPDATE messages SET status = 3 WHERE status = 1");
    other->exec("DROP TRIGGER refuse");
    ASSERT_TRUE(wait_for([this] { return last().saved; }));
    expect_stored(last().id);
}

}  // namespace
}  // namespace soliloquy
