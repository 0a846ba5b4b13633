/// app/export/base64.h: bytes as letters (RFC 4648, with padding).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace soliloquy {

inline constexpr std::string_view kBase64Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

[[nodiscard]] inline std::string to_base64(std::string_view bytes) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (size_t i = 0; i < bytes.size(); i += 3) {
        const std::string_view group = bytes.substr(i, 3);
        uint32_t bits = 0;
        for (size_t k = 0; k < 3; ++k) bits = bits << 8 | (k < group.size() ? static_cast<unsigned char>(group[k]) : 0u);
        for (size_t k = 0; k < 4; ++k) text += k <= group.size() ? kBase64Letters[bits >> (18 - 6 * k) & 63] : '=';
    }
    return text;
}

[[nodiscard]] inline std::optional<std::string> from_base64(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    std::string bytes;
    bytes.reserve(text.size() / 4 * 3);
    for (size_t i = 0; i < text.size(); i += 4) {
        uint32_t bits = 0;
        size_t padding = 0;
        for (size_t k = 0; k < 4; ++k) {
            const char c = text[i + k];
            const size_t value = kBase64Letters.find(c);
            const bool pads = c == '=' && i + 4 == text.size() && k >= 2;
            if ((value == std::string_view::npos && !pads) || (padding > 0 && !pads)) return std::nullopt;
            if (pads) ++padding;
            bits = bits << 6 | static_cast<uint32_t>(pads ? 0 : value);
        }
        for (size_t k = 0; k + padding < 3; ++k) bytes += static_cast<char>(bits >> (16 - 8 * k));
    }
    return bytes;
}

}  // namespace soliloquy
