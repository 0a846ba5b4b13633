/// app/models/file_identity.h: which file a path leads to, whatever its name.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>

namespace soliloquy::models {

struct FileIdentity {
    uint64_t device = 0;
    uint64_t file = 0;
    bool operator==(const FileIdentity&) const = default;
};

struct FileIdentityHash {
    size_t operator()(const FileIdentity& id) const noexcept { return std::hash<uint64_t>()(id.file * 0x9E3779B97F4A7C15ull ^ id.device); }
};

struct FileFacts {
    FileIdentity identity;
    uint64_t bytes = 0;
    int64_t changed = 0;  ///< nanoseconds on POSIX, 100 ns on Windows
    bool is_regular = false;
    bool is_folder = false;
};

/// Follows links. nullopt when there is nothing, or nothing that may be seen.
[[nodiscard]] std::optional<FileFacts> file_facts(const std::filesystem::path& path) noexcept;

}  // namespace soliloquy::models
