/// app/store/sql.h: one SQLite connection: cached statements, binding by type, transactions, errors as values.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "app/store/store_result.h"

namespace soliloquy::store {

/// Bytes of a blob, for binding.
struct Blob {
    std::string_view bytes;
};

/// Words for an SQLite failure; the code sorts damaged files, locks and everything else.
[[nodiscard]] StoreError error_of(const SQLite::Exception& failure);

/// A statement at work; gives the cached statement back, reset, when it goes out of scope.
class Query {
  public:
    explicit Query(SQLite::Statement& statement) : statement_(statement) {}
    ~Query();
    Query(const Query&) = delete;
    Query& operator=(const Query&) = delete;

    template <typename... Values>
    Query& with(const Values&... values) {
        int index = 0;
        (bind(++index, values), ...);
        return *this;
    }
    bool next() { return statement_.executeStep(); }  ///< false after the last row
    int run() { return statement_.exec(); }           ///< for statements without rows; returns the number of changed rows

    [[nodiscard]] int64_t integer(int column) const { return statement_.getColumn(column).getInt64(); }
    [[nodiscard]] double real(int column) const { return statement_.getColumn(column).getDouble(); }
    [[nodiscard]] std::string text(int column) const { return statement_.getColumn(column).getString(); }
    [[nodiscard]] bool is_null(int column) const { return statement_.getColumn(column).isNull(); }

  private:
    void bind(int index, int64_t value) { statement_.bind(index, value); }
    void bind(int index, uint64_t value) { statement_.bind(index, static_cast<int64_t>(value)); }
    void bind(int index, uint32_t value) { statement_.bind(index, static_cast<int64_t>(value)); }
    void bind(int index, int value) { statement_.bind(index, value); }
    void bind(int index, bool value) { statement_.bind(index, value ? 1 : 0); }
    void bind(int index, double value) { statement_.bind(index, value); }
    void bind(int index, std::string_view value) { statement_.bind(index, std::string(value)); }
    void bind(int index, const std::string& value) { statement_.bind(index, value); }
    void bind(int index, const char* value) { statement_.bind(index, value); }
    void bind(int index, Blob value) { statement_.bind(index, value.bytes.data(), static_cast<int>(value.bytes.size())); }
    void bind(int index, std::nullptr_t) { statement_.bind(index); }
    template <typename T>
    void bind(int index, const std::optional<T>& value) {
        value ? bind(index, *value) : bind(index, nullptr);
    }

    SQLite::Statement& statement_;
};

class Sql {
  public:
    /// Throws SQLite::Exception, as everything here does; guarded() makes values of it.
    Sql(const std::string& file, int flags, int busy_timeout_ms) : database_(file, flags, busy_timeout_ms) {}

    /// `sql` must be a literal: its address is the key of the cache.
    [[nodiscard]] SQLite::Statement& statement(const char* sql);
    template <typename... Values>
    int run(const char* sql, const Values&... values) {
        Query query(statement(sql));
        return query.with(values...).run();
    }
    [[nodiscard]] int64_t last_id() const { return database_.getLastInsertRowid(); }
    [[nodiscard]] int64_t pragma(const char* sql);
    void forget_statements() { statements_.clear(); }
    [[nodiscard]] SQLite::Database& database() noexcept { return database_; }

  private:
    SQLite::Database database_;
    std::unordered_map<const char*, std::unique_ptr<SQLite::Statement>> statements_;
};

/// Now: on the disk when commit() returns. Soon: safe from a crash of the program at once, from a power cut with the next `now`.
enum class Durability { now, soon };

class Transaction {
  public:
    Transaction(Sql& sql, Durability durability);  ///< throws when another program keeps the lock; the durability is then as before
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    void commit();

  private:
    /// PRAGMA synchronous for the time of one transaction. An object of its own, so that it ends even where BEGIN throws.
    struct Synchronous {
        Synchronous(Sql& sql, Durability wanted);
        ~Synchronous();
        Synchronous(const Synchronous&) = delete;
        Synchronous& operator=(const Synchronous&) = delete;
        Sql& sql;
        Durability durability;
    };
    Sql& sql_;
    Synchronous synchronous_;
    bool open_ = true;
};

/// Runs `work` and makes an error value of what SQLite throws, or of a StoreError.
template <typename T, typename Work>
StoreResult<T> guarded(const Work& work) {
    try {
        return work();
    } catch (const StoreError& error) {
        return error;
    } catch (const SQLite::Exception& failure) {
        return error_of(failure);
    } catch (const std::exception& failure) {
        return StoreError{StoreErrorCode::io, std::string("The conversation store failed: ") + failure.what()};
    }
}
template <typename Work>
StoreStatus guarded_status(const Work& work) {
    return guarded<Done>([&] {
        work();
        return Done{};
    });
}

}  // namespace soliloquy::store
