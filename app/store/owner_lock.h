/// app/store/owner_lock.h: says which window owns a store; dies with its process, whatever kills it.
#pragma once

#include <filesystem>
#include <memory>

#include "app/store/sql.h"

namespace soliloquy::store {

/// An exclusive transaction, never committed, on an empty database "<file>.owner": the file lock works on every system SQLite works on
/// and the kernel releases it with the process.
class OwnerLock {
  public:
    /// Null when another process, or another store of this one, holds it.
    [[nodiscard]] static std::unique_ptr<OwnerLock> acquire(const std::filesystem::path& file);

  private:
    explicit OwnerLock(const std::filesystem::path& path);
    Sql sql_;
};

}  // namespace soliloquy::store
