/// tests/unit/store/migration_test.cpp: files of every older version open with everything that was in them.
#include <SQLiteCpp/SQLiteCpp.h>

#include <sstream>

#include "app/store/schema.h"
#include "tests/unit/store/store_fixture.h"

namespace soliloquy::store {
namespace {

std::string read_text(const std::filesystem::path& path) {
    std::ifstream in(path);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
}

class MigrationTest : public StoreTest {
  protected:
    void make_old_file() {
        store.reset();
        std::filesystem::remove_all(file.parent_path());
        std::filesystem::create_directories(file.parent_path());
        SQLite::Database database(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
        database.exec(read_text(std::string(SOLILOQUY_SOURCE_DIR) + "/tests/unit/store/version_1.sql"));
    }
    static std::string shape_of(const std::filesystem::path& path) {
        SQLite::Database database(path.string(), SQLite::OPEN_READONLY);
        SQLite::Statement row(database,
                              "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'search_index_%' ORDER BY type, name");
        std::string shape;
        while (row.executeStep())
            shape += row.getColumn(0).getString() + " " + row.getColumn(1).getString() + " " + row.getColumn(2).getString() + "\n";
        return shape;
    }
};

TEST_F(MigrationTest, AFileOfVersionOneKeepsEverythingAndCanBeSearched) {
    store.reset();
    const std::string fresh_shape = shape_of(file);
    make_old_file();
    reopen();
    const auto list = store->conversations();
    ASSERT_EQ(list->size(), 1u);
    EXPECT_EQ(list->front().title, "Which is larger?");
    const auto path = store->active_path(list->front().id);
    ASSERT_EQ(path->size(), 2u);
    EXPECT_EQ((*path)[0].text_of(PartKind::text), "Which is larger, 9.11 or 9.9?");
    EXPECT_EQ((*path)[1].text_of(PartKind::reasoning), "Compare the tenths.");
    EXPECT_EQ((*path)[1].text_of(PartKind::text), "9.9 is larger.");
    EXPECT_EQ(store->message((*path)[1].id)->sibling_count, 2u);
    EXPECT_EQ(store->search("tenths", SearchScope::thoughts)->size(), 1u);
    EXPECT_TRUE(store->search("tenths", SearchScope::answers)->empty());
    EXPECT_EQ(store->search("larger", SearchScope::questions)->size(), 1u);
    // the stream that the old program left
    EXPECT_EQ(store->recovered_messages(), 1u);
    EXPECT_EQ(store->message(3)->text_of(PartKind::reasoning), "Both have a nine");
    ASSERT_TRUE(store->save_draft(0, "works").ok());
    store.reset();
    EXPECT_EQ(shape_of(file), fresh_shape);
}

TEST_F(MigrationTest, EveryVersionLeadsToTheSameTables) {
    store.reset();
    const std::string fresh_shape = shape_of(file);
    for (int version = 1; version < kSchemaVersion; ++version) {
        std::filesystem::remove_all(file.parent_path());
        std::filesystem::create_directories(file.parent_path());
        {
            Sql sql(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, 0);
            migrate_to(sql, version);
        }
        reopen();
        store.reset();
        EXPECT_EQ(shape_of(file), fresh_shape) << "from version " << version;
    }
}

TEST_F(MigrationTest, AStepThatFailsLeavesTheOldFile) {
    make_old_file();
    {
        SQLite::Database database(file.string(), SQLite::OPEN_READWRITE);
        database.exec("CREATE TABLE drafts (other TEXT)");  // the third step will meet it
    }
    auto opened = ConversationStore::open(file);
    ASSERT_FALSE(opened.ok());
    SQLite::Database database(file.string(), SQLite::OPEN_READONLY);
    EXPECT_EQ(database.execAndGet("PRAGMA user_version").getInt(), 2);  // the second one is done, the third not at all
    EXPECT_EQ(database.execAndGet("SELECT COUNT(*) FROM sqlite_master WHERE name = 'conversations_deleted'").getInt(), 0);
    EXPECT_EQ(database.execAndGet("SELECT COUNT(*) FROM messages").getInt(), 3);
}

}  // namespace
}  // namespace soliloquy::store
