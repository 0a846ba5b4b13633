/// engine/chat/jinja/unicode.cpp
#include "engine/chat/jinja/unicode.h"

namespace soliloquy::jinja {

namespace {

constexpr char32_t kStrayByte = 0xDC00;

bool in(char32_t code, char32_t first, char32_t last) noexcept { return code >= first && code <= last; }

}  // namespace

Letter letter_at(std::string_view text, size_t offset) noexcept {
    const auto byte = [&](size_t i) -> uint32_t { return offset + i < text.size() ? static_cast<unsigned char>(text[offset + i]) : 0u; };
    const uint32_t first = byte(0);
    if (first < 0x80) return {first, 1};
    const auto continues = [&](size_t i) { return (byte(i) & 0xC0) == 0x80; };
    if (in(first, 0xC2, 0xDF) && continues(1)) return {((first & 0x1F) << 6) | (byte(1) & 0x3F), 2};
    if (in(first, 0xE0, 0xEF) && continues(1) && continues(2)) {
        const char32_t code = ((first & 0x0F) << 12) | ((byte(1) & 0x3F) << 6) | (byte(2) & 0x3F);
        if (code >= 0x800 && !in(code, 0xD800, 0xDFFF)) return {code, 3};
    }
    if (in(first, 0xF0, 0xF4) && continues(1) && continues(2) && continues(3)) {
        const char32_t code = ((first & 0x07) << 18) | ((byte(1) & 0x3F) << 12) | ((byte(2) & 0x3F) << 6) | (byte(3) & 0x3F);
        if (in(code, 0x10000, 0x10FFFF)) return {code, 4};
    }
    return {kStrayByte + first, 1};
}

size_t count_letters(std::string_view text) noexcept {
    size_t count = 0;
    for (size_t offset = 0; offset < text.size(); offset += letter_at(text, offset).bytes) ++count;
    return count;
}

size_t offset_of_letter(std::string_view text, size_t index) noexcept {
    size_t offset = 0;
    for (; index > 0 && offset < text.size(); --index) offset += letter_at(text, offset).bytes;
    return offset;
}

void append_utf8(std::string& out, char32_t code) {
    if (code < 0x80) {
        out += static_cast<char>(code);
    } else if (code < 0x800) {
        out += static_cast<char>(0xC0 | (code >> 6));
        out += static_cast<char>(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        if (in(code, kStrayByte + 0x80, kStrayByte + 0xFF)) {
            out += static_cast<char>(code - kStrayByte);
            return;
        }
        out += static_cast<char>(0xE0 | (code >> 12));
        out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
        out += static_cast<char>(0x80 | (code & 0x3F));
    } else {
        out += static_cast<char>(0xF0 | (code >> 18));
        out += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
        out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
        out += static_cast<char>(0x80 | (code & 0x3F));
    }
}

bool is_space(char32_t code) noexcept {
    return in(code, 0x09, 0x0D) || in(code, 0x1C, 0x20) || code == 0x85 || code == 0xA0 || code == 0x1680 || in(code, 0x2000, 0x200A) ||
           code == 0x2028 || code == 0x2029 || code == 0x202F || code == 0x205F || code == 0x3000;
}

bool is_letter(char32_t code) noexcept {
    return in(code, 'a', 'z') || in(code, 'A', 'Z') || (in(code, 0xC0, 0x24F) && code != 0xD7 && code != 0xF7) || in(code, 0x386, 0x3FF) ||
           in(code, 0x400, 0x481) || in(code, 0x48A, 0x52F) || in(code, 0x4E00, 0x9FFF) || in(code, 0x3041, 0x30FF) ||
           in(code, 0xAC00, 0xD7A3);
}

char32_t to_lower(char32_t code) noexcept {
    if (in(code, 'A', 'Z')) return code + 0x20;
    if (code < 0xC0) return code;
    if (in(code, 0xC0, 0xDE) && code != 0xD7) return code + 0x20;
    // Latin Extended-A: pairs of upper and lower; the parity changes twice.
    if ((in(code, 0x100, 0x137) && code != 0x130) || in(code, 0x14A, 0x177)) return code | 1;
    if (in(code, 0x139, 0x148) || in(code, 0x179, 0x17E)) return (code & 1) != 0 ? code + 1 : code;
    if (code == 0x178) return 0xFF;
    if (in(code, 0x391, 0x3AB) && code != 0x3A2) return code + 0x20;
    if (in(code, 0x410, 0x42F)) return code + 0x20;
    if (in(code, 0x400, 0x40F)) return code + 0x50;
    return code;
}

char32_t to_upper(char32_t code) noexcept {
    if (in(code, 'a', 'z')) return code - 0x20;
    if (code < 0xC0) return code == 0xB5 ? 0x39C : code;
    if (in(code, 0xE0, 0xFE) && code != 0xF7) return code - 0x20;
    if (code == 0xFF) return 0x178;
    if ((in(code, 0x100, 0x137) && code != 0x131) || in(code, 0x14A, 0x177)) return code & ~char32_t{1};
    if (in(code, 0x139, 0x148) || in(code, 0x179, 0x17E)) return (code & 1) == 0 ? code - 1 : code;
    if (code == 0x3C2) return 0x3A3;
    if (in(code, 0x3B1, 0x3CB)) return code - 0x20;
    if (in(code, 0x430, 0x44F)) return code - 0x20;
    if (in(code, 0x450, 0x45F)) return code - 0x50;
    return code;
}

}  // namespace soliloquy::jinja
