/// engine/chat/jinja/json.cpp: values as JSON; declared in print.h.
#include <algorithm>
#include <cmath>

#include "engine/chat/jinja/compare.h"
#include "engine/chat/jinja/print.h"
#include "engine/chat/jinja/text_operations.h"
#include "engine/chat/jinja/unicode.h"

namespace soliloquy::jinja {

namespace {

constexpr TextSource kTemplate = TextSource::from_template;

void append_hex_escape(std::string& out, uint32_t unit) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    out += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) out += kDigits[(unit >> shift) & 0xF];
}

class JsonWriter {
  public:
    JsonWriter(const JsonFormat& format, Sandbox& sandbox) : format_(format), sandbox_(sandbox) {}

    void write(const Value& value, size_t depth) {
        const Sandbox::Level level(sandbox_);
        sandbox_.step();
        sandbox_.require(out.footprint());
        switch (value.kind()) {
            case Kind::none:
                punctuation("null");
                break;
            case Kind::boolean:
                punctuation(value.as_integer() != 0 ? "true" : "false");
                break;
            case Kind::integer:
                punctuation(std::to_string(value.as_integer()));
                break;
            case Kind::real:
                punctuation(number(value.as_real()));
                break;
            case Kind::string:
                write_string(value.text());
                break;
            case Kind::list:
            case Kind::tuple:
                write_list(value, depth);
                break;
            case Kind::dict:
                write_dict(value, depth);
                break;
            default:
                sandbox_.fail("a value of type " + std::string(type_name(value)) + " cannot be written as JSON");
        }
    }

    Text out;

  private:
    void punctuation(std::string_view piece) { out.append(piece, kTemplate); }

    static std::string number(double value) {
        if (std::isnan(value)) return "NaN";
        if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
        return repr(value);
    }

    void new_line(size_t depth) {
        if (!format_.indent) return;
        punctuation("\n");
        sandbox_.require(out.footprint() + depth * format_.indent->footprint());
        for (size_t i = 0; i < depth; ++i) out.append(*format_.indent);
    }

    void write_string(const Text& text) {
        const std::string_view bytes = text.view();
        sandbox_.require(out.footprint() + text.footprint());
        sandbox_.work(bytes.size() * 8);
        punctuation("\"");
        for (size_t offset = 0; offset < bytes.size();) {
            const Letter letter = letter_at(bytes, offset);
            out.append(escaped(letter, bytes.substr(offset, letter.bytes)), text.source_at(offset));
            offset += letter.bytes;
        }
        punctuation("\"");
    }

    [[nodiscard]] std::string escaped(Letter letter, std::string_view bytes) const {
        switch (letter.code) {
            case '"':
                return "\\\"";
            case '\\':
                return "\\\\";
            case '\n':
                return "\\n";
            case '\r':
                return "\\r";
            case '\t':
                return "\\t";
            case '\b':
                return "\\b";
            case '\f':
                return "\\f";
            default:
                break;
        }
        if (letter.code >= 0x20 && (!format_.ascii || letter.code < 0x7F)) return std::string(bytes);
        std::string result;
        if (letter.code >= 0x10000) {
            append_hex_escape(result, 0xD800 + static_cast<uint32_t>((letter.code - 0x10000) >> 10));
            append_hex_escape(result, 0xDC00 + static_cast<uint32_t>((letter.code - 0x10000) & 0x3FF));
        } else {
            append_hex_escape(result, static_cast<uint32_t>(letter.code));
        }
        return result;
    }

    void write_list(const Value& value, size_t depth) {
        const auto& items = value.list().items;
        if (items.empty()) return punctuation("[]");
        punctuation("[");
        for (size_t i = 0; i < items.size(); ++i) {
            if (i > 0) append_checked(out, format_.item_separator, sandbox_);
            new_line(depth + 1);
            write(items[i], depth + 1);
        }
        new_line(depth);
        punctuation("]");
    }

    void write_key(const Value& key) {
        if (key.is_string()) return write_string(key.text());
        punctuation("\"");
        switch (key.kind()) {
            case Kind::none:
                punctuation("null");
                break;
            case Kind::boolean:
                punctuation(key.as_integer() != 0 ? "true" : "false");
                break;
            case Kind::integer:
                punctuation(std::to_string(key.as_integer()));
                break;
            case Kind::real:
                punctuation(number(key.as_real()));
                break;
            default:
                sandbox_.fail("a key of type " + std::string(type_name(key)) + " cannot be written as JSON");
        }
        punctuation("\"");
    }

    void write_dict(const Value& value, size_t depth) {
        auto entries = value.dict().entries;
        if (entries.empty()) return punctuation("{}");
        if (format_.sort_keys) {
            std::stable_sort(entries.begin(), entries.end(),
                             [&](const auto& a, const auto& b) { return less(a.first, b.first, sandbox_); });
        }
        punctuation("{");
        for (size_t i = 0; i < entries.size(); ++i) {
            if (i > 0) append_checked(out, format_.item_separator, sandbox_);
            new_line(depth + 1);
            write_key(entries[i].first);
            append_checked(out, format_.key_separator, sandbox_);
            write(entries[i].second, depth + 1);
        }
        new_line(depth);
        punctuation("}");
    }

    const JsonFormat& format_;
    Sandbox& sandbox_;
};

}  // namespace

Text to_json(const Value& value, const JsonFormat& format, Sandbox& sandbox) {
    JsonWriter writer(format, sandbox);
    writer.write(value, 0);
    return std::move(writer.out);
}

}  // namespace soliloquy::jinja
