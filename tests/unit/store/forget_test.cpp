/// tests/unit/store/forget_test.cpp: delete can be undone; forgotten text is in no file any more.
#include <SQLiteCpp/SQLiteCpp.h>

#include "tests/unit/store/store_fixture.h"

namespace soliloquy::store {
namespace {

TEST_F(StoreTest, DeleteCanBeUndoneUntilItIsPurged) {
    const ConversationId id = new_conversation();
    add_turn(id, 0, "q", "t", "a");
    ASSERT_TRUE(store->remove_conversation(id, 100).ok());
    EXPECT_TRUE(store->conversations()->empty());
    EXPECT_EQ(*store->purge_removed(100), 0u);  // not older than that
    ASSERT_TRUE(store->restore_conversation(id).ok());
    EXPECT_EQ(store->conversations()->size(), 1u);
    EXPECT_EQ(store->active_path(id)->size(), 2u);
    ASSERT_TRUE(store->remove_conversation(id, 100).ok());
    EXPECT_EQ(*store->purge_removed(101), 1u);
    EXPECT_FALSE(store->restore_conversation(id).ok());
}

class ForgetTest : public StoreTest {
  protected:
    void fill_around() {
        for (int i = 0; i < 20; ++i) add_turn(new_conversation("other"), 0, "plain question", "plain thought", "plain answer");
    }
    /// Question, thought, answer, title, draft and token bytes carry markers of their own.
    Turn add_marked(ConversationId& id) {
        id = new_conversation("TITLEMARKER");
        EXPECT_TRUE(store->save_draft(id, "DRAFTMARKER").ok());
        auto turn = store->begin_turn({.conversation = id, .question = "QXUESTIONMARKER " + std::string(9000, 'x')});
        EXPECT_TRUE(store->save_draft(id, "DRAFTMARKER again").ok());
        for (int i = 0; i < 5; ++i) {
            StreamChunk chunk;
            chunk.text = {{.kind = i < 3 ? PartKind::reasoning : PartKind::text,
                           .begins_part = i == 0 || i == 3,
                           .text = i < 3 ? "THXOUGHTMARKER " : "ANXSWERMARKER ",
                           .token_begin = static_cast<uint32_t>(i),
                           .token_end = static_cast<uint32_t>(i) + 1}};
            chunk.tokens = some_tokens(0, 1);
            chunk.tokens.bytes = "TOKENMARKER";
            chunk.tokens.byte_count = {11};
            EXPECT_TRUE(store->append_stream(turn->assistant, chunk).ok());
        }
        EXPECT_TRUE(store->finish_stream(turn->assistant, {}).ok());
        return *turn;
    }
    static bool holds(const std::string& bytes, const char* marker) { return bytes.find(marker) != std::string::npos; }
    // The index keeps its words in small letters and only from where they differ from the word before: from the x of the markers, at most.
    static void expect_no(const std::string& bytes, std::initializer_list<const char*> markers) {
        for (const char* marker : markers) EXPECT_FALSE(holds(bytes, marker)) << marker;
    }
};

TEST_F(ForgetTest, AForgottenConversationIsInNoFile) {
    fill_around();
    ConversationId id = 0;
    add_marked(id);
    fill_around();
    for (const char* marker : {"TITLEMARKER", "QXUESTIONMARKER", "THXOUGHTMARKER", "ANXSWERMARKER", "TOKENMARKER", "DRAFTMARKER",
                               "thxoughtmarker", "xuestionmarker"}) {
        ASSERT_TRUE(holds(all_bytes(), marker)) << marker;  // else the test would see nothing
    }
    ASSERT_TRUE(store->forget_conversation(id).ok());
    expect_no(all_bytes(), {"ITLEMARKER", "XUESTIONMARKER", "XOUGHTMARKER", "XSWERMARKER", "OKENMARKER", "RAFTMARKER", "xoughtmarker",
                            "xuestionmarker", "xswermarker"});
    EXPECT_EQ(store->search("plain", SearchScope::thoughts, 100)->size(), 40u);
    reopen();
    EXPECT_EQ(store->search("plain", SearchScope::thoughts, 100)->size(), 40u);
}

TEST_F(ForgetTest, APurgeAfterAnUndoTimeLeavesNothingEither) {
    ConversationId id = 0;
    add_marked(id);
    ASSERT_TRUE(store->remove_conversation(id, 5).ok());
    reopen();
    ASSERT_TRUE(holds(all_bytes(), "THXOUGHTMARKER"));
    EXPECT_EQ(*store->purge_removed(6), 1u);
    expect_no(all_bytes(), {"ITLEMARKER", "XUESTIONMARKER", "XOUGHTMARKER", "XSWERMARKER", "OKENMARKER", "RAFTMARKER", "xoughtmarker",
                            "xuestionmarker"});
}

TEST_F(ForgetTest, AForgottenThoughtIsInNoFileAndTheAnswerStays) {
    fill_around();
    ConversationId id = 0;
    const Turn turn = add_marked(id);
    ASSERT_TRUE(store->forget_thought(turn.assistant).ok());
    const std::string bytes = all_bytes();
    expect_no(bytes, {"XOUGHTMARKER", "OKENMARKER", "xoughtmarker"});
    EXPECT_TRUE(holds(bytes, "ANXSWERMARKER"));
    EXPECT_EQ(store->message(turn.assistant)->text_of(PartKind::text), "ANXSWERMARKER ANXSWERMARKER ");
    EXPECT_TRUE(store->search("thxoughtmarker", SearchScope::everything)->empty());
    EXPECT_EQ(store->search("anxswermarker", SearchScope::everything)->size(), 1u);
    EXPECT_TRUE(store->tokens(turn.assistant)->empty());
    ASSERT_TRUE(store->resume_stream(turn.assistant).ok());  // parts are still numbered without a gap
    ASSERT_TRUE(store->append_stream(turn.assistant, {.text = {{.kind = PartKind::text, .text = "more"}}}).ok());
    ASSERT_TRUE(store->finish_stream(turn.assistant, {}).ok());
    EXPECT_EQ(store->message(turn.assistant)->text_of(PartKind::text), "ANXSWERMARKER ANXSWERMARKER more");
}

TEST_F(ForgetTest, AThoughtTooLongToBeFoldedIsForgottenWithItsTokens) {
    const ConversationId id = new_conversation();
    const auto turn = store->begin_turn({.conversation = id, .question = "q"});
    for (uint32_t i = 0; i < 20; ++i) {
        StreamChunk chunk;
        chunk.text = {{.kind = PartKind::reasoning, .begins_part = i == 0, .text = "THXOUGHTMARKER "}};
        chunk.tokens = some_tokens(i * 1000, 1000);
        ASSERT_TRUE(store->append_stream(turn->assistant, chunk).ok());
    }
    ASSERT_TRUE(store->finish_stream(turn->assistant, {}).ok());
    ASSERT_EQ(store->tokens(turn->assistant)->size(), 20'000u);
    ASSERT_TRUE(store->forget_thought(turn->assistant).ok());
    EXPECT_TRUE(store->tokens(turn->assistant)->empty());
    expect_no(all_bytes(), {"XOUGHTMARKER", "xoughtmarker"});
}

TEST_F(ForgetTest, AConversationOfAnyLengthIsDeletedAndDoesNotKeepTheNext) {
    const ConversationId lengthy = new_conversation("lengthy"), brief = new_conversation("brief");
    {
        SQLite::Database direct(file.string(), SQLite::OPEN_READWRITE);
        SQLite::Transaction transaction(direct);
        SQLite::Statement insert(direct, "INSERT INTO messages (conversation_id, parent_id, role, status, created) VALUES (?, ?, 0, 0, 1)");
        int64_t parent = 0;
        for (int i = 0; i < 5000; ++i) {
            insert.bind(1, static_cast<int64_t>(lengthy));
            parent == 0 ? insert.bind(2) : insert.bind(2, parent);
            insert.exec();
            insert.reset();
            parent = direct.getLastInsertRowid();
        }
        transaction.commit();
    }
    add_turn(brief, 0, "q", "t", "a");
    ASSERT_TRUE(store->remove_conversation(lengthy, 1).ok());
    ASSERT_TRUE(store->remove_conversation(brief, 1).ok());
    const auto purged = store->purge_removed(2);
    ASSERT_TRUE(purged.ok()) << purged.error().message;
    EXPECT_EQ(*purged, 2u);
    SQLite::Database direct(file.string(), SQLite::OPEN_READONLY);
    for (const char* table : {"conversations", "messages", "parts", "message_tokens"}) {
        EXPECT_EQ(direct.execAndGet(std::string("SELECT COUNT(*) FROM ") + table).getInt(), 0) << table;
    }
}

TEST_F(ForgetTest, WordsThatAnInterruptedDeletionLeftAreErasedAtTheNextStart) {
    fill_around();
    ConversationId id = 0;
    add_marked(id);
    fill_around();
    store.reset();
    store = std::move(*ConversationStore::open(file, {.busy_timeout_ms = 50}));
    {
        // What keeps the log keeps the traces, as the end of the program at this moment would.
        SQLite::Database reader(file.string(), SQLite::OPEN_READONLY);
        reader.exec("BEGIN");
        SQLite::Statement look(reader, "SELECT COUNT(*) FROM messages");
        ASSERT_TRUE(look.executeStep());
        ASSERT_FALSE(store->forget_conversation(id).ok());
        ASSERT_TRUE(holds(all_bytes(), "THXOUGHTMARKER"));
        store.reset();
    }
    reopen();
    expect_no(all_bytes(), {"ITLEMARKER", "XUESTIONMARKER", "XOUGHTMARKER", "xoughtmarker", "xuestionmarker"});
}

TEST_F(ForgetTest, AReaderThatKeepsTheLogIsAnErrorNotASilence) {
    ConversationId id = 0;
    add_marked(id);
    store.reset();
    store = std::move(*ConversationStore::open(file, {.busy_timeout_ms = 50}));
    SQLite::Database reader(file.string(), SQLite::OPEN_READONLY);
    reader.exec("BEGIN");
    SQLite::Statement look(reader, "SELECT COUNT(*) FROM messages");
    ASSERT_TRUE(look.executeStep());
    const auto forgotten = store->forget_conversation(id);
    ASSERT_FALSE(forgotten.ok());
    EXPECT_EQ(forgotten.error().code, StoreErrorCode::busy);
    EXPECT_TRUE(store->conversations()->empty());
}

}  // namespace
}  // namespace soliloquy::store
