/// engine/gguf/gguf_cursor.h: a position in a file; every read is compared with what is left, and says where it failed.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include "engine/core/result.h"

namespace soliloquy {

[[nodiscard]] inline Error damaged_at(uint64_t offset, const std::string& what) {
    return {ErrorCode::invalid_file, "at byte " + std::to_string(offset) + ": " + what};
}

[[nodiscard]] inline std::string bytes_left(uint64_t left) {
    return "only " + std::to_string(left) + " bytes are left in the file (is the download complete?)";
}

/// A position in the file; every read says what it was reading when the file ends too early.
class GgufCursor {
  public:
    explicit GgufCursor(std::span<const std::byte> file) : file_(file) {}

    [[nodiscard]] uint64_t offset() const noexcept { return offset_; }
    [[nodiscard]] uint64_t left() const noexcept { return file_.size() - offset_; }

    template <typename T>
    Result<T> read(std::string_view what) {
        if (left() < sizeof(T)) return too_short(what, sizeof(T));
        T value;
        std::memcpy(&value, file_.data() + offset_, sizeof(T));
        offset_ += sizeof(T);
        return value;
    }

    Result<std::span<const std::byte>> take(std::string_view what, uint64_t bytes) {
        if (left() < bytes) return too_short(what, bytes);
        const auto taken = file_.subspan(static_cast<size_t>(offset_), static_cast<size_t>(bytes));
        offset_ += bytes;
        return taken;
    }

    Result<std::string_view> read_string(std::string_view what, uint64_t max_bytes) {
        const uint64_t start = offset_;
        ASSIGN_OR_RETURN(const uint64_t length, read<uint64_t>(what));
        if (length > max_bytes && length <= left()) {
            return damaged_at(
                start, std::string(what) + " has " + std::to_string(length) + " bytes; expected at most " + std::to_string(max_bytes));
        }
        ASSIGN_OR_RETURN(const auto bytes, take(what, length));
        return std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    }

    /// Passes over `count` strings; the loop of large vocabularies, so without a Result per string.
    Result<std::span<const std::byte>> take_strings(std::string_view what, uint64_t count) {
        const uint64_t start = offset_;
        for (uint64_t i = 0; i < count; ++i) {
            uint64_t length = 0;
            if (left() >= sizeof(length)) std::memcpy(&length, file_.data() + offset_, sizeof(length));
            if (left() < sizeof(length) || length > left() - sizeof(length)) {
                return damaged_at(offset_, std::string(what) + ": string " + std::to_string(i) + " of " + std::to_string(count) +
                                               " needs 8 + " + std::to_string(length) + " bytes, " + bytes_left(left()));
            }
            offset_ += sizeof(length) + length;
        }
        return file_.subspan(static_cast<size_t>(start), static_cast<size_t>(offset_ - start));
    }

  private:
    [[nodiscard]] Error too_short(std::string_view what, uint64_t bytes) const {
        return damaged_at(offset_, std::string(what) + " needs " + std::to_string(bytes) + " bytes, " + bytes_left(left()));
    }

    std::span<const std::byte> file_;
    uint64_t offset_ = 0;
};

}  // namespace soliloquy
