/// app/platform/paths.cpp: folders by the customs of each system.
#include "app/platform/paths.h"

#include <cstdlib>
#include <string>
#include <system_error>

#ifdef _WIN32
#define WIN32_LEAN_AND_MEAN
#define NOMINMAX
#include <windows.h>
#elif defined(__APPLE__)
#include <mach-o/dyld.h>
#endif

namespace soliloquy {
namespace {

constexpr const char* kBundledModel = "pocket-reasoner-q8_0.gguf";

std::filesystem::path from_environment(const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr && *value != '\0' ? std::filesystem::path(value) : std::filesystem::path();
}

}  // namespace

std::filesystem::path default_data_folder() {
#ifdef _WIN32
    const auto roaming = from_environment("APPDATA");
    return roaming.empty() ? std::filesystem::path("Soliloquy") : roaming / "Soliloquy";
#elif defined(__APPLE__)
    return from_environment("HOME") / "Library" / "Application Support" / "Soliloquy";
#else
    const auto data_home = from_environment("XDG_DATA_HOME");
    if (data_home.is_absolute()) return data_home / "soliloquy";
    return from_environment("HOME") / ".local" / "share" / "soliloquy";
#endif
}

std::filesystem::path cache_folder(const std::filesystem::path& named_data_folder) {
    if (!named_data_folder.empty()) return named_data_folder / "cache";
#ifdef _WIN32
    const auto local = from_environment("LOCALAPPDATA");
    return local.empty() ? std::filesystem::path() : local / "Soliloquy" / "cache";
#elif defined(__APPLE__)
    return from_environment("HOME") / "Library" / "Caches" / "Soliloquy";
#else
    const auto cache_home = from_environment("XDG_CACHE_HOME");
    if (cache_home.is_absolute()) return cache_home / "soliloquy";
    const auto home = from_environment("HOME");
    return home.empty() ? std::filesystem::path() : home / ".cache" / "soliloquy";
#endif
}

Status prepare_data_folder(const std::filesystem::path& folder) {
    std::error_code error;
    const bool existed = std::filesystem::is_directory(folder, error);
    std::filesystem::create_directories(folder, error);
    if (error || !std::filesystem::is_directory(folder, error)) {
        return Error{ErrorCode::io,
                     "cannot create the data folder " + folder.string() + ": " + error.message() + "; choose another with --data DIR"};
    }
    if (!existed) std::filesystem::permissions(folder, std::filesystem::perms::owner_all, std::filesystem::perm_options::replace, error);
    return Status::success();
}

std::filesystem::path conversations_file(const std::filesystem::path& data_folder) { return data_folder / "conversations.db"; }

std::filesystem::path program_folder() {
    std::error_code error;
#ifdef _WIN32
    std::wstring name(32768, L'\0');
    name.resize(GetModuleFileNameW(nullptr, name.data(), static_cast<DWORD>(name.size())));
    return std::filesystem::path(name).parent_path();
#elif defined(__APPLE__)
    std::string name(4096, '\0');
    uint32_t size = static_cast<uint32_t>(name.size());
    if (_NSGetExecutablePath(name.data(), &size) != 0) return {};
    return std::filesystem::canonical(name.c_str(), error).parent_path();
#else
    return std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
#endif
}

Result<std::filesystem::path> bundled_model_path() {
    const auto folder = program_folder();
    std::error_code error;
    for (const auto& place :
         {folder / "models", folder / ".." / "share" / "soliloquy" / "models", folder / ".." / "Resources" / "models"}) {
        if (std::filesystem::exists(place / kBundledModel, error)) return std::filesystem::weakly_canonical(place / kBundledModel, error);
    }
    for (auto up = folder; up.has_relative_path(); up = up.parent_path()) {
        const auto candidate = up / "resources" / "models" / kBundledModel;
        if (std::filesystem::exists(candidate, error)) return candidate;
    }
    return Error{ErrorCode::not_found, std::string("the bundled model ") + kBundledModel + " was not found near " + folder.string() +
                                           "; name a model with --model FILE"};
}

}  // namespace soliloquy
