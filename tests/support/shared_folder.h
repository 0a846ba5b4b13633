/// tests/support/shared_folder.h: where the references from outside lie, and the files of this repository.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace soliloquy::testing {

inline std::filesystem::path source_folder() { return SOLILOQUY_SOURCE_DIR; }

/// The folder named by SOLILOQUY_SHARED, or ../shared beside the repository. May not exist: skip with a reason then.
inline std::filesystem::path shared_folder() {
    if (const char* named = std::getenv("SOLILOQUY_SHARED"); named != nullptr && *named != '\0') return named;
    return source_folder().parent_path() / "shared";
}

inline std::filesystem::path bundled_model() { return source_folder() / "resources/models/pocket-reasoner-q8_0.gguf"; }

inline std::string read_file(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace soliloquy::testing

/// Skips the test, with the reason, when the file or folder below the shared one is absent.
#define REQUIRE_SHARED(path)            \
    if (!std::filesystem::exists(path)) \
    GTEST_SKIP() << "no " << (path) << ": set SOLILOQUY_SHARED to the folder of references to run this test"
