/// app/store/schema.cpp: migrations. A published one is never changed: the next one is added.
#include "app/store/schema.h"

#include <array>
#include <string>

namespace soliloquy::store {
namespace {

// 1: conversations hold trees of messages, a message its parts and its tokens. A child is always younger than its parent (AUTOINCREMENT
// never uses an id again), children are found by parent_id alone. stream_* hold what came since a message was last folded, in order of id.
constexpr const char* kConversations = R"sql(
CREATE TABLE conversations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    title TEXT NOT NULL,
    title_by_user INTEGER NOT NULL DEFAULT 0,
    pinned INTEGER NOT NULL DEFAULT 0,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    removed INTEGER,
    model TEXT NOT NULL DEFAULT '',
    settings TEXT NOT NULL DEFAULT '{}',
    active_root INTEGER
) STRICT;
CREATE TABLE messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    parent_id INTEGER REFERENCES messages (id) ON DELETE CASCADE,
    active_child INTEGER,
    role INTEGER NOT NULL,
    status INTEGER NOT NULL,
    thought_closed_by INTEGER NOT NULL DEFAULT 0,
    created INTEGER NOT NULL,
    model_name TEXT NOT NULL DEFAULT '',
    model_hash TEXT NOT NULL DEFAULT '',
    prompt_opens_thought INTEGER NOT NULL DEFAULT 0,
    prompt_tokens INTEGER NOT NULL DEFAULT 0,
    tokens INTEGER NOT NULL DEFAULT 0,
    thought_tokens INTEGER NOT NULL DEFAULT 0,
    thought_ms INTEGER NOT NULL DEFAULT 0,
    answer_ms INTEGER NOT NULL DEFAULT 0,
    tokens_per_second REAL NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX messages_by_conversation ON messages (conversation_id, id);
CREATE INDEX messages_by_parent ON messages (parent_id, id);
CREATE INDEX messages_streaming ON messages (id) WHERE status = 1;
CREATE TABLE parts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    body TEXT NOT NULL,
    token_begin INTEGER NOT NULL DEFAULT 0,
    token_end INTEGER NOT NULL DEFAULT 0,
    origins INTEGER NOT NULL DEFAULT 0,
    UNIQUE (message_id, position)
) STRICT;
CREATE TABLE message_tokens (
    message_id INTEGER PRIMARY KEY REFERENCES messages (id) ON DELETE CASCADE,
    count INTEGER NOT NULL,
    ids BLOB NOT NULL,
    origins BLOB NOT NULL,
    times BLOB NOT NULL,
    logprobs BLOB NOT NULL,
    entropies BLOB NOT NULL,
    byte_counts BLOB NOT NULL,
    bytes BLOB NOT NULL,
    alternative_counts BLOB NOT NULL,
    alternative_ids BLOB NOT NULL,
    alternative_logprobs BLOB NOT NULL
) STRICT;
CREATE TABLE stream_runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    kind INTEGER NOT NULL,
    begins_part INTEGER NOT NULL,
    body TEXT NOT NULL,
    token_begin INTEGER NOT NULL,
    token_end INTEGER NOT NULL,
    origins INTEGER NOT NULL
) STRICT;
CREATE INDEX stream_runs_by_message ON stream_runs (message_id, id);
CREATE TABLE stream_tokens (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    count INTEGER NOT NULL,
    ids BLOB NOT NULL,
    origins BLOB NOT NULL,
    times BLOB NOT NULL,
    logprobs BLOB NOT NULL,
    entropies BLOB NOT NULL,
    byte_counts BLOB NOT NULL,
    bytes BLOB NOT NULL,
    alternative_counts BLOB NOT NULL,
    alternative_ids BLOB NOT NULL,
    alternative_logprobs BLOB NOT NULL
) STRICT;
CREATE INDEX stream_tokens_by_message ON stream_tokens (message_id, id);
)sql";

// 2: search. `field` says in which column of the index a part's text lies: 0 question, 1 answer, 2 thought, NULL nowhere. The index keeps
// no copy of the text; triggers keep it true, also when a conversation is deleted.
constexpr const char* kSearch = R"sql(
ALTER TABLE parts ADD COLUMN field INTEGER;
UPDATE parts SET field = CASE
    WHEN kind = 0 THEN 2
    WHEN kind = 1 THEN (SELECT CASE messages.role WHEN 1 THEN 0 WHEN 2 THEN 1 END FROM messages WHERE messages.id = parts.message_id)
END;
CREATE VIEW searchable AS
    SELECT id,
           CASE field WHEN 0 THEN body END AS question,
           CASE field WHEN 1 THEN body END AS answer,
           CASE field WHEN 2 THEN body END AS thought
    FROM parts;
CREATE VIRTUAL TABLE search_index USING fts5 (
    question, answer, thought,
    content = 'searchable', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2'
);
INSERT INTO search_index (rowid, question, answer, thought)
    SELECT id, question, answer, thought FROM searchable WHERE question IS NOT NULL OR answer IS NOT NULL OR thought IS NOT NULL ORDER BY id;
CREATE TRIGGER parts_inserted AFTER INSERT ON parts WHEN new.field IS NOT NULL BEGIN
    INSERT INTO search_index (rowid, question, answer, thought)
    VALUES (new.id, CASE new.field WHEN 0 THEN new.body END, CASE new.field WHEN 1 THEN new.body END, CASE new.field WHEN 2 THEN new.body END);
END;
CREATE TRIGGER parts_deleted AFTER DELETE ON parts WHEN old.field IS NOT NULL BEGIN
    INSERT INTO search_index (search_index, rowid, question, answer, thought)
    VALUES ('delete', old.id, CASE old.field WHEN 0 THEN old.body END, CASE old.field WHEN 1 THEN old.body END,
            CASE old.field WHEN 2 THEN old.body END);
END;
CREATE TRIGGER parts_changed AFTER UPDATE OF body ON parts WHEN old.field IS NOT NULL AND new.field IS old.field BEGIN
    INSERT INTO search_index (search_index, rowid, question, answer, thought)
    VALUES ('delete', old.id, CASE old.field WHEN 0 THEN old.body END, CASE old.field WHEN 1 THEN old.body END,
            CASE old.field WHEN 2 THEN old.body END);
    INSERT INTO search_index (rowid, question, answer, thought)
    VALUES (new.id, CASE new.field WHEN 0 THEN new.body END, CASE new.field WHEN 1 THEN new.body END, CASE new.field WHEN 2 THEN new.body END);
END;
)sql";

// 3: what is typed but not sent, by conversation (0 = the chat that does not exist yet), and small values of the application.
constexpr const char* kDrafts = R"sql(
CREATE TABLE drafts (
    conversation_id INTEGER PRIMARY KEY,
    body TEXT NOT NULL
) STRICT;
CREATE TRIGGER conversations_deleted AFTER DELETE ON conversations BEGIN
    DELETE FROM drafts WHERE conversation_id = old.id;
END;
CREATE TABLE app_values (
    name TEXT PRIMARY KEY,
    body TEXT NOT NULL
) STRICT;
)sql";

constexpr std::array<const char*, kSchemaVersion> kMigrations = {kConversations, kSearch, kDrafts};

}  // namespace

int checked_version(Sql& sql) {
    const int64_t version = sql.pragma("PRAGMA user_version");
    const int64_t application = sql.pragma("PRAGMA application_id");
    if (version == 0) {
        if (sql.pragma("SELECT COUNT(*) FROM sqlite_master") == 0) return 0;
        throw StoreError{StoreErrorCode::broken, "The file is a database, but not one of Soliloquy's conversations. Nothing was changed"};
    }
    if (application != kApplicationId || version < 0) {
        throw StoreError{StoreErrorCode::broken, "The file is a database, but not one of Soliloquy's conversations. Nothing was changed"};
    }
    if (version > kSchemaVersion) {
        throw StoreError{StoreErrorCode::newer, "The conversations were written by a newer Soliloquy (format " + std::to_string(version) +
                                                    ", this one knows " + std::to_string(kSchemaVersion) +
                                                    "). Nothing was changed; open them with the newer program"};
    }
    return static_cast<int>(version);
}

void migrate(Sql& sql) { migrate_to(sql, kSchemaVersion); }

void migrate_to(Sql& sql, int version) {
    for (int from = checked_version(sql); from < version; ++from) {
        Transaction transaction(sql, Durability::now);
        sql.database().exec(kMigrations[static_cast<size_t>(from)]);
        sql.database().exec("PRAGMA application_id = " + std::to_string(kApplicationId));
        sql.database().exec("PRAGMA user_version = " + std::to_string(from + 1));
        transaction.commit();
    }
}

}  // namespace soliloquy::store
