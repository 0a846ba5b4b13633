/// app/models/model_library.h: finds models and reads their headers, remembering what it read.
#pragma once

#include <functional>
#include <vector>

#include "app/models/entry_cache.h"
#include "app/models/library_settings.h"
#include "app/models/model_entry.h"
#include "app/models/model_finder.h"

namespace soliloquy::models {

struct ScanOptions {
    std::filesystem::path data_folder;          ///< of settings and cache; must exist
    std::vector<std::filesystem::path> more{};  ///< folders or files for this scan only
    bool known_programs = true;                 ///< look where other programs keep theirs
    std::filesystem::path bundled_model{};      ///< listed first when it is there
    System system = this_system();
    Environment environment = process_environment();
    std::function<void(const ModelEntry&)> on_entry{};  ///< as each is known, on the caller's thread
    std::function<bool()> cancelled{};
};

struct ScanResult {
    std::vector<ModelEntry> entries;  ///< in the order found
    std::vector<FolderTrouble> troubles;
    std::vector<std::string> programs;  ///< names of those that have models here, in the order of their table
    size_t from_cache = 0;
    bool was_cancelled = false;
};

/// Blocks; for a thread of its own. Writes the cache at the end. Never throws for anything in the file system.
[[nodiscard]] ScanResult scan_models(const ScanOptions& options);

}  // namespace soliloquy::models
