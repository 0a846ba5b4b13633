-- A file of format version 1 as the program of that time wrote it: a question, two answers (the second one cut off by a crash).
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
INSERT INTO conversations (id, title, created, updated, active_root) VALUES (1, 'Which is larger?', 1700000000000, 1700000001000, 1);
INSERT INTO messages (id, conversation_id, parent_id, active_child, role, status, created) VALUES (1, 1, NULL, 2, 1, 0, 1700000000000);
INSERT INTO messages (id, conversation_id, parent_id, role, status, created, model_name, tokens) VALUES (2, 1, 1, 2, 0, 1700000000000, 'pocket', 9);
INSERT INTO messages (id, conversation_id, parent_id, role, status, created) VALUES (3, 1, 1, 2, 1, 1700000001000);
INSERT INTO parts (message_id, position, kind, body) VALUES (1, 0, 1, 'Which is larger, 9.11 or 9.9?');
INSERT INTO parts (message_id, position, kind, body, token_begin, token_end) VALUES (2, 0, 0, 'Compare the tenths.', 0, 4);
INSERT INTO parts (message_id, position, kind, body, token_begin, token_end) VALUES (2, 1, 1, '9.9 is larger.', 5, 9);
INSERT INTO stream_runs (message_id, kind, begins_part, body, token_begin, token_end, origins) VALUES (3, 0, 1, 'Both have ', 0, 2, 1);
INSERT INTO stream_runs (message_id, kind, begins_part, body, token_begin, token_end, origins) VALUES (3, 0, 0, 'a nine', 2, 4, 1);
PRAGMA application_id = 1399811185;
PRAGMA user_version = 1;
