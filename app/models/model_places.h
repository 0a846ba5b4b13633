/// app/models/model_places.h: where other programs of each system keep their models.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace soliloquy::models {

enum class Layout : uint8_t {
    tree,    ///< GGUF files anywhere below the folder
    ollama,  ///< manifests/REGISTRY/SPACE/NAME/TAG name files blobs/sha256-HEX
};

struct ModelPlace {
    std::string program;  ///< "LM Studio"; "your folder" for one that the user added
    std::filesystem::path folder;
    Layout layout = Layout::tree;
    bool by_user = false;  ///< its absence is worth a word
};

enum class System : uint8_t { linux_, windows, macos };
[[nodiscard]] System this_system() noexcept;

/// A variable of the environment; nullopt when it is not set or empty.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;
[[nodiscard]] Environment process_environment();

/// The folders of every program known on this system, in the order of the table, each once; none is looked at. A folder whose variables
/// are not set is left out. LM Studio's own note of where its home lies (~/.lmstudio-home-pointer) is read.
[[nodiscard]] std::vector<ModelPlace> known_places(System system, const Environment& environment);

}  // namespace soliloquy::models
