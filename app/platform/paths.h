/// app/platform/paths.h: where the program keeps what it writes, and where the bundled model lies.
#pragma once

#include <filesystem>

#include "engine/core/result.h"

namespace soliloquy {

/// $XDG_DATA_HOME/soliloquy, ~/.local/share/soliloquy, %APPDATA%\Soliloquy or ~/Library/Application Support/Soliloquy. Not created.
[[nodiscard]] std::filesystem::path default_data_folder();

/// Where what can be made again is kept: in the data folder that was named, else $XDG_CACHE_HOME/soliloquy, ~/.cache/soliloquy,
/// %LOCALAPPDATA%\Soliloquy\cache or ~/Library/Caches/Soliloquy. Not created.
[[nodiscard]] std::filesystem::path cache_folder(const std::filesystem::path& named_data_folder);

/// Creates the folder, readable by its owner alone. An Error says why it cannot be written.
[[nodiscard]] Status prepare_data_folder(const std::filesystem::path& folder);

/// The store of a data folder.
[[nodiscard]] std::filesystem::path conversations_file(const std::filesystem::path& data_folder);

/// The folder of the running program; empty when the system does not tell.
[[nodiscard]] std::filesystem::path program_folder();

/// The model that comes with the program: beside it, in its share folder, or in the source tree it was built in.
[[nodiscard]] Result<std::filesystem::path> bundled_model_path();

}  // namespace soliloquy
