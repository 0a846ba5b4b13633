/// engine/chat/jinja/print.cpp
#include "engine/chat/jinja/print.h"

#include <array>
#include <charconv>
#include <cmath>

#include "engine/chat/jinja/unicode.h"

namespace soliloquy::jinja {

namespace {

constexpr TextSource kTemplate = TextSource::from_template;

std::string hex(char32_t code, int digits) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string result;
    for (int i = digits - 1; i >= 0; --i) result += kDigits[(code >> (4 * i)) & 0xF];
    return result;
}

// 'text', or "text" when it holds a ' and no ".
void append_quoted(Text& out, const Text& text, Sandbox& sandbox) {
    const std::string_view bytes = text.view();
    const char quote = bytes.find('\'') != std::string_view::npos && bytes.find('"') == std::string_view::npos ? '"' : '\'';
    sandbox.require(out.footprint() + text.footprint() * 2);
    sandbox.work(bytes.size() * 8);
    out.append(std::string_view(&quote, 1), kTemplate);
    for (size_t offset = 0; offset < bytes.size();) {
        const Letter letter = letter_at(bytes, offset);
        const char c = static_cast<char>(letter.code);
        std::string escaped;
        if (letter.code == '\\' || (letter.code < 0x80 && c == quote)) {
            escaped = {'\\', c};
        } else if (letter.code == '\n') {
            escaped = "\\n";
        } else if (letter.code == '\r') {
            escaped = "\\r";
        } else if (letter.code == '\t') {
            escaped = "\\t";
        } else if (letter.code < 0x20 || (letter.code >= 0x7F && letter.code <= 0xA0) || letter.code == 0xAD) {
            escaped = "\\x" + hex(letter.code, 2);
        } else {
            escaped = bytes.substr(offset, letter.bytes);
        }
        out.append(escaped, text.source_at(offset));
        offset += letter.bytes;
    }
    out.append(std::string_view(&quote, 1), kTemplate);
}

void append_repr(Text& out, const Value& value, Sandbox& sandbox);

void append_sequence(Text& out, const Value& value, Sandbox& sandbox) {
    const bool tuple = value.is(Kind::tuple);
    const auto& items = value.list().items;
    out.append(tuple ? "(" : "[", kTemplate);
    for (size_t i = 0; i < items.size(); ++i) {
        if (i > 0) out.append(", ", kTemplate);
        append_repr(out, items[i], sandbox);
    }
    if (tuple && items.size() == 1) out.append(",", kTemplate);
    out.append(tuple ? ")" : "]", kTemplate);
}

void append_repr(Text& out, const Value& value, Sandbox& sandbox) {
    const Sandbox::Level level(sandbox);
    sandbox.step();
    sandbox.require(out.footprint());
    switch (value.kind()) {
        case Kind::undefined:
            out.append("Undefined", kTemplate);
            break;
        case Kind::none:
            out.append("None", kTemplate);
            break;
        case Kind::boolean:
            out.append(value.as_integer() != 0 ? "True" : "False", kTemplate);
            break;
        case Kind::integer:
            out.append(std::to_string(value.as_integer()), kTemplate);
            break;
        case Kind::real:
            out.append(repr(value.as_real()), kTemplate);
            break;
        case Kind::string:
            append_quoted(out, value.text(), sandbox);
            break;
        case Kind::list:
        case Kind::tuple:
            append_sequence(out, value, sandbox);
            break;
        case Kind::dict:
        case Kind::name_space: {
            bool first = true;
            out.append(value.is_dict() ? "{" : "<Namespace {", kTemplate);
            for (const auto& [key, item] : value.dict().entries) {
                if (!first) out.append(", ", kTemplate);
                first = false;
                append_repr(out, key, sandbox);
                out.append(": ", kTemplate);
                append_repr(out, item, sandbox);
            }
            out.append(value.is_dict() ? "}" : "}>", kTemplate);
            break;
        }
        case Kind::iterator:
            out.append("<generator object>", kTemplate);
            break;
        case Kind::function:
            out.append("<function>", kTemplate);
            break;
        case Kind::macro:
            out.append("<Macro>", kTemplate);
            break;
        case Kind::loop:
            out.append("<LoopContext>", kTemplate);
            break;
    }
}

}  // namespace

void append_text(Text& out, const Value& value, Sandbox& sandbox) {
    if (value.is_string()) {
        sandbox.require(out.footprint() + value.text().footprint());
        sandbox.work(value.view().size());
        out.append(value.text());
    } else if (!value.is_undefined()) {
        append_repr(out, value, sandbox);
    }
}

Text to_text(const Value& value, Sandbox& sandbox) {
    Text out;
    append_text(out, value, sandbox);
    return out;
}

Text repr(const Value& value, Sandbox& sandbox) {
    Text out;
    append_repr(out, value, sandbox);
    return out;
}

std::string repr(double number) {
    if (std::isnan(number)) return "nan";
    if (std::isinf(number)) return number < 0 ? "-inf" : "inf";
    std::array<char, 40> digits{};
    // Python writes an exponent below 1e-4 and from 1e16 on.
    const double size = std::fabs(number);
    const bool plain = size == 0.0 || (size >= 1e-4 && size < 1e16);
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number,
                                   plain ? std::chars_format::fixed : std::chars_format::scientific);
    std::string result(digits.data(), end.ptr);
    if (plain && result.find('.') == std::string::npos) result += ".0";
    return result;
}

}  // namespace soliloquy::jinja
