/// app/models/model_finder.h: finds GGUF files in folders. Opens none of them, moves and copies nothing.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/models/model_places.h"

namespace soliloquy::models {

/// One model: a file, or all parts of a split one.
struct FoundModel {
    std::filesystem::path path;           ///< of the first part, as it was found first (links are not resolved)
    std::string name;                     ///< what the program calls it: "deepseek-r1:7b", "my-model-Q4_K_M.gguf"
    std::vector<std::string> programs{};  ///< all that keep this very file, the first finder first; none twice
    uint64_t bytes = 0;                   ///< of all parts
    int64_t changed = 0;                  ///< time of the last change of its newest part, in the file system's own ticks
    uint32_t parts = 1;
    uint32_t parts_missing = 0;
    std::string expected_sha256{};       ///< lower case; from the name that the program gave to its blob, empty when there is none
    std::string expected_sha256_from{};  ///< "the name of its blob in Ollama"
    bool is_projector = false;           ///< by name or manifest: pictures into a model's space, no model by itself
};

/// A folder that could not be looked into.
struct FolderTrouble {
    std::filesystem::path folder;
    std::string sentence;
};

struct FindOptions {
    std::vector<ModelPlace> places;
    uint32_t max_depth = 8;          ///< folders below a place
    uint32_t max_entries = 400'000;  ///< directory entries looked at in one place: a whole disk is not searched
    /// Called for each model at its first sight, on the caller's thread. Later sightings only add programs to the result.
    std::function<void(const FoundModel&)> on_found{};
    std::function<bool()> cancelled{};
};

struct FindResult {
    std::vector<FoundModel> models;
    std::vector<FolderTrouble> troubles;
    uint64_t entries_seen = 0;
    bool was_cancelled = false;
};

/// Follows links to folders and files; a folder is entered once whatever the number of links to it, so that cycles end. Two names of one
/// file (device and inode) are one model. Never throws for anything that the file system does.
[[nodiscard]] FindResult find_models(const FindOptions& options);

/// A file that is named as one, or begins with the four letters of the format. It may be broken all the same.
[[nodiscard]] bool passes_for_gguf(const std::filesystem::path& file);

/// The same for one file that the user named: all its parts are counted. nullopt when there is no such file.
[[nodiscard]] std::optional<FoundModel> find_model_file(const std::filesystem::path& file);

/// "<stem>-00002-of-00005.gguf"
struct PartName {
    std::string stem;
    uint32_t part = 0;  ///< from 1
    uint32_t parts = 0;
};
[[nodiscard]] std::optional<PartName> parse_part_name(std::string_view file_name);
[[nodiscard]] std::string part_file_name(const PartName& name, uint32_t part);

}  // namespace soliloquy::models
