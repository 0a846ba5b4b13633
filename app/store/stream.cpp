/// app/store/stream.cpp: a turn from its first row to its last token: begin, append, fold, and recovery after a crash.
#include "app/store/store_state.h"

namespace soliloquy::store {
namespace {

// Folding reads and compresses all tokens again. Those of a longer stream stay as the chunks they came in, read in the same order, so that
// the end of a long thought does not hold the window up.
constexpr int64_t kMaxFoldedTokens = 16'384;

constexpr const char* kInsertMessageTokens =
    "INSERT OR REPLACE INTO message_tokens (message_id, count, ids, origins, times, logprobs, entropies, byte_counts, bytes, "
    "alternative_counts, alternative_ids, alternative_logprobs) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
constexpr const char* kInsertStreamTokens =
    "INSERT INTO stream_tokens (message_id, count, ids, origins, times, logprobs, entropies, byte_counts, bytes, "
    "alternative_counts, alternative_ids, alternative_logprobs) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
constexpr const char* kSelectMessageTokens =
    "SELECT count, ids, origins, times, logprobs, entropies, byte_counts, bytes, alternative_counts, alternative_ids, "
    "alternative_logprobs FROM message_tokens WHERE message_id = ?";
constexpr const char* kSelectStreamTokens =
    "SELECT count, ids, origins, times, logprobs, entropies, byte_counts, bytes, alternative_counts, alternative_ids, "
    "alternative_logprobs FROM stream_tokens WHERE message_id = ? ORDER BY id";

void read_tokens_into(TokenColumns& tokens, Sql& sql, const char* select, MessageId id) {
    Query row(sql.statement(select));
    row.with(id);
    while (row.next()) {
        EncodedTokens encoded;
        const int64_t count = row.integer(0);
        if (count < 0 || count > UINT32_MAX) throw StoreError{StoreErrorCode::broken, "The stored tokens of a message are damaged: count"};
        encoded.count = static_cast<uint32_t>(count);
        for (size_t i = 0; i < encoded.blobs.size(); ++i) encoded.blobs[i] = row.text(static_cast<int>(i) + 1);
        tokens.append(decode_tokens(encoded));
    }
}

Role role_of(Sql& sql, MessageId id) {
    Query row(sql.statement("SELECT role FROM messages WHERE id = ?"));
    if (!row.with(id).next()) throw StoreError{StoreErrorCode::not_found, "There is no message " + std::to_string(id)};
    return static_cast<Role>(row.integer(0));
}

int64_t tokens_in_chunks(Sql& sql, MessageId id) {
    Query row(sql.statement("SELECT COALESCE(SUM(count), 0) FROM stream_tokens WHERE message_id = ?"));
    return row.with(id).next() ? row.integer(0) : 0;
}

/// Puts what was appended into the message's parts and columns. Parts that did not change are not touched, nor is their index.
void fold(Sql& sql, MessageId id, const std::optional<std::string>& error) {
    const Role role = role_of(sql, id);
    const std::vector<Part> before = read_parts(sql, id);
    std::vector<Part> after = before;
    append_runs(after, read_runs(sql, id));
    if (error) after.push_back({.kind = PartKind::error, .text = *error});
    for (size_t i = 0; i < after.size(); ++i) {
        if (i >= before.size()) {
            insert_part(sql, id, role, static_cast<uint32_t>(i), after[i]);
        } else if (after[i] != before[i]) {
            sql.run("UPDATE parts SET body = ?, token_begin = ?, token_end = ?, origins = ? WHERE message_id = ? AND position = ?",
                    after[i].text, after[i].token_begin, after[i].token_end, after[i].origins, id, static_cast<int64_t>(i));
        }
    }
    sql.run("DELETE FROM stream_runs WHERE message_id = ?", id);
    if (tokens_in_chunks(sql, id) > kMaxFoldedTokens) return;
    const TokenColumns tokens = read_tokens(sql, id);
    if (!tokens.empty()) write_tokens(sql, TokenTable::message_tokens, id, tokens);
    sql.run("DELETE FROM stream_tokens WHERE message_id = ?", id);
}

void write_counters(Sql& sql, MessageId id, const Counters& counters) {
    sql.run(
        "UPDATE messages SET prompt_tokens = ?, tokens = ?, thought_tokens = ?, thought_ms = ?, answer_ms = ?, tokens_per_second = ? "
        "WHERE id = ?",
        counters.prompt_tokens, counters.tokens, counters.thought_tokens, counters.thought_ms, counters.answer_ms,
        counters.tokens_per_second, id);
}

void expect_streaming(Sql& sql, MessageId id) {
    Query row(sql.statement("SELECT status FROM messages WHERE id = ?"));
    if (!row.with(id).next()) throw StoreError{StoreErrorCode::not_found, "There is no message " + std::to_string(id)};
    if (static_cast<MessageStatus>(row.integer(0)) != MessageStatus::streaming) {
        throw StoreError{StoreErrorCode::invalid, "The message is not being written"};
    }
}

}  // namespace

void append_runs(std::vector<Part>& parts, const std::vector<TextRun>& runs) {
    for (const TextRun& run : runs) {
        if (run.begins_part || parts.empty() || parts.back().kind != run.kind) {
            parts.push_back(
                {.kind = run.kind, .text = run.text, .token_begin = run.token_begin, .token_end = run.token_end, .origins = run.origins});
        } else {
            parts.back().text += run.text;
            parts.back().token_end = run.token_end;
            parts.back().origins |= run.origins;
        }
    }
}

std::vector<TextRun> read_runs(Sql& sql, MessageId id) {
    Query row(
        sql.statement("SELECT kind, begins_part, body, token_begin, token_end, origins FROM stream_runs WHERE message_id = ? ORDER BY id"));
    row.with(id);
    std::vector<TextRun> runs;
    while (row.next()) {
        runs.push_back({.kind = static_cast<PartKind>(row.integer(0)),
                        .begins_part = row.integer(1) != 0,
                        .text = row.text(2),
                        .token_begin = static_cast<uint32_t>(row.integer(3)),
                        .token_end = static_cast<uint32_t>(row.integer(4)),
                        .origins = static_cast<uint32_t>(row.integer(5))});
    }
    return runs;
}

TokenColumns read_tokens(Sql& sql, MessageId id) {
    TokenColumns tokens;
    read_tokens_into(tokens, sql, kSelectMessageTokens, id);
    read_tokens_into(tokens, sql, kSelectStreamTokens, id);
    return tokens;
}

void write_tokens(Sql& sql, TokenTable table, MessageId id, const TokenColumns& tokens) {
    const EncodedTokens encoded = encode_tokens(tokens);
    const auto& b = encoded.blobs;
    sql.run(table == TokenTable::message_tokens ? kInsertMessageTokens : kInsertStreamTokens, id, encoded.count, Blob{b[0]}, Blob{b[1]},
            Blob{b[2]}, Blob{b[3]}, Blob{b[4]}, Blob{b[5]}, Blob{b[6]}, Blob{b[7]}, Blob{b[8]}, Blob{b[9]});
}

StoreResult<TokenColumns> ConversationStore::tokens(MessageId id) const {
    return guarded<TokenColumns>([&] { return read_tokens(*state_->sql, id); });
}

StoreResult<Turn> ConversationStore::begin_turn(const TurnStart& start) {
    return guarded<Turn>([&] {
        Sql& sql = *state_->sql;
        Transaction transaction(sql, Durability::now);
        Turn turn{.conversation = start.conversation};
        MessageId parent = start.parent;
        if (start.new_conversation) {
            turn.conversation = insert_conversation(sql, *start.new_conversation);
            parent = 0;
        }
        if (start.question) {
            turn.user =
                insert_message(sql, {.conversation = turn.conversation, .parent = parent, .role = Role::user, .created = start.now});
            insert_part(sql, turn.user, Role::user, 0, {.kind = PartKind::text, .text = *start.question});
            parent = turn.user;
        }
        if (start.new_conversation) {
            sql.run("DELETE FROM drafts WHERE conversation_id = 0");
        } else if (start.question && !start.keeps_draft) {
            sql.run("DELETE FROM drafts WHERE conversation_id = ?", turn.conversation);
        }
        turn.assistant = insert_message(sql, {.conversation = turn.conversation,
                                              .parent = parent,
                                              .role = Role::assistant,
                                              .status = MessageStatus::streaming,
                                              .created = start.now,
                                              .model_name = start.model_name,
                                              .model_hash = start.model_hash});
        touch(sql, turn.conversation, start.now);
        transaction.commit();
        return turn;
    });
}

StoreStatus ConversationStore::resume_stream(MessageId id) {
    return guarded_status([&] {
        Sql& sql = *state_->sql;
        if (role_of(sql, id) != Role::assistant) throw StoreError{StoreErrorCode::invalid, "Only an answer can be continued"};
        Transaction transaction(sql, Durability::now);
        sql.run("DELETE FROM parts WHERE message_id = ? AND kind = ?", id, static_cast<int>(PartKind::error));
        renumber_parts(sql, id);
        sql.run("UPDATE messages SET status = ? WHERE id = ?", static_cast<int>(MessageStatus::streaming), id);
        transaction.commit();
    });
}

StoreStatus ConversationStore::append_stream(MessageId id, const StreamChunk& chunk) {
    return guarded_status([&] {
        Sql& sql = *state_->sql;
        Transaction transaction(sql, Durability::soon);
        expect_streaming(sql, id);
        for (const TextRun& run : chunk.text) {
            sql.run(
                "INSERT INTO stream_runs (message_id, kind, begins_part, body, token_begin, token_end, origins) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                id, static_cast<int>(run.kind), run.begins_part, run.text, run.token_begin, run.token_end, run.origins);
        }
        if (!chunk.tokens.empty()) write_tokens(sql, TokenTable::stream_tokens, id, chunk.tokens);
        write_counters(sql, id, chunk.counters);
        sql.run("UPDATE messages SET prompt_opens_thought = ? WHERE id = ?", chunk.prompt_opens_thought, id);
        transaction.commit();
    });
}

StoreStatus ConversationStore::finish_stream(MessageId id, const StreamEnd& end) {
    return guarded_status([&] {
        Sql& sql = *state_->sql;
        Transaction transaction(sql, Durability::now);
        expect_streaming(sql, id);
        fold(sql, id, end.error);
        write_counters(sql, id, end.counters);
        sql.run("UPDATE messages SET status = ?, thought_closed_by = ? WHERE id = ?", static_cast<int>(end.status),
                static_cast<int>(end.thought_closed_by), id);
        touch(sql, read_message(sql, id).conversation, end.now);
        transaction.commit();
    });
}

uint32_t recover_streams(Sql& sql) {
    std::vector<MessageId> left;
    {
        Query row(sql.statement("SELECT id FROM messages WHERE status = 1 ORDER BY id"));
        while (row.next()) left.push_back(row.integer(0));
    }
    if (left.empty()) return 0;
    for (const MessageId id : left) {
        const auto interrupt = [&](bool with_tokens) {
            Transaction transaction(sql, Durability::now);
            if (!with_tokens) {
                sql.run("DELETE FROM stream_tokens WHERE message_id = ?", id);
                sql.run("DELETE FROM message_tokens WHERE message_id = ?", id);
            }
            fold(sql, id, std::nullopt);
            sql.run("UPDATE messages SET status = ? WHERE id = ?", static_cast<int>(MessageStatus::interrupted), id);
            transaction.commit();
        };
        // Tokens are derived from what was written and may be damaged; the text decides, and stays.
        try {
            interrupt(true);
        } catch (const StoreError& error) {
            if (error.code != StoreErrorCode::broken) throw;
            interrupt(false);
        }
    }
    return static_cast<uint32_t>(left.size());
}

}  // namespace soliloquy::store
