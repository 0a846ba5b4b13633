/// app/models/entry_cache.h: what was read from headers before, so that the library is there at once: models-seen.json in the data folder.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <unordered_map>

#include "app/models/model_entry.h"

namespace soliloquy::models {

/// An entry holds for one path, size and time of change. Entries of another version of the program are not used: it may run more now.
class EntryCache {
  public:
    /// An absent or damaged file gives an empty cache.
    [[nodiscard]] static EntryCache load(const std::filesystem::path& data_folder);
    [[nodiscard]] Status save() const;

    /// The entry with the facts of `found`; nullopt when the file changed or was never seen. What failed for want of memory, of a part or
    /// of permission is never kept.
    [[nodiscard]] std::optional<ModelEntry> find(const FoundModel& found) const;
    void keep(const ModelEntry& entry);
    /// A checksum that was computed for this very file; empty when there is none.
    [[nodiscard]] std::string sha256_of(const FoundModel& found) const;
    void keep_sha256(const FoundModel& found, const std::string& sha256);
    [[nodiscard]] size_t size() const noexcept { return entries_.size(); }

  private:
    struct Kept {
        ModelEntry entry;
        std::string sha256{};
    };
    [[nodiscard]] const Kept* valid(const FoundModel& found) const;

    std::filesystem::path file_;
    std::unordered_map<std::string, Kept> entries_;
};

}  // namespace soliloquy::models
