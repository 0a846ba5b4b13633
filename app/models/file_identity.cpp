/// app/models/file_identity.cpp: stat() on POSIX, the file index on Windows.
#include "app/models/file_identity.h"

#ifdef _WIN32
#define WIN32_LEAN_AND_MEAN
#define NOMINMAX
#include <windows.h>
#else
#include <sys/stat.h>
#endif

namespace soliloquy::models {

#ifdef _WIN32

std::optional<FileFacts> file_facts(const std::filesystem::path& path) noexcept {
    const HANDLE file = CreateFileW(path.c_str(), FILE_READ_ATTRIBUTES, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
                                    OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, nullptr);
    if (file == INVALID_HANDLE_VALUE) return std::nullopt;
    BY_HANDLE_FILE_INFORMATION info{};
    const bool known = GetFileInformationByHandle(file, &info) != 0;
    CloseHandle(file);
    if (!known) return std::nullopt;
    const auto join = [](DWORD high, DWORD low) { return (uint64_t{high} << 32) | low; };
    FileFacts facts;
    facts.identity = {info.dwVolumeSerialNumber, join(info.nFileIndexHigh, info.nFileIndexLow)};
    facts.bytes = join(info.nFileSizeHigh, info.nFileSizeLow);
    facts.changed = static_cast<int64_t>(join(info.ftLastWriteTime.dwHighDateTime, info.ftLastWriteTime.dwLowDateTime));
    facts.is_folder = (info.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
    facts.is_regular = !facts.is_folder;
    return facts;
}

#else

std::optional<FileFacts> file_facts(const std::filesystem::path& path) noexcept {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) return std::nullopt;
    FileFacts facts;
    facts.identity = {static_cast<uint64_t>(info.st_dev), static_cast<uint64_t>(info.st_ino)};
    facts.bytes = info.st_size > 0 ? static_cast<uint64_t>(info.st_size) : 0;
#ifdef __APPLE__
    facts.changed = static_cast<int64_t>(info.st_mtimespec.tv_sec) * 1'000'000'000 + info.st_mtimespec.tv_nsec;
#else
    facts.changed = static_cast<int64_t>(info.st_mtim.tv_sec) * 1'000'000'000 + info.st_mtim.tv_nsec;
#endif
    facts.is_regular = S_ISREG(info.st_mode);
    facts.is_folder = S_ISDIR(info.st_mode);
    return facts;
}

#endif

}  // namespace soliloquy::models
