/// engine/tokenizer/utf8_stream.cpp: the UTF-8 automaton of Unicode's table 3-7.
#include "engine/tokenizer/utf8_stream.h"

namespace soliloquy {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

/// What a lead byte allows: the length of the letter and the range of its second byte.
struct Lead {
    uint8_t length, low, high;
};

constexpr Lead lead_of(uint8_t byte) noexcept {
    if (byte < 0x80) return {1, 0, 0};
    if (byte < 0xC2) return {0, 0, 0};
    if (byte < 0xE0) return {2, 0x80, 0xBF};
    if (byte == 0xE0) return {3, 0xA0, 0xBF};
    if (byte == 0xED) return {3, 0x80, 0x9F};  // no surrogates
    if (byte < 0xF0) return {3, 0x80, 0xBF};
    if (byte == 0xF0) return {4, 0x90, 0xBF};
    if (byte < 0xF4) return {4, 0x80, 0xBF};
    if (byte == 0xF4) return {4, 0x80, 0x8F};  // nothing above U+10FFFF
    return {0, 0, 0};
}

}  // namespace

Utf8Letter first_utf8_letter(std::string_view bytes) noexcept {
    using State = Utf8Letter::State;
    const auto byte = [&](size_t i) { return static_cast<uint8_t>(bytes[i]); };
    const Lead lead = lead_of(byte(0));
    if (lead.length == 0) return {State::invalid, 1, 0xFFFD};
    if (lead.length == 1) return {State::valid, 1, byte(0)};
    char32_t code_point = byte(0) & (0x7Fu >> lead.length);
    for (uint8_t i = 1; i < lead.length; ++i) {
        if (i == bytes.size()) return {State::cut, i, 0xFFFD};
        const uint8_t low = i == 1 ? lead.low : uint8_t{0x80};
        const uint8_t high = i == 1 ? lead.high : uint8_t{0xBF};
        if (byte(i) < low || byte(i) > high) return {State::invalid, i, 0xFFFD};
        code_point = (code_point << 6) | (byte(i) & 0x3Fu);
    }
    return {State::valid, lead.length, code_point};
}

void append_utf8(std::string& out, char32_t code_point) {
    const auto put = [&](char32_t byte) { out.push_back(static_cast<char>(byte)); };
    if (code_point < 0x80) {
        put(code_point);
    } else if (code_point < 0x800) {
        put(0xC0 | (code_point >> 6));
        put(0x80 | (code_point & 0x3F));
    } else if (code_point < 0x10000) {
        put(0xE0 | (code_point >> 12));
        put(0x80 | ((code_point >> 6) & 0x3F));
        put(0x80 | (code_point & 0x3F));
    } else {
        put(0xF0 | (code_point >> 18));
        put(0x80 | ((code_point >> 12) & 0x3F));
        put(0x80 | ((code_point >> 6) & 0x3F));
        put(0x80 | (code_point & 0x3F));
    }
}

void Utf8Stream::feed(std::string_view bytes, std::string& out) {
    // A held letter is completed, or found broken, by at most three new bytes.
    while (held_ > 0 && held_ < sizeof held_bytes_ && !bytes.empty()) {
        held_bytes_[held_] = bytes.front();
        const Utf8Letter letter = first_utf8_letter({held_bytes_, held_ + 1});
        if (letter.state == Utf8Letter::State::invalid) {
            out.append(kReplacement);  // the held bytes are the ill-formed subpart; the new byte starts afresh
            held_ = 0;
            break;
        }
        bytes.remove_prefix(1);
        ++held_;
        if (letter.state == Utf8Letter::State::cut) continue;
        out.append(held_bytes_, held_);
        held_ = 0;
    }
    size_t copied = 0;
    size_t at = 0;
    while (at < bytes.size()) {
        const Utf8Letter letter = first_utf8_letter(bytes.substr(at));
        if (letter.state != Utf8Letter::State::valid) {
            out.append(bytes.substr(copied, at - copied));
            copied = at + letter.length;
            if (letter.state == Utf8Letter::State::invalid) {
                out.append(kReplacement);
            } else {
                held_ = bytes.copy(held_bytes_, letter.length, at);
            }
        }
        at += letter.length;
    }
    if (copied < bytes.size()) out.append(bytes.substr(copied));
}

void Utf8Stream::flush(std::string& out) {
    if (held_ > 0) out.append(kReplacement);
    held_ = 0;
}

std::string to_valid_utf8(std::string_view bytes) {
    Utf8Stream stream;
    std::string out;
    out.reserve(bytes.size());
    stream.feed(bytes, out);
    stream.flush(out);
    return out;
}

}  // namespace soliloquy
