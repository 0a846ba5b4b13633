/// app/store/sql.cpp: statements, transactions and words for SQLite's errors.
#include "app/store/sql.h"

#include <sqlite3.h>

namespace soliloquy::store {

StoreError error_of(const SQLite::Exception& failure) {
    const std::string detail = std::string(" (SQLite: ") + failure.what() + ")";
    switch (failure.getErrorCode()) {
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return {StoreErrorCode::broken,
                    "The file of the conversations is damaged. Nothing was changed; it can be moved aside" + detail};
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return {StoreErrorCode::busy, "Another program keeps the conversations locked. Close it and try again" + detail};
        case SQLITE_FULL:
            return {StoreErrorCode::io, "The disk is full, so the conversation could not be written. Make room and try again" + detail};
        case SQLITE_READONLY:
            return {StoreErrorCode::io, "The conversations cannot be written: the file or its folder is read-only" + detail};
        case SQLITE_CANTOPEN:
            return {StoreErrorCode::io,
                    "The file of the conversations cannot be opened. Check that its folder exists and is yours" + detail};
        default:
            return {StoreErrorCode::io, "The conversations could not be read or written" + detail};
    }
}

Query::~Query() {
    statement_.tryReset();
    try {
        statement_.clearBindings();  // a cached statement holds no text of a conversation longer than needed
    } catch (const SQLite::Exception&) {
    }
}

SQLite::Statement& Sql::statement(const char* sql) {
    auto& slot = statements_[sql];
    if (!slot) slot = std::make_unique<SQLite::Statement>(database_, sql);
    return *slot;
}

int64_t Sql::pragma(const char* sql) { return database_.execAndGet(sql).getInt64(); }

// With WAL, NORMAL writes a commit to the log without waiting for the disk: a killed program loses nothing, a power cut loses what no FULL
// commit followed. Turns are begun and finished in FULL; the checkpoints between them, once or twice a second, need not stop the window.
Transaction::Synchronous::Synchronous(Sql& of, Durability wanted) : sql(of), durability(wanted) {
    if (durability == Durability::soon) sql.database().exec("PRAGMA synchronous = NORMAL");
}

Transaction::Synchronous::~Synchronous() {
    if (durability == Durability::soon) sql.database().tryExec("PRAGMA synchronous = FULL");
}

Transaction::Transaction(Sql& sql, Durability durability) : sql_(sql), synchronous_(sql, durability) { sql_.run("BEGIN IMMEDIATE"); }

Transaction::~Transaction() {
    if (open_) sql_.database().tryExec("ROLLBACK");
}

void Transaction::commit() {
    sql_.run("COMMIT");
    open_ = false;
}

}  // namespace soliloquy::store
