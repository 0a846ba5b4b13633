/// app/store/store_state.h: what the rooms of the store share: the connection, and reading and writing of a message's rows.
#pragma once

#include <memory>

#include "app/store/conversation_store.h"
#include "app/store/owner_lock.h"
#include "app/store/sql.h"
#include "app/store/token_codec.h"

namespace soliloquy::store {

struct ConversationStore::State {
    std::unique_ptr<OwnerLock> owner;  // declared first: released last
    std::unique_ptr<Sql> sql;
    bool in_memory = false;
    uint32_t recovered = 0;
};

enum class TokenTable { message_tokens, stream_tokens };

/// These throw SQLite::Exception and StoreError; the public functions of the store make values of them.
[[nodiscard]] Conversation read_conversation(Sql& sql, ConversationId id);
ConversationId insert_conversation(Sql& sql, const Conversation& wanted);
[[nodiscard]] Message read_message(Sql& sql, MessageId id);  ///< with parts, those of a running stream too
[[nodiscard]] TokenColumns read_tokens(Sql& sql, MessageId id);
void write_tokens(Sql& sql, TokenTable table, MessageId id, const TokenColumns& tokens);
void insert_part(Sql& sql, MessageId message, Role role, uint32_t position, const Part& part);
void renumber_parts(Sql& sql, MessageId message);  ///< positions 0, 1, 2, ... again after some were deleted
/// A new row of messages under message.parent, made the active child there. Parts are not written.
MessageId insert_message(Sql& sql, const Message& message);
void touch(Sql& sql, ConversationId id, UnixMs now);
/// Adds the runs to the parts: a run that begins no part and has the kind of the last one goes on in it.
void append_runs(std::vector<Part>& parts, const std::vector<TextRun>& runs);
[[nodiscard]] std::vector<Part> read_parts(Sql& sql, MessageId id);
[[nodiscard]] std::vector<TextRun> read_runs(Sql& sql, MessageId id);
/// Everything left streaming gets what was flushed and becomes interrupted; returns how many.
uint32_t recover_streams(Sql& sql);
/// Rewrites the index without its deleted words and empties the log.
void erase_traces(Sql& sql, bool in_memory);
/// Whether something was deleted whose words may still lie in the index or the log: the program ended before they were erased.
[[nodiscard]] bool has_traces(Sql& sql);

}  // namespace soliloquy::store
