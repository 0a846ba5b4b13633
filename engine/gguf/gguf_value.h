/// engine/gguf/gguf_value.h: one metadata value of a GGUF file, as a view into the mapping.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <variant>

#include "engine/core/result.h"

namespace soliloquy {

enum class GgufType : uint32_t {
    uint8 = 0,
    int8 = 1,
    uint16 = 2,
    int16 = 3,
    uint32 = 4,
    int32 = 5,
    float32 = 6,
    boolean = 7,
    string = 8,
    array = 9,
    uint64 = 10,
    int64 = 11,
    float64 = 12,
};
/// "uint32", "string", ...; "unknown type" for a number that is none of them.
[[nodiscard]] std::string_view gguf_type_name(GgufType type) noexcept;
/// Bytes of one value; 0 for strings and arrays (their size varies) and for unknown types.
[[nodiscard]] size_t gguf_type_bytes(GgufType type) noexcept;

/// An array: the bytes of its items, already checked to lie in the file and (for strings) to be well formed.
struct GgufArray {
    GgufType item_type = GgufType::uint8;
    uint64_t count = 0;
    std::span<const std::byte> bytes;

    /// Walks a string array in order; linear as a whole.
    template <typename F>
    void for_each_string(F&& f) const {
        size_t at = 0;
        for (uint64_t i = 0; i < count; ++i) {
            uint64_t length = 0;
            for (size_t b = 0; b < 8; ++b) length |= static_cast<uint64_t>(bytes[at + b]) << (8 * b);
            f(std::string_view(reinterpret_cast<const char*>(bytes.data() + at + 8), static_cast<size_t>(length)));
            at += 8 + static_cast<size_t>(length);
        }
    }
    /// Item i of a numeric array as a number; 0 for other types.
    [[nodiscard]] double number(uint64_t i) const noexcept;
    [[nodiscard]] int64_t integer(uint64_t i) const noexcept;
};

/// The variant holds unsigned types as uint64_t, signed ones as int64_t, both floats as double.
struct GgufValue {
    GgufType type = GgufType::uint8;
    std::variant<uint64_t, int64_t, double, bool, std::string_view, GgufArray> value;
};

}  // namespace soliloquy
