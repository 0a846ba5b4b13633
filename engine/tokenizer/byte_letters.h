/// engine/tokenizer/byte_letters.h: the letters that byte-level vocabularies write bytes with (GPT-2's bytes_to_unicode).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/tokenizer/utf8_stream.h"

namespace soliloquy {

/// Printable Latin-1 stands for itself; the other 68 bytes, in order, are U+0100 to U+0143.
constexpr bool byte_is_its_own_letter(unsigned byte) noexcept {
    return (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
}

constexpr std::array<char32_t, 256> make_byte_letters() noexcept {
    std::array<char32_t, 256> letters{};
    char32_t next = 0x100;
    for (unsigned byte = 0; byte < 256; ++byte) letters[byte] = byte_is_its_own_letter(byte) ? static_cast<char32_t>(byte) : next++;
    return letters;
}

inline constexpr std::array<char32_t, 256> kByteLetters = make_byte_letters();
inline constexpr char32_t kByteLettersEnd = 0x144;

constexpr std::array<int16_t, kByteLettersEnd> make_letter_bytes() noexcept {
    std::array<int16_t, kByteLettersEnd> bytes{};
    for (auto& byte : bytes) byte = -1;
    for (unsigned byte = 0; byte < 256; ++byte) bytes[kByteLetters[byte]] = static_cast<int16_t>(byte);
    return bytes;
}

inline constexpr std::array<int16_t, kByteLettersEnd> kLetterBytes = make_letter_bytes();

/// Appends the bytes that `letters` stand for; false, with `out` as it was, if one of them is not a byte's letter.
[[nodiscard]] inline bool append_bytes_of_letters(std::string_view letters, std::string& out) {
    const size_t before = out.size();
    while (!letters.empty()) {
        const Utf8Letter letter = first_utf8_letter(letters);
        if (letter.state != Utf8Letter::State::valid || letter.code_point >= kByteLettersEnd || kLetterBytes[letter.code_point] < 0) {
            out.resize(before);
            return false;
        }
        out.push_back(static_cast<char>(kLetterBytes[letter.code_point]));
        letters.remove_prefix(letter.length);
    }
    return true;
}

/// The byte named by "<0x0A>"; nullopt for anything else.
[[nodiscard]] constexpr std::optional<uint8_t> byte_of_name(std::string_view text) noexcept {
    if (text.size() != 6 || text.substr(0, 3) != "<0x" || text[5] != '>') return std::nullopt;
    unsigned value = 0;
    for (const char c : text.substr(3, 2)) {
        value *= 16;
        if (c >= '0' && c <= '9') {
            value += static_cast<unsigned>(c - '0');
        } else if (c >= 'A' && c <= 'F') {
            value += static_cast<unsigned>(c - 'A') + 10;
        } else if (c >= 'a' && c <= 'f') {
            value += static_cast<unsigned>(c - 'a') + 10;
        } else {
            return std::nullopt;
        }
    }
    return static_cast<uint8_t>(value);
}

}  // namespace soliloquy
