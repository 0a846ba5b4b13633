/// app/models/library_settings.h: what the user told the library: folders, files, and how each model is to be used. models.json in the data
/// folder.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/engine.h"

namespace soliloquy::models {

/// What a new conversation with a model begins with. Absent = as for every model.
struct ModelDefaults {
    std::optional<SamplingOptions> sampling{};
    std::optional<bool> thinking{};
    std::optional<bool> keep_past_thoughts{};  ///< as GenerateRequest::keep_past_thoughts
    uint32_t context_length = 0;               ///< 0 = the model's own
    std::string reasoning_profile{};           ///< empty = as recognised
    std::string system_prompt{};

    [[nodiscard]] bool empty() const noexcept { return *this == ModelDefaults{}; }
    bool operator==(const ModelDefaults&) const = default;
};

class LibrarySettings {
  public:
    /// Reads the file of a data folder. An absent or damaged one gives empty settings: they never stand in the way.
    [[nodiscard]] static LibrarySettings load(const std::filesystem::path& data_folder);
    /// Whole or not at all: a new file takes the place of the old one.
    [[nodiscard]] Status save() const;

    std::vector<std::filesystem::path> folders;  ///< that the user added
    std::vector<std::filesystem::path> files;    ///< single files that the user dropped or opened
    std::filesystem::path last_model;            ///< opened last; empty = the bundled one

    /// False when it is there already (or, for files, in one of the folders found anyway is not checked here).
    bool add_folder(const std::filesystem::path& folder);
    bool add_file(const std::filesystem::path& file);
    void remove(const std::filesystem::path& folder_or_file);

    [[nodiscard]] ModelDefaults defaults_of(const std::filesystem::path& model) const;
    void set_defaults(const std::filesystem::path& model, const ModelDefaults& defaults);

  private:
    std::filesystem::path file_;
    std::map<std::string, ModelDefaults> defaults_;
};

/// Paths as UTF-8, on Windows too.
[[nodiscard]] std::string path_text(const std::filesystem::path& path);
[[nodiscard]] std::filesystem::path path_from_text(const std::string& text);

/// Writes `text` to `file` so that a crash leaves the old or the new one.
[[nodiscard]] Status replace_file(const std::filesystem::path& file, const std::string& text);

}  // namespace soliloquy::models
