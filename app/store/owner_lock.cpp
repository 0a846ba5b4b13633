/// app/store/owner_lock.cpp: the lock by SQLite's own file locking.
#include "app/store/owner_lock.h"

#include <sqlite3.h>

namespace soliloquy::store {

OwnerLock::OwnerLock(const std::filesystem::path& path) : sql_(path.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, 0) {
    sql_.database().exec("BEGIN EXCLUSIVE");
}

std::unique_ptr<OwnerLock> OwnerLock::acquire(const std::filesystem::path& file) {
    std::filesystem::path path = file;
    path += ".owner";
    try {
        return std::unique_ptr<OwnerLock>(new OwnerLock(path));
    } catch (const SQLite::Exception& failure) {
        if (failure.getErrorCode() == SQLITE_BUSY) return nullptr;
        throw;
    }
}

}  // namespace soliloquy::store
