/// app/store/conversation_store.h: the conversations of one data folder in one SQLite file; nothing is lost, and what is forgotten is gone.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/store/records.h"
#include "app/store/store_result.h"

namespace soliloquy::store {

struct OpenOptions {
    /// The owner (one window at a time, kept by a lock that dies with the process) migrates, recovers interrupted streams and writes.
    /// A reader (export from the terminal) looks at a consistent state beside it and can change nothing.
    bool read_only = false;
    bool check_integrity = true;  ///< quick_check after an unclean exit, and always for files up to 64 MiB
    int busy_timeout_ms = 5000;
};

/// What a new turn needs. With question it adds a user message under `parent`, then the assistant's; without, only the latter (regenerate).
struct TurnStart {
    ConversationId conversation = 0;
    std::optional<Conversation> new_conversation{};  ///< made in the same transaction; then `conversation` and `parent` do not matter
    MessageId parent = 0;                            ///< message the first new row answers; 0 = starts the conversation
    std::optional<std::string> question{};           ///< takes the place of the conversation's draft, in the same transaction
    bool keeps_draft = false;                        ///< the question is an edited one: what is typed for the next stays
    std::string model_name{}, model_hash{};
    UnixMs now = 0;
};
struct Turn {
    ConversationId conversation = 0;
    MessageId user = 0;  ///< 0 when the turn had no question
    MessageId assistant = 0;
};

/// Text that came since the last checkpoint. A run that does not begin a part goes on in the part before it.
struct TextRun {
    PartKind kind = PartKind::text;
    bool begins_part = false;
    std::string text{};
    uint32_t token_begin = 0, token_end = 0;
    uint32_t origins = 0;
};
struct StreamChunk {
    std::vector<TextRun> text{};
    TokenColumns tokens{};
    Counters counters{};  ///< as of now
    bool prompt_opens_thought = false;
};
struct StreamEnd {
    MessageStatus status = MessageStatus::finished;
    ClosedBy thought_closed_by = ClosedBy::nobody;
    Counters counters{};
    std::optional<std::string> error{};  ///< becomes an error part
    UnixMs now = 0;
};

/// One connection; use it from one thread at a time. All lists are ordered as stated.
class ConversationStore {
  public:
    /// Makes the folder (mode 0700) and the file when missing. Errors: newer, broken, in_use, busy, io; none of them changes the file.
    static StoreResult<std::unique_ptr<ConversationStore>> open(const std::filesystem::path& file, const OpenOptions& options = {});
    /// A store in memory only: private chats and tests.
    static StoreResult<std::unique_ptr<ConversationStore>> open_in_memory();
    /// Renames a broken file (with its -wal and -shm) to "<file>.broken-N" and returns that name.
    static StoreResult<std::filesystem::path> move_aside(const std::filesystem::path& file);
    ~ConversationStore();
    ConversationStore(const ConversationStore&) = delete;
    ConversationStore& operator=(const ConversationStore&) = delete;

    // ---- conversations
    [[nodiscard]] StoreResult<std::vector<Conversation>> conversations() const;  ///< not deleted; pinned first, then newest change first
    [[nodiscard]] StoreResult<Conversation> conversation(ConversationId id) const;
    StoreResult<ConversationId> create_conversation(const Conversation& wanted);  ///< wanted.id is ignored
    StoreStatus rename(ConversationId id, std::string_view title, bool by_user);
    StoreStatus set_pinned(ConversationId id, bool pinned);
    StoreStatus set_settings(ConversationId id, std::string_view json);
    StoreStatus set_model(ConversationId id, std::string_view model);

    // ---- delete, undo, forget
    StoreStatus remove_conversation(ConversationId id, UnixMs now);  ///< hidden everywhere, can be restored
    StoreStatus restore_conversation(ConversationId id);
    /// Erases conversations removed before `removed_before`; returns how many. Rows, index and log: nothing of them stays in the files.
    StoreResult<uint32_t> purge_removed(UnixMs removed_before);
    StoreStatus forget_conversation(ConversationId id);  ///< remove and purge at once
    StoreStatus forget_thought(MessageId id);            ///< its text, its tokens (all of the message) and its index; the answer stays

    // ---- the tree of messages
    /// The active branch from the first message to the last.
    [[nodiscard]] StoreResult<std::vector<Message>> active_path(ConversationId id) const;
    [[nodiscard]] StoreResult<std::vector<Message>> all_messages(ConversationId id) const;  ///< the whole tree, by id
    [[nodiscard]] StoreResult<Message> message(MessageId id) const;
    [[nodiscard]] StoreResult<std::vector<MessageId>> siblings(MessageId id) const;  ///< itself included, oldest first
    /// Makes every message on the way from the first to `id` the active child of its parent.
    StoreStatus activate(MessageId id);
    [[nodiscard]] StoreResult<TokenColumns> tokens(MessageId id) const;
    /// Adds a complete message (import); it becomes the active child.
    StoreResult<MessageId> add_message(const Message& message, const TokenColumns& tokens = {});

    // ---- a turn
    /// Both rows in one transaction, before anything is generated. The assistant's is streaming, on the active branch.
    StoreResult<Turn> begin_turn(const TurnStart& start);
    /// An assistant's message goes on: streaming again, what it has stays.
    StoreStatus resume_stream(MessageId id);
    /// Appends; its cost does not depend on what the message already has.
    StoreStatus append_stream(MessageId id, const StreamChunk& chunk);
    /// Folds the appended chunks into parts and columns, and indexes them.
    StoreStatus finish_stream(MessageId id, const StreamEnd& end);

    // ---- search
    /// Messages that hold every word of the query (a quoted phrase stays together, the last word may be a beginning). Best first.
    [[nodiscard]] StoreResult<std::vector<SearchHit>> search(std::string_view query, SearchScope scope, uint32_t limit = 50) const;

    // ---- drafts of the composer
    StoreStatus save_draft(ConversationId id, std::string_view text);  ///< id 0: of the chat that does not exist yet; empty text removes it
    [[nodiscard]] StoreResult<std::string> draft(ConversationId id) const;

    // ---- settings of the application that belong to the data folder
    StoreStatus set_value(std::string_view key, std::string_view value);
    [[nodiscard]] StoreResult<std::optional<std::string>> value(std::string_view key) const;

    [[nodiscard]] bool commits_are_synced() const;               ///< between transactions always true: a turn's end reaches the disk
    [[nodiscard]] uint32_t recovered_messages() const noexcept;  ///< streams found interrupted when the store was opened

  private:
    struct State;
    explicit ConversationStore(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace soliloquy::store
