/// tests/unit/gguf/raw_gguf.h: writes a GGUF file field by field, so that any field can lie.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

#include "engine/gguf/gguf_value.h"

namespace soliloquy::testing {

class RawGguf {
  public:
    /// "GGUF", version and the two counts.
    RawGguf(uint64_t n_tensors, uint64_t n_entries, uint32_t version = 3) { letters("GGUF").u32(version).u64(n_tensors).u64(n_entries); }
    RawGguf() = default;

    RawGguf& letters(std::string_view text) { return append(text.data(), text.size()); }
    RawGguf& u8(uint8_t value) { return append(&value, sizeof(value)); }
    RawGguf& u32(uint32_t value) { return append(&value, sizeof(value)); }
    RawGguf& u64(uint64_t value) { return append(&value, sizeof(value)); }
    RawGguf& type(GgufType value) { return u32(static_cast<uint32_t>(value)); }
    /// Length and bytes.
    RawGguf& text(std::string_view value) { return u64(value.size()).letters(value); }
    RawGguf& zeros(size_t count) {
        bytes_.resize(bytes_.size() + count);
        return *this;
    }
    RawGguf& pad(size_t alignment) {
        while (bytes_.size() % alignment != 0) u8(0);
        return *this;
    }

    RawGguf& entry_u32(std::string_view key, uint32_t value) { return text(key).type(GgufType::uint32).u32(value); }
    RawGguf& tensor(std::string_view name, std::vector<uint64_t> dims, uint32_t dtype, uint64_t offset) {
        text(name).u32(static_cast<uint32_t>(dims.size()));
        for (const uint64_t dim : dims) u64(dim);
        return u32(dtype).u64(offset);
    }

    [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }

  private:
    RawGguf& append(const void* data, size_t size) {
        const size_t end = bytes_.size();
        bytes_.resize(end + size);
        if (size != 0) std::memcpy(bytes_.data() + end, data, size);
        return *this;
    }
    std::vector<std::byte> bytes_;
};

}  // namespace soliloquy::testing
