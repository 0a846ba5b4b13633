/// app/store/schema.h: the tables, and the way from every older version to them.
#pragma once

#include "app/store/sql.h"

namespace soliloquy::store {

inline constexpr int kSchemaVersion = 3;
inline constexpr int kApplicationId = 0x536F6C71;  ///< "Solq", in the header of the file

/// Version of an opened file: 0 = empty. Throws StoreError: broken (not a store of ours) or newer.
[[nodiscard]] int checked_version(Sql& sql);
/// Brings the file to kSchemaVersion, each step in a transaction of its own.
void migrate(Sql& sql);
/// The same, but ends at `version`: tests make old files with it.
void migrate_to(Sql& sql, int version);

}  // namespace soliloquy::store
