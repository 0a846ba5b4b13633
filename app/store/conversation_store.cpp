/// app/store/conversation_store.cpp: opening the store, the list of conversations, drafts and values.
#include "app/store/conversation_store.h"

#include <sqlite3.h>

#include <cerrno>
#include <system_error>

#include "app/store/schema.h"
#include "app/store/store_state.h"

#ifndef _WIN32
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

namespace soliloquy::store {
namespace fs = std::filesystem;
namespace {

constexpr uint64_t kAlwaysCheckedBytes = 64ull << 20;

fs::path beside(const fs::path& file, const char* suffix) {
    fs::path path = file;
    path += suffix;
    return path;
}

// Conversations are nobody else's business: a folder we make is 0700, the file 0600; SQLite gives its -wal and -shm the file's mode.
void make_private(const fs::path& file) {
    const fs::path folder = file.parent_path();
    std::error_code failed;
    if (!folder.empty() && !fs::exists(folder, failed)) {
        fs::create_directories(folder, failed);
        if (failed) throw StoreError{StoreErrorCode::io, "The folder " + folder.string() + " cannot be made: " + failed.message()};
        fs::permissions(folder, fs::perms::owner_all, failed);
    }
#ifndef _WIN32
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (descriptor < 0) {
        throw StoreError{StoreErrorCode::io,
                         "The file " + file.string() + " cannot be opened for writing: " + std::generic_category().message(errno)};
    }
    ::close(descriptor);
#endif
}

void configure(Sql& sql, bool in_memory, bool read_only) {
    SQLite::Database& database = sql.database();
    database.exec("PRAGMA temp_store = MEMORY");  // sorting never writes text to a temporary file
    database.exec("PRAGMA foreign_keys = ON");
    if (read_only) {
        database.exec("PRAGMA query_only = ON");
        return;
    }
    database.exec("PRAGMA secure_delete = ON");
    database.exec("PRAGMA synchronous = FULL");
    if (!in_memory && database.execAndGet("PRAGMA journal_mode = WAL").getString() != "wal") {
        throw StoreError{StoreErrorCode::io,
                         "The conversations need a folder on a local disk: this one does not support a write-ahead log"};
    }
    database.exec(
        "PRAGMA wal_autocheckpoint = 2000");  // pages of 4 KiB: the log is folded, at the price of two waits for the disk, every 8 MB
}

void check_integrity(Sql& sql) {
    const std::string verdict = sql.database().execAndGet("PRAGMA quick_check(1)").getString();
    if (verdict != "ok") {
        throw StoreError{StoreErrorCode::broken, "The file of the conversations is damaged (" + verdict +
                                                     "). Nothing was changed; it can be moved aside, and a fresh one is begun"};
    }
}

bool needs_check(const fs::path& file) {
    std::error_code failed;
    const auto log = fs::file_size(beside(file, "-wal"), failed);
    if (!failed && log > 0) return true;
    const auto size = fs::file_size(file, failed);
    return !failed && size <= kAlwaysCheckedBytes;
}

}  // namespace

ConversationStore::ConversationStore(std::unique_ptr<State> state) : state_(std::move(state)) {}
ConversationStore::~ConversationStore() = default;

StoreResult<std::unique_ptr<ConversationStore>> ConversationStore::open(const fs::path& file, const OpenOptions& options) {
    return guarded<std::unique_ptr<ConversationStore>>([&]() -> StoreResult<std::unique_ptr<ConversationStore>> {
        auto state = std::make_unique<State>();
        if (options.read_only) {
            std::error_code failed;
            if (!fs::exists(file, failed)) return StoreError{StoreErrorCode::not_found, "There are no conversations at " + file.string()};
        } else {
            make_private(file);
            state->owner = OwnerLock::acquire(file);
            if (!state->owner) {
                return StoreError{
                    StoreErrorCode::in_use,
                    "Another Soliloquy window has these conversations open. Use that one, or give another folder with --data"};
            }
        }
        const bool check = options.check_integrity && needs_check(file);
        state->sql = std::make_unique<Sql>(file.string(), SQLite::OPEN_READWRITE, options.busy_timeout_ms);
        const int version = checked_version(*state->sql);  // before anything is written
        configure(*state->sql, false, options.read_only);
        if (check && version > 0) check_integrity(*state->sql);
        if (options.read_only) {
            if (version < kSchemaVersion) {
                return StoreError{StoreErrorCode::invalid,
                                  "The conversations are of an older version. Open the window once, then try again"};
            }
        } else {
            migrate(*state->sql);
            state->recovered = recover_streams(*state->sql);
            // What keeps the traces from being erased (a reader, a full disk) is no reason not to open; the next deletion tries again.
            (void)guarded_status([&] {
                if (has_traces(*state->sql)) erase_traces(*state->sql, false);
            });
        }
        return std::unique_ptr<ConversationStore>(new ConversationStore(std::move(state)));
    });
}

StoreResult<std::unique_ptr<ConversationStore>> ConversationStore::open_in_memory() {
    return guarded<std::unique_ptr<ConversationStore>>([&] {
        auto state = std::make_unique<State>();
        state->in_memory = true;
        state->sql = std::make_unique<Sql>(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, 0);
        configure(*state->sql, true, false);
        migrate(*state->sql);
        return std::unique_ptr<ConversationStore>(new ConversationStore(std::move(state)));
    });
}

StoreResult<fs::path> ConversationStore::move_aside(const fs::path& file) {
    return guarded<fs::path>([&]() -> StoreResult<fs::path> {
        fs::path kept;
        for (int number = 1; kept.empty(); ++number) {
            const fs::path candidate = beside(file, (".broken-" + std::to_string(number)).c_str());
            std::error_code failed;
            if (!fs::exists(candidate, failed)) kept = candidate;
        }
        // The log goes first: a store without its log is older, a log without its store could be applied to the next one.
        for (const char* suffix : {"-wal", "-shm", ""}) {
            std::error_code failed;
            if (!fs::exists(beside(file, suffix), failed)) continue;
            fs::rename(beside(file, suffix), beside(kept, suffix), failed);
            if (failed) return StoreError{StoreErrorCode::io, "The file " + file.string() + " cannot be renamed: " + failed.message()};
        }
        return kept;
    });
}

bool ConversationStore::commits_are_synced() const {
    constexpr int64_t kFull = 2;
    const auto synced = guarded<bool>([&] { return state_->sql->pragma("PRAGMA synchronous") >= kFull; });
    return synced.ok() && *synced;
}

uint32_t ConversationStore::recovered_messages() const noexcept { return state_->recovered; }

// ---------------------------------------------------------------- conversations

namespace {

Conversation conversation_of(const Query& row) {
    return {.id = row.integer(0),
            .title = row.text(1),
            .title_by_user = row.integer(2) != 0,
            .pinned = row.integer(3) != 0,
            .created = row.integer(4),
            .updated = row.integer(5),
            .model = row.text(6),
            .settings = row.text(7)};
}

void expect_one(int changed, const char* what) {
    if (changed != 1) throw StoreError{StoreErrorCode::not_found, std::string("There is no such ") + what};
}

}  // namespace

Conversation read_conversation(Sql& sql, ConversationId id) {
    Query row(sql.statement("SELECT id, title, title_by_user, pinned, created, updated, model, settings FROM conversations WHERE id = ?"));
    if (!row.with(id).next()) throw StoreError{StoreErrorCode::not_found, "There is no conversation " + std::to_string(id)};
    return conversation_of(row);
}

ConversationId insert_conversation(Sql& sql, const Conversation& wanted) {
    sql.run("INSERT INTO conversations (title, title_by_user, pinned, created, updated, model, settings) VALUES (?, ?, ?, ?, ?, ?, ?)",
            wanted.title, wanted.title_by_user, wanted.pinned, wanted.created, wanted.updated, wanted.model, wanted.settings);
    return sql.last_id();
}

void touch(Sql& sql, ConversationId id, UnixMs now) { sql.run("UPDATE conversations SET updated = MAX(updated, ?) WHERE id = ?", now, id); }

StoreResult<std::vector<Conversation>> ConversationStore::conversations() const {
    return guarded<std::vector<Conversation>>([&] {
        Query row(
            state_->sql->statement("SELECT id, title, title_by_user, pinned, created, updated, model, settings FROM conversations "
                                   "WHERE removed IS NULL ORDER BY pinned DESC, updated DESC, id DESC"));
        std::vector<Conversation> list;
        while (row.next()) list.push_back(conversation_of(row));
        return list;
    });
}

StoreResult<Conversation> ConversationStore::conversation(ConversationId id) const {
    return guarded<Conversation>([&] { return read_conversation(*state_->sql, id); });
}

StoreResult<ConversationId> ConversationStore::create_conversation(const Conversation& wanted) {
    return guarded<ConversationId>([&] {
        Transaction transaction(*state_->sql, Durability::now);
        const ConversationId id = insert_conversation(*state_->sql, wanted);
        transaction.commit();
        return id;
    });
}

StoreStatus ConversationStore::rename(ConversationId id, std::string_view title, bool by_user) {
    return guarded_status([&] {
        expect_one(state_->sql->run("UPDATE conversations SET title = ?, title_by_user = ? WHERE id = ?", title, by_user, id),
                   "conversation");
    });
}

StoreStatus ConversationStore::set_pinned(ConversationId id, bool pinned) {
    return guarded_status(
        [&] { expect_one(state_->sql->run("UPDATE conversations SET pinned = ? WHERE id = ?", pinned, id), "conversation"); });
}

StoreStatus ConversationStore::set_settings(ConversationId id, std::string_view json) {
    return guarded_status(
        [&] { expect_one(state_->sql->run("UPDATE conversations SET settings = ? WHERE id = ?", json, id), "conversation"); });
}

StoreStatus ConversationStore::set_model(ConversationId id, std::string_view model) {
    return guarded_status(
        [&] { expect_one(state_->sql->run("UPDATE conversations SET model = ? WHERE id = ?", model, id), "conversation"); });
}

// ---------------------------------------------------------------- drafts and values

StoreStatus ConversationStore::save_draft(ConversationId id, std::string_view text) {
    return guarded_status([&] {
        Transaction transaction(*state_->sql, Durability::soon);
        if (text.empty()) {
            state_->sql->run("DELETE FROM drafts WHERE conversation_id = ?", id);
        } else {
            state_->sql->run(
                "INSERT INTO drafts (conversation_id, body) VALUES (?, ?) "
                "ON CONFLICT (conversation_id) DO UPDATE SET body = excluded.body",
                id, text);
        }
        transaction.commit();
    });
}

StoreResult<std::string> ConversationStore::draft(ConversationId id) const {
    return guarded<std::string>([&] {
        Query row(state_->sql->statement("SELECT body FROM drafts WHERE conversation_id = ?"));
        return row.with(id).next() ? row.text(0) : std::string();
    });
}

StoreStatus ConversationStore::set_value(std::string_view key, std::string_view value) {
    return guarded_status([&] {
        state_->sql->run("INSERT INTO app_values (name, body) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET body = excluded.body", key,
                         value);
    });
}

StoreResult<std::optional<std::string>> ConversationStore::value(std::string_view key) const {
    return guarded<std::optional<std::string>>([&] {
        Query row(state_->sql->statement("SELECT body FROM app_values WHERE name = ?"));
        return row.with(key).next() ? std::optional(row.text(0)) : std::nullopt;
    });
}

}  // namespace soliloquy::store
