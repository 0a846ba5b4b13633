/// tests/unit/store/conversation_store_test.cpp: opening, owning, refusing; the list, drafts and values.
#include <sys/stat.h>

#include "app/store/schema.h"
#include "tests/unit/store/store_fixture.h"

namespace soliloquy::store {
namespace {

using ::testing::HasSubstr;

TEST_F(StoreTest, FolderAndFilesAreTheUsersOnly) {
    struct stat info = {};
    ASSERT_EQ(stat(file.parent_path().c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777u, 0700u);
    new_conversation();
    for (const char* suffix : {"", "-wal", "-shm"}) {
        ASSERT_EQ(stat((file.string() + suffix).c_str(), &info), 0) << suffix;
        EXPECT_EQ(info.st_mode & 0077u, 0u) << suffix;
    }
}

TEST_F(StoreTest, OneOwnerAndAnyNumberOfReaders) {
    const ConversationId id = new_conversation("first");
    auto second = ConversationStore::open(file);
    ASSERT_FALSE(second.ok());
    EXPECT_EQ(second.error().code, StoreErrorCode::in_use);
    auto reader = ConversationStore::open(file, {.read_only = true});
    ASSERT_TRUE(reader.ok()) << reader.error().message;
    EXPECT_EQ((*reader)->conversation(id)->title, "first");
    EXPECT_FALSE((*reader)->rename(id, "changed", true).ok());
    EXPECT_EQ(store->conversation(id)->title, "first");
}

TEST_F(StoreTest, AReaderDoesNotEndTheStreamOfTheOwner) {
    const ConversationId id = new_conversation();
    const auto turn = store->begin_turn({.conversation = id, .question = "q"});
    ASSERT_TRUE(turn.ok()) << turn.error().message;
    auto reader = ConversationStore::open(file, {.read_only = true});
    ASSERT_TRUE(reader.ok());
    EXPECT_EQ((*reader)->message(turn->assistant)->status, MessageStatus::streaming);
    EXPECT_EQ(store->message(turn->assistant)->status, MessageStatus::streaming);
}

TEST_F(StoreTest, ANewerFileIsRefusedAndUntouched) {
    store.reset();
    {
        SQLite::Database database(file.string(), SQLite::OPEN_READWRITE);
        database.exec("PRAGMA user_version = 99");
    }
    const std::string before = all_bytes();
    auto opened = ConversationStore::open(file);
    ASSERT_FALSE(opened.ok());
    EXPECT_EQ(opened.error().code, StoreErrorCode::newer);
    EXPECT_THAT(opened.error().message, HasSubstr("99"));
    EXPECT_EQ(all_bytes(), before);
}

TEST_F(StoreTest, ABrokenFileIsNamedKeptAndCanBeMovedAside) {
    for (int i = 0; i < 200; ++i) new_conversation(std::string(500, 'x'));
    store.reset();
    {
        std::fstream raw(file, std::ios::in | std::ios::out | std::ios::binary);
        raw.seekp(4096 * 3);
        raw << std::string(4096 * 20, '\x5a');
    }
    const std::string before = all_bytes();
    auto opened = ConversationStore::open(file);
    ASSERT_FALSE(opened.ok());
    EXPECT_EQ(opened.error().code, StoreErrorCode::broken);
    EXPECT_EQ(all_bytes(), before);
    const auto aside = ConversationStore::move_aside(file);
    ASSERT_TRUE(aside.ok());
    EXPECT_TRUE(std::filesystem::exists(*aside));
    EXPECT_EQ(aside->filename(), "conversations.db.broken-1");
    reopen();
    EXPECT_TRUE(store->conversations()->empty());
}

TEST_F(StoreTest, SomeOtherFileIsRefused) {
    store.reset();
    std::ofstream(file, std::ios::binary | std::ios::trunc)
        << "This is not a database, but a letter to a friend. " << std::string(4096, '.');
    auto opened = ConversationStore::open(file);
    ASSERT_FALSE(opened.ok());
    EXPECT_EQ(opened.error().code, StoreErrorCode::broken);
    std::filesystem::remove(file);
    {
        SQLite::Database foreign(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
        foreign.exec("CREATE TABLE recipes (name TEXT)");
    }
    opened = ConversationStore::open(file);
    ASSERT_FALSE(opened.ok());
    EXPECT_EQ(opened.error().code, StoreErrorCode::broken);
}

TEST_F(StoreTest, ListPutsPinnedThenNewestFirst) {
    const ConversationId old = new_conversation("old", 10), middle = new_conversation("middle", 20), fresh = new_conversation("new", 30);
    ASSERT_TRUE(store->set_pinned(old, true).ok());
    const auto list = store->conversations();
    ASSERT_EQ(list->size(), 3u);
    EXPECT_EQ((*list)[0].id, old);
    EXPECT_EQ((*list)[1].id, fresh);
    EXPECT_EQ((*list)[2].id, middle);
}

TEST_F(StoreTest, EverythingOfAConversationComesBack) {
    const ConversationId id = new_conversation("t");
    ASSERT_TRUE(store->rename(id, "Tür \"x\" \n", true).ok());
    ASSERT_TRUE(store->set_settings(id, R"({"thinking":"off"})").ok());
    ASSERT_TRUE(store->set_model(id, "pocket").ok());
    reopen();
    const auto conversation = store->conversation(id);
    EXPECT_EQ(conversation->title, "Tür \"x\" \n");
    EXPECT_TRUE(conversation->title_by_user);
    EXPECT_EQ(conversation->settings, R"({"thinking":"off"})");
    EXPECT_EQ(conversation->model, "pocket");
    EXPECT_EQ(store->rename(id + 7, "x", true).error().code, StoreErrorCode::not_found);
    EXPECT_EQ(store->conversation(id + 7).error().code, StoreErrorCode::not_found);
}

TEST_F(StoreTest, DraftsSurviveAndEndWithTheQuestion) {
    const ConversationId id = new_conversation();
    ASSERT_TRUE(store->save_draft(0, "for a new chat").ok());
    ASSERT_TRUE(store->save_draft(id, "half a qu").ok());
    ASSERT_TRUE(store->save_draft(id, "half a question").ok());
    reopen();
    EXPECT_EQ(*store->draft(0), "for a new chat");
    EXPECT_EQ(*store->draft(id), "half a question");
    ASSERT_TRUE(store->begin_turn({.conversation = id, .question = "a question"}).ok());
    EXPECT_EQ(*store->draft(id), "");
    EXPECT_EQ(*store->draft(0), "for a new chat");
}

TEST_F(StoreTest, ValuesOfTheApplication) {
    EXPECT_EQ(*store->value("theme"), std::nullopt);
    ASSERT_TRUE(store->set_value("theme", "dark").ok());
    ASSERT_TRUE(store->set_value("theme", "light").ok());
    reopen();
    EXPECT_EQ(*store->value("theme"), "light");
}

}  // namespace
}  // namespace soliloquy::store
