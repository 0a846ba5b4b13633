/// engine/chat/jinja/lexer.cpp
#include "engine/chat/jinja/lexer.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "engine/chat/jinja/unicode.h"

namespace soliloquy::jinja {

namespace {

constexpr std::array<std::string_view, 27> kOperators = {"//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]",
                                                         "(",  ")",  "{",  "}",  ">",  "<",  "=", ".", ":", "|", ",", ";", "!"};

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool starts_name(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

std::string normalize_newlines(std::string_view source) {
    std::string result;
    result.reserve(source.size());
    for (size_t i = 0; i < source.size(); ++i) {
        if (source[i] == '\r') {
            result += '\n';
            if (i + 1 < source.size() && source[i + 1] == '\n') ++i;
        } else {
            result += source[i];
        }
    }
    if (!result.empty() && result.back() == '\n') result.pop_back();
    return result;
}

constexpr size_t kMaxTokens = 50'000;  // real templates have some thousands

class Lexer {
  public:
    explicit Lexer(std::string_view source) : source_(normalize_newlines(source)), text_(source_) {}

    std::vector<Token> run() {
        while (offset_ < text_.size()) read_data();
        add(TokenKind::end, {});
        return std::move(tokens_);
    }

  private:
    // Positions are asked for in rising order only, so lines are counted once.
    Position position(size_t offset) {
        for (; counted_ < offset; ++counted_) {
            if (text_[counted_] == '\n') {
                ++line_;
                line_begin_ = counted_ + 1;
            }
        }
        return {line_, static_cast<uint32_t>(offset - line_begin_ + 1)};
    }

    [[noreturn]] void fail(size_t offset, const std::string& reason) {
        const size_t line = static_cast<size_t>(std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(offset), '\n'));
        const size_t begin = offset == 0 ? std::string_view::npos : text_.rfind('\n', offset - 1);
        throw TemplateError{
            {static_cast<uint32_t>(line + 1), static_cast<uint32_t>(begin == std::string_view::npos ? offset + 1 : offset - begin)},
            reason};
    }

    void add(TokenKind kind, std::string text) { add({kind, position(offset_), std::move(text)}); }
    void add(Token token) {
        if (tokens_.size() == kMaxTokens) throw TemplateError{token.at, "more than " + std::to_string(kMaxTokens) + " words and signs"};
        tokens_.push_back(std::move(token));
    }

    [[nodiscard]] bool looking_at(std::string_view what) const { return text_.substr(offset_, what.size()) == what; }

    void skip_space() {
        while (offset_ < text_.size()) {
            const Letter letter = letter_at(text_, offset_);
            if (!is_space(letter.code)) return;
            offset_ += letter.bytes;
        }
    }

    // Text up to the next tag, less what the tag's sign and lstrip_blocks take away at its end; then the tag.
    void read_data() {
        size_t tag = text_.find('{', offset_);
        while (tag != std::string_view::npos &&
               (tag + 1 >= text_.size() || std::string_view("{%#").find(text_[tag + 1]) == std::string_view::npos)) {
            tag = text_.find('{', tag + 1);
        }
        if (tag == std::string_view::npos) {
            add(TokenKind::data, std::string(text_.substr(offset_)));
            offset_ = text_.size();
            return;
        }
        const char opening = text_[tag + 1];
        const char sign = tag + 2 < text_.size() ? text_[tag + 2] : '\0';
        add_data(tag, sign, opening != '{');
        offset_ = tag;
        if (opening == '#') {
            skip_comment();
        } else if (opening == '%' && read_raw()) {
        } else {
            add(opening == '%' ? TokenKind::block_begin : TokenKind::variable_begin, {});
            offset_ = tag + (sign == '-' || sign == '+' ? 3 : 2);
            read_tag(tag, opening == '%');
        }
    }

    void add_data(size_t end, char sign, bool lstrip) {
        std::string_view data = text_.substr(offset_, end - offset_);
        if (sign == '-') {
            data = without_space_at_end(data);
        } else if (sign != '+' && lstrip) {
            const size_t newline = data.rfind('\n');
            const size_t begin = newline == std::string_view::npos ? 0 : newline + 1;
            if ((begin > 0 || at_line_start_) && without_space_at_end(data.substr(begin)).empty()) data = data.substr(0, begin);
        }
        if (!data.empty()) add(TokenKind::data, std::string(data));
    }

    static std::string_view without_space_at_end(std::string_view data) {
        size_t keep = 0;
        // Only ASCII whitespace can be told backwards by bytes; a letter beyond is looked up from its first byte.
        for (size_t end = data.size(); end > 0;) {
            size_t begin = end - 1;
            while (begin > 0 && end - begin < 4 && (static_cast<unsigned char>(data[begin]) & 0xC0) == 0x80) --begin;
            const Letter letter = letter_at(data, begin);
            if (begin + letter.bytes != end || !is_space(letter.code)) {
                keep = end;
                break;
            }
            end = begin;
        }
        return data.substr(0, keep);
    }

    // The end of a tag: "-%}" takes all whitespace behind it, "%}" one newline (trim_blocks), "+%}" nothing.
    bool skip_end(std::string_view closing, bool trim_newline) {
        if (looking_at("-") && text_.substr(offset_ + 1, 2) == closing) {
            offset_ += 3;
            skip_space();
        } else if (trim_newline && looking_at("+") && text_.substr(offset_ + 1, 2) == closing) {
            offset_ += 3;
        } else if (looking_at(closing)) {
            offset_ += 2;
            if (trim_newline && looking_at("\n")) ++offset_;
        } else {
            return false;
        }
        at_line_start_ = text_[offset_ - 1] == '\n';
        return true;
    }

    void skip_comment() {
        const size_t begin = offset_;
        const size_t sign = begin + 2 < text_.size() && (text_[begin + 2] == '-' || text_[begin + 2] == '+') ? 1 : 0;
        const size_t end = text_.find("#}", begin + 2 + sign);
        if (end == std::string_view::npos) fail(begin, "the comment that starts here has no end ('#}')");
        offset_ = end > begin + 2 + sign && (text_[end - 1] == '-' || text_[end - 1] == '+') ? end - 1 : end;
        skip_end("#}", true);
    }

    // {% raw %}...{% endraw %}: text as it stands. False when the tag at offset_ is another one.
    bool read_raw() {
        const size_t begin = offset_;
        offset_ += 2;
        if (looking_at("-") || looking_at("+")) ++offset_;
        skip_space();
        const bool raw = looking_at("raw");
        if (raw) {
            offset_ += 3;
            skip_space();
        }
        if (!raw || !(looking_at("%}") || looking_at("-%}"))) {
            offset_ = begin;
            return false;
        }
        skip_end("%}", false);
        for (size_t tag = text_.find("{%", offset_); tag != std::string_view::npos; tag = text_.find("{%", tag + 2)) {
            const size_t data = offset_;
            const char sign = tag + 2 < text_.size() ? text_[tag + 2] : '\0';
            offset_ = tag + (sign == '-' || sign == '+' ? 3 : 2);
            skip_space();
            if (looking_at("endraw")) {
                offset_ += 6;
                skip_space();
                const size_t after = offset_;
                offset_ = data;
                add_data(tag, sign, true);
                offset_ = after;
                if (skip_end("%}", true)) return true;
            }
            offset_ = data;
        }
        fail(begin, "the raw block that starts here has no end");
    }

    void read_tag(size_t begin, bool block) {
        std::string open;  // brackets not closed yet
        for (;;) {
            skip_space();
            if (offset_ >= text_.size())
                fail(begin, block ? "the tag that starts here has no end ('%}')" : "the expression that starts here has no end ('}}')");
            if (open.empty()) {
                const size_t end = offset_;
                if (skip_end(block ? "%}" : "}}", block)) {
                    const size_t after = std::exchange(offset_, end);
                    add(block ? TokenKind::block_end : TokenKind::variable_end, {});
                    offset_ = after;
                    return;
                }
            }
            read_token(open);
        }
    }

    void read_token(std::string& open) {
        const char c = text_[offset_];
        if (is_digit(c)) return read_number();
        if (starts_name(c)) {
            size_t end = offset_;
            while (end < text_.size() && (starts_name(text_[end]) || is_digit(text_[end]))) ++end;
            add(TokenKind::name, std::string(text_.substr(offset_, end - offset_)));
            offset_ = end;
            return;
        }
        if (c == '"' || c == '\'') return read_string(c);
        for (const std::string_view op : kOperators) {
            if (!looking_at(op)) continue;
            if (op == "(" || op == "[" || op == "{") {
                open += op == "(" ? ')' : op == "[" ? ']' : '}';
            } else if (op == ")" || op == "]" || op == "}") {
                if (open.empty() || open.back() != op[0]) fail(offset_, "unexpected '" + std::string(op) + "'");
                open.pop_back();
            }
            add(TokenKind::op, std::string(op));
            offset_ += op.size();
            return;
        }
        std::string letter(text_.substr(offset_, letter_at(text_, offset_).bytes));
        if (static_cast<unsigned char>(letter[0]) < 0x20 || letter[0] == 0x7F) letter = "\\" + std::to_string(static_cast<int>(letter[0]));
        fail(offset_, "unexpected character '" + letter + "'");
    }

    // Digits with single '_' between them; the number of bytes taken, appended to `digits`.
    size_t read_digits(size_t from, std::string& digits) const {
        size_t end = from;
        while (end < text_.size() &&
               (is_digit(text_[end]) || (text_[end] == '_' && end > from && end + 1 < text_.size() && is_digit(text_[end + 1])))) {
            if (text_[end] != '_') digits += text_[end];
            ++end;
        }
        return end - from;
    }

    void read_number() {
        const size_t begin = offset_;
        if (text_[begin] == '0' && begin + 1 < text_.size() &&
            std::string_view("xXoObB").find(text_[begin + 1]) != std::string_view::npos) {
            return read_based_integer();
        }
        std::string digits;
        size_t end = begin + read_digits(begin, digits);
        bool real = false;
        const bool after_dot = !tokens_.empty() && tokens_.back().is_op(".") && begin > 0 && text_[begin - 1] == '.';
        if (!after_dot && end + 1 < text_.size() && text_[end] == '.' && is_digit(text_[end + 1])) {
            digits += '.';
            end += 1 + read_digits(end + 1, digits);
            real = true;
        }
        if (!after_dot && end < text_.size() && (text_[end] == 'e' || text_[end] == 'E')) {
            size_t exponent = end + 1;
            if (exponent < text_.size() && (text_[exponent] == '+' || text_[exponent] == '-')) ++exponent;
            if (exponent < text_.size() && is_digit(text_[exponent])) {
                digits += text_.substr(end, exponent - end);
                end = exponent + read_digits(exponent, digits);
                real = true;
            }
        }
        Token token{real ? TokenKind::real : TokenKind::integer, position(begin), {}};
        const char* last = digits.data() + digits.size();
        const auto parsed = real ? std::from_chars(digits.data(), last, token.real) : std::from_chars(digits.data(), last, token.integer);
        if (!real && parsed.ec != std::errc()) fail(begin, "the integer " + digits + " does not fit into 64 bits");
        if (real && parsed.ec == std::errc::result_out_of_range) fail(begin, "the number " + digits + " is out of range");
        offset_ = end;
        add(std::move(token));
    }

    void read_based_integer() {
        const size_t begin = offset_;
        const char base_letter = static_cast<char>(text_[begin + 1] | 0x20);
        const int base = base_letter == 'x' ? 16 : base_letter == 'o' ? 8 : 2;
        Token token{TokenKind::integer, position(begin), {}};
        const auto parsed = std::from_chars(text_.data() + begin + 2, text_.data() + text_.size(), token.integer, base);
        if (parsed.ec != std::errc()) fail(begin, "not a number of 64 bits");
        if (text_[begin + 2] == '-') fail(begin, "not a number");
        offset_ = static_cast<size_t>(parsed.ptr - text_.data());
        add(std::move(token));
    }

    void read_string(char quote) {
        const size_t begin = offset_;
        std::string value;
        size_t i = begin + 1;
        while (i < text_.size() && text_[i] != quote) {
            if (text_[i] == '\\' && i + 1 < text_.size()) {
                i = read_escape(i + 1, value);
            } else {
                value += text_[i++];
            }
        }
        if (i >= text_.size()) fail(begin, "the string that starts here has no end");
        add(TokenKind::string, std::move(value));
        offset_ = i + 1;
    }

    // What follows a backslash, as in Python; an unknown escape stays as it is written. Returns the offset behind it.
    size_t read_escape(size_t i, std::string& value) {
        constexpr std::string_view kNames = "\\'\"abfnrtv";
        constexpr std::string_view kCodes = "\\'\"\a\b\f\n\r\t\v";
        const char c = text_[i];
        if (const size_t found = kNames.find(c); found != std::string_view::npos) {
            value += kCodes[found];
            return i + 1;
        }
        if (c == '\n') return i + 1;
        if (c >= '0' && c <= '7') {
            char32_t code = 0;
            size_t end = i;
            while (end < i + 3 && end < text_.size() && text_[end] >= '0' && text_[end] <= '7')
                code = code * 8 + static_cast<char32_t>(text_[end++] - '0');
            append_utf8(value, code);
            return end;
        }
        const size_t digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
        if (c == 'N') fail(i - 1, "letters by name (\\N{...}) are not supported");
        if (digits == 0) {
            value += '\\';
            return i;
        }
        uint32_t code = 0;
        const size_t end = std::min(i + 1 + digits, text_.size());
        const auto parsed = std::from_chars(text_.data() + i + 1, text_.data() + end, code, 16);
        if (parsed.ptr != text_.data() + i + 1 + digits) fail(i - 1, "truncated \\" + std::string(1, c) + " escape");
        if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) fail(i - 1, "the escape names no letter of Unicode");
        append_utf8(value, code);
        return i + 1 + digits;
    }

    std::string source_;
    std::string_view text_;
    size_t offset_ = 0;
    size_t counted_ = 0;
    size_t line_begin_ = 0;
    uint32_t line_ = 1;
    bool at_line_start_ = true;
    std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> tokenize(std::string_view source) { return Lexer(source).run(); }

}  // namespace soliloquy::jinja
