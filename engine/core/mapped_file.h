/// engine/core/mapped_file.h: a whole file as read-only memory.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

#include "engine/core/result.h"

namespace soliloquy {

/// Owns the mapping. A file of zero bytes gives an empty span.
class MappedFile {
  public:
    static Result<MappedFile> open(const std::filesystem::path& path);
    MappedFile() = default;
    MappedFile(MappedFile&& other) noexcept;
    MappedFile& operator=(MappedFile&& other) noexcept;
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;
    ~MappedFile();

    [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return {data_, size_}; }
    /// Asks the system to read the range ahead; returns at once and may do nothing.
    void will_need(size_t offset, size_t length) const noexcept;

  private:
    const std::byte* data_ = nullptr;
    size_t size_ = 0;
};

}  // namespace soliloquy
