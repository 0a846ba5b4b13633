/// app/store/forget.cpp: delete with undo, and forgetting that leaves nothing in the file, its index or its log.
#include "app/store/store_state.h"

namespace soliloquy::store {

namespace {

constexpr const char* kTracesKey = "store.traces_to_erase";

/// Deletes a conversation table by table. A delete that followed the keys would go down the chain of messages one level of triggers a
/// message, and SQLite allows a thousand levels. Returns false when there is no such conversation.
bool delete_rows(Sql& sql, ConversationId id) {
    sql.run("DELETE FROM parts WHERE message_id IN (SELECT id FROM messages WHERE conversation_id = ?)", id);
    sql.run("DELETE FROM message_tokens WHERE message_id IN (SELECT id FROM messages WHERE conversation_id = ?)", id);
    sql.run("DELETE FROM stream_runs WHERE message_id IN (SELECT id FROM messages WHERE conversation_id = ?)", id);
    sql.run("DELETE FROM stream_tokens WHERE message_id IN (SELECT id FROM messages WHERE conversation_id = ?)", id);
    sql.run("UPDATE messages SET parent_id = NULL WHERE conversation_id = ?", id);
    sql.run("DELETE FROM messages WHERE conversation_id = ?", id);
    return sql.run("DELETE FROM conversations WHERE id = ?", id) == 1;
}

/// Committed with the deletion itself, so that whoever opens the store next knows that its traces are still there.
void note_traces(Sql& sql) { sql.run("INSERT OR REPLACE INTO app_values (name, body) VALUES (?, '')", kTracesKey); }

void delete_conversation(Sql& sql, ConversationId id) {
    Transaction transaction(sql, Durability::now);
    if (!delete_rows(sql, id)) throw StoreError{StoreErrorCode::not_found, "There is no conversation " + std::to_string(id)};
    note_traces(sql);
    transaction.commit();
}

}  // namespace

// Deleted rows are zeroed by secure_delete. The index keeps deleted words until its segments are merged: 'optimize' merges them all. What
// was written lies in the log, too, until it is truncated; a reader in another program can delay that, which is an error here, not a
// silence. The note is taken away last: a program that is killed before leaves it to the next.
void erase_traces(Sql& sql, bool in_memory) {
    sql.run("INSERT INTO search_index (search_index) VALUES ('optimize')");
    if (!in_memory) {
        sql.forget_statements();
        if (sql.pragma("PRAGMA wal_checkpoint(TRUNCATE)") != 0) {
            throw StoreError{StoreErrorCode::busy,
                             "It is deleted, but another program reads the conversations, so the log still holds it. Close "
                             "that program; the next deletion, or the end of this program, empties the log"};
        }
    }
    sql.run("DELETE FROM app_values WHERE name = ?", kTracesKey);
}

bool has_traces(Sql& sql) {
    Query row(sql.statement("SELECT 1 FROM app_values WHERE name = ?"));
    return row.with(kTracesKey).next();
}

StoreStatus ConversationStore::remove_conversation(ConversationId id, UnixMs now) {
    return guarded_status([&] {
        if (state_->sql->run("UPDATE conversations SET removed = ? WHERE id = ?", now, id) != 1) {
            throw StoreError{StoreErrorCode::not_found, "There is no conversation " + std::to_string(id)};
        }
    });
}

StoreStatus ConversationStore::restore_conversation(ConversationId id) {
    return guarded_status([&] {
        if (state_->sql->run("UPDATE conversations SET removed = NULL WHERE id = ?", id) != 1) {
            throw StoreError{StoreErrorCode::not_found, "The conversation is gone and cannot be restored"};
        }
    });
}

// One transaction a conversation: one that cannot be deleted does not keep the others.
StoreResult<uint32_t> ConversationStore::purge_removed(UnixMs removed_before) {
    return guarded<uint32_t>([&]() -> StoreResult<uint32_t> {
        Sql& sql = *state_->sql;
        std::vector<ConversationId> removed;
        {
            Query row(sql.statement("SELECT id FROM conversations WHERE removed < ? ORDER BY id"));
            row.with(removed_before);
            while (row.next()) removed.push_back(row.integer(0));
        }
        uint32_t purged = 0;
        std::optional<StoreError> first_error;
        for (const ConversationId id : removed) {
            const StoreStatus deleted = guarded_status([&] { delete_conversation(sql, id); });
            if (deleted.ok()) {
                ++purged;
            } else if (!first_error) {
                first_error = deleted.error();
            }
        }
        if (purged > 0 || has_traces(sql)) erase_traces(sql, state_->in_memory);
        if (first_error) return *first_error;
        return purged;
    });
}

StoreStatus ConversationStore::forget_conversation(ConversationId id) {
    return guarded_status([&] {
        delete_conversation(*state_->sql, id);
        erase_traces(*state_->sql, state_->in_memory);
    });
}

StoreStatus ConversationStore::forget_thought(MessageId id) {
    return guarded_status([&] {
        Sql& sql = *state_->sql;
        const Message message = read_message(sql, id);
        if (message.status == MessageStatus::streaming) {
            throw StoreError{StoreErrorCode::invalid, "The message is still being written. Stop it first"};
        }
        Transaction transaction(sql, Durability::now);
        sql.run("DELETE FROM parts WHERE message_id = ? AND kind = ?", id, static_cast<int>(PartKind::reasoning));
        renumber_parts(sql, id);
        sql.run("DELETE FROM message_tokens WHERE message_id = ?", id);
        sql.run("DELETE FROM stream_tokens WHERE message_id = ?", id);  // of a long message, whose chunks were not folded
        note_traces(sql);
        sql.run("UPDATE parts SET token_begin = 0, token_end = 0 WHERE message_id = ?", id);
        transaction.commit();
        erase_traces(sql, state_->in_memory);
    });
}

}  // namespace soliloquy::store
