/// app/store/forget.cpp: delete with undo, and forgetting that leaves nothing in the file, its index or its log.
#include "app/store/store_state.h"

namespace soliloquy::store {

// Deleted rows are zeroed by secure_delete. The index keeps deleted words until its segments are merged: 'optimize' merges them all. What
// was written lies in the log, too, until it is truncated; a reader in another program can delay that, which is an error here, not a
// silence.
void erase_traces(Sql& sql, bool in_memory) {
    sql.run("INSERT INTO search_index (search_index) VALUES ('optimize')");
    if (in_memory) return;
    sql.forget_statements();
    if (sql.pragma("PRAGMA wal_checkpoint(TRUNCATE)") != 0) {
        throw StoreError{StoreErrorCode::busy,
                         "It is deleted, but another program reads the conversations, so the log still holds it. Close "
                         "that program; the next deletion, or the end of this program, empties the log"};
    }
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

StoreResult<uint32_t> ConversationStore::purge_removed(UnixMs removed_before) {
    return guarded<uint32_t>([&] {
        Transaction transaction(*state_->sql, Durability::now);
        const int purged = state_->sql->run("DELETE FROM conversations WHERE removed < ?", removed_before);
        transaction.commit();
        if (purged > 0) erase_traces(*state_->sql, state_->in_memory);
        return static_cast<uint32_t>(purged);
    });
}

StoreStatus ConversationStore::forget_conversation(ConversationId id) {
    return guarded_status([&] {
        Transaction transaction(*state_->sql, Durability::now);
        if (state_->sql->run("DELETE FROM conversations WHERE id = ?", id) != 1) {
            throw StoreError{StoreErrorCode::not_found, "There is no conversation " + std::to_string(id)};
        }
        transaction.commit();
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
        sql.run("UPDATE parts SET token_begin = 0, token_end = 0 WHERE message_id = ?", id);
        transaction.commit();
        erase_traces(sql, state_->in_memory);
    });
}

}  // namespace soliloquy::store
