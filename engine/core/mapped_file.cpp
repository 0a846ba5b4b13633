/// engine/core/mapped_file.cpp: read-only file mappings on POSIX and Windows.
#include "engine/core/mapped_file.h"

#include <utility>

#ifdef _WIN32
#define WIN32_LEAN_AND_MEAN
#define NOMINMAX
#include <windows.h>
#else
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#endif

namespace soliloquy {

MappedFile::MappedFile(MappedFile&& other) noexcept : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
}

#ifdef _WIN32

Result<MappedFile> MappedFile::open(const std::filesystem::path& path) {
    const HANDLE file = CreateFileW(path.c_str(), GENERIC_READ, FILE_SHARE_READ, nullptr, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, nullptr);
    if (file == INVALID_HANDLE_VALUE) return Error{ErrorCode::not_found, "cannot open " + path.string()};
    LARGE_INTEGER size{};
    MappedFile mapped;
    if (GetFileSizeEx(file, &size) != 0 && size.QuadPart > 0) {
        const HANDLE mapping = CreateFileMappingW(file, nullptr, PAGE_READONLY, 0, 0, nullptr);
        if (mapping != nullptr) {
            mapped.data_ = static_cast<const std::byte*>(MapViewOfFile(mapping, FILE_MAP_READ, 0, 0, 0));
            mapped.size_ = mapped.data_ != nullptr ? static_cast<size_t>(size.QuadPart) : 0;
            CloseHandle(mapping);
        }
        if (mapped.data_ == nullptr) {
            CloseHandle(file);
            return Error{ErrorCode::io, "cannot map " + path.string()};
        }
    }
    CloseHandle(file);
    return mapped;
}

MappedFile::~MappedFile() {
    if (data_ != nullptr) UnmapViewOfFile(data_);
}

void MappedFile::will_need(size_t, size_t) const noexcept {}

#else

Result<MappedFile> MappedFile::open(const std::filesystem::path& path) {
    const auto failure = [&path](const char* what) {
        const int code = errno;
        return Error{code == ENOENT ? ErrorCode::not_found : ErrorCode::io,
                     std::string(what) + " " + path.string() + ": " + std::strerror(code)};
    };
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) return failure("cannot open");
    struct stat info {};
    if (::fstat(descriptor, &info) != 0) {
        auto error = failure("cannot examine");
        ::close(descriptor);
        return error;
    }
    if (!S_ISREG(info.st_mode)) {
        ::close(descriptor);
        return Error{ErrorCode::invalid_argument, path.string() + " is not a regular file"};
    }
    MappedFile mapped;
    if (info.st_size > 0) {
        void* address = ::mmap(nullptr, static_cast<size_t>(info.st_size), PROT_READ, MAP_SHARED, descriptor, 0);
        if (address == MAP_FAILED) {
            auto error = failure("cannot map");
            ::close(descriptor);
            return error;
        }
        mapped.data_ = static_cast<const std::byte*>(address);
        mapped.size_ = static_cast<size_t>(info.st_size);
    }
    ::close(descriptor);
    return mapped;
}

MappedFile::~MappedFile() {
    if (data_ != nullptr) ::munmap(const_cast<std::byte*>(data_), size_);
}

void MappedFile::will_need(size_t offset, size_t length) const noexcept {
    if (data_ == nullptr || offset >= size_) return;
    constexpr size_t kPage = 4096;
    const size_t begin = offset / kPage * kPage;
    const size_t end = length > size_ - offset ? size_ : offset + length;
    ::madvise(const_cast<std::byte*>(data_ + begin), end - begin, MADV_WILLNEED);
}

#endif

}  // namespace soliloquy
