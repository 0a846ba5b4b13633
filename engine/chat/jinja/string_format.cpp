/// engine/chat/jinja/string_format.cpp
#include "engine/chat/jinja/string_format.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "engine/chat/jinja/operators.h"
#include "engine/chat/jinja/print.h"
#include "engine/chat/jinja/text_operations.h"
#include "engine/chat/jinja/unicode.h"

namespace soliloquy::jinja {

namespace {

constexpr int kMaxPrecision = 60;
constexpr size_t kNone = std::string_view::npos;

std::string digits_of(int64_t value, int base) {
    const uint64_t size = value < 0 ? uint64_t{0} - static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
    std::array<char, 70> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), size, base);
    return {digits.data(), end.ptr};
}

std::string digits_of(double value, char type, int precision) {
    if (!std::isfinite(value)) return std::isnan(value) ? "nan" : "inf";
    std::array<char, 420> digits{};
    const char lower = static_cast<char>(type | 0x20);
    const auto layout = lower == 'e' ? std::chars_format::scientific : lower == 'g' ? std::chars_format::general : std::chars_format::fixed;
    const int places = precision < 0 ? 6 : std::min(precision, kMaxPrecision);
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), std::fabs(value), layout, places);
    return {digits.data(), end.ptr};
}

void group_thousands(std::string& digits) {
    const size_t whole = std::min(digits.find_first_not_of("0123456789"), digits.size());
    for (size_t at = whole; at > 3; at -= 3) digits.insert(at - 3, ",");
}

std::string number_digits(const Value& value, const FormatSpecification& how, Sandbox& sandbox) {
    std::string digits;
    switch (how.type) {
        case 'd':
        case 'i':
        case 'u':
        case 'x':
        case 'X':
        case 'o':
        case 'b': {
            int64_t whole = value.is(Kind::real) ? 0 : value.as_integer();
            if (value.is(Kind::real)) {
                if (!(std::fabs(value.as_real()) < 9.2e18)) sandbox.fail("a number does not fit into 64 bits");
                whole = static_cast<int64_t>(value.as_real());
            }
            const char lower = static_cast<char>(how.type | 0x20);
            digits = digits_of(whole, lower == 'x' ? 16 : lower == 'o' ? 8 : lower == 'b' ? 2 : 10);
            if (how.alternative && (lower == 'x' || lower == 'o' || lower == 'b')) digits.insert(0, {'0', how.type});
            break;
        }
        case '%':
            digits = digits_of(value.as_real() * 100.0, 'f', how.precision) + "%";
            break;
        case '\0':
            digits = value.is(Kind::real)
                         ? (how.precision < 0 ? repr(std::fabs(value.as_real())) : digits_of(value.as_real(), 'g', how.precision))
                         : digits_of(value.as_integer(), 10);
            break;
        default:
            digits = digits_of(value.as_real(), how.type, how.precision);
    }
    if (how.type == 'X' || how.type == 'E' || how.type == 'G') {
        std::transform(digits.begin(), digits.end(), digits.begin(),
                       [](char c) { return static_cast<char>(to_upper(static_cast<unsigned char>(c))); });
    }
    if (how.thousands) group_thousands(digits);
    return digits;
}

Text aligned(const Text& text, char align, const FormatSpecification& how, Sandbox& sandbox) {
    const auto letters = static_cast<int64_t>(count_letters(text.view()));
    const auto fill = static_cast<size_t>(std::max<int64_t>(how.width - letters, 0));
    const size_t left = align == '<' ? 0 : align == '^' ? fill / 2 : fill;
    return padded(text, left, fill - left, Text(std::string(1, how.fill), how.fill_source), sandbox);
}

// ---- '%'

class PercentFormatter {
  public:
    PercentFormatter(const Value& format, const Value& arguments, Sandbox& sandbox)
        : text_(format.text()), bytes_(text_.view()), arguments_(arguments), sandbox_(sandbox) {}

    Text run() {
        size_t plain = 0;
        for (size_t at = bytes_.find('%'); at != kNone; at = bytes_.find('%', plain)) {
            out_.append(text_, plain, at - plain);
            plain = directive(at + 1);
        }
        out_.append(text_, plain, bytes_.size() - plain);
        if (arguments_.is(Kind::tuple) ? used_ < arguments_.list().items.size()
                                       : used_ == 0 && !arguments_.is_dict() && !arguments_.is(Kind::list)) {
            sandbox_.fail("not all arguments of '%' are used by its format");
        }
        return std::move(out_);
    }

  private:
    [[nodiscard]] char at(size_t offset) const { return offset < bytes_.size() ? bytes_[offset] : '\0'; }

    Value next() {
        if (arguments_.is(Kind::tuple)) {
            if (used_ >= arguments_.list().items.size()) sandbox_.fail("not enough arguments for the format of '%'");
            return arguments_.list().items[used_++];
        }
        if (used_++ > 0) sandbox_.fail("not enough arguments for the format of '%'");
        return arguments_;
    }

    int number(size_t& offset) {
        if (at(offset) == '*') {
            ++offset;
            const Value value = next();
            constexpr int64_t kMost = 1'000'000;
            if (!value.is_integral() || value.as_integer() > kMost || value.as_integer() < -kMost)
                sandbox_.fail("'*' in a format needs a small integer");
            return static_cast<int>(value.as_integer());
        }
        int result = 0;
        while (at(offset) >= '0' && at(offset) <= '9') {
            result = result * 10 + (bytes_[offset++] - '0');
            if (result > 1'000'000) sandbox_.fail("a width of more than a million letters in a format");
        }
        return result;
    }

    size_t directive(size_t offset) {
        std::optional<Value> keyed;
        if (at(offset) == '(') {
            const size_t end = bytes_.find(')', offset);
            if (end == kNone || !arguments_.is_dict()) sandbox_.fail("'%(name)' in a format needs a dict behind '%'");
            const Value* found = arguments_.dict().find(bytes_.substr(offset + 1, end - offset - 1));
            if (found == nullptr)
                sandbox_.fail("the dict behind '%' has no '" + std::string(bytes_.substr(offset + 1, end - offset - 1)) + "'");
            keyed = *found;
            offset = end + 1;
        }
        FormatSpecification how;
        how.align = '>';
        for (bool flags = true; flags;) {
            switch (at(offset)) {
                case '-':
                    how.align = '<';
                    break;
                case '+':
                    how.sign = '+';
                    break;
                case ' ':
                    how.sign = how.sign == '+' ? '+' : ' ';
                    break;
                case '0':
                    how.fill = '0';
                    break;
                case '#':
                    how.alternative = true;
                    break;
                default:
                    flags = false;
            }
            if (flags) ++offset;
        }
        how.width = number(offset);
        if (at(offset) == '.') how.precision = number(++offset);
        how.type = at(offset);
        if (how.type == '%') {
            out_.append(text_, offset, 1);
        } else {
            write(keyed ? *keyed : next(), how);
        }
        return offset + 1;
    }

    void write(Value value, FormatSpecification how) {
        if (std::string_view("srac").find(how.type) != kNone && how.type != '\0') {
            if (how.type == 'c' && value.is_integral()) {
                std::string letter;
                if (value.as_integer() < 0 || value.as_integer() > 0x10FFFF) sandbox_.fail("%c needs a letter");
                append_utf8(letter, static_cast<char32_t>(value.as_integer()));
                value = Value::string(Text(std::move(letter), TextSource::from_content), sandbox_);  // who chose the number is not known
            }
            const Text text = how.type == 'r' || how.type == 'a' ? repr(value, sandbox_) : to_text(value, sandbox_);
            how.type = 's';
            how.fill = ' ';
            append_checked(out_, formatted(Value::string(text, sandbox_), how, sandbox_), sandbox_);
            return;
        }
        if (how.type == '\0' || std::string_view("diuxXobeEfFgG").find(how.type) == kNone)
            sandbox_.fail("unknown directive in the format of '%'");
        if (!value.is_number()) sandbox_.fail("the format of '%' wants a number, found a value of type " + std::string(type_name(value)));
        if (how.fill == '0' && how.align != '<') how.align = '=';
        if (how.align == '<') how.fill = ' ';
        append_checked(out_, formatted(value, how, sandbox_), sandbox_);
    }

    const Text& text_;
    std::string_view bytes_;
    const Value& arguments_;
    Sandbox& sandbox_;
    size_t used_ = 0;
    Text out_;
};

// ---- '{}'

class BraceFormatter {
  public:
    BraceFormatter(const Text& format, const Arguments& arguments, Sandbox& sandbox)
        : text_(format), bytes_(format.view()), arguments_(arguments), sandbox_(sandbox) {}

    Text run() {
        size_t plain = 0;
        while (plain < bytes_.size()) {
            const size_t at = std::min(bytes_.find_first_of("{}", plain), bytes_.size());
            out_.append(text_, plain, at - plain);
            if (at == bytes_.size()) break;
            if (at + 1 < bytes_.size() && bytes_[at + 1] == bytes_[at]) {
                out_.append(text_, at, 1);
                plain = at + 2;
                continue;
            }
            const size_t end = bytes_.find('}', at);
            if (bytes_[at] == '}' || end == kNone) sandbox_.fail("a single '" + std::string(1, bytes_[at]) + "' in a format");
            field(bytes_.substr(at + 1, end - at - 1));
            plain = end + 1;
        }
        return std::move(out_);
    }

  private:
    void field(std::string_view field) {
        sandbox_.step();
        const size_t colon = field.find(':');
        std::string_view name = field.substr(0, std::min(colon, field.size()));
        const FormatSpecification how = colon == kNone ? FormatSpecification() : specification(field.substr(colon + 1));
        bool quoted = false;
        if (const size_t mark = name.find('!'); mark != kNone) {
            if (name.substr(mark) != "!s" && name.substr(mark) != "!r") sandbox_.fail("unknown conversion in a format");
            quoted = name.substr(mark) == "!r";
            name = name.substr(0, mark);
        }
        Value value = lookup(name);
        if (quoted) value = Value::string(repr(value, sandbox_), sandbox_);
        append_checked(out_, formatted(value, how, sandbox_), sandbox_);
    }

    Value lookup(std::string_view path) {
        const size_t end = std::min(path.find_first_of(".["), path.size());
        const std::string_view name = path.substr(0, end);
        Value value;
        if (name.empty() || (name[0] >= '0' && name[0] <= '9')) {
            size_t index = automatic_;
            if (name.empty()) {
                ++automatic_;
            } else if (std::from_chars(name.data(), name.data() + name.size(), index).ec != std::errc()) {
                sandbox_.fail("a bad index in a format");
            }
            if (index >= arguments_.positional.size()) sandbox_.fail("format() has no argument " + std::to_string(index));
            value = arguments_.positional[index];
        } else {
            const auto found = std::find_if(arguments_.named.begin(), arguments_.named.end(),
                                            [&](const auto& named) { return named.first.view() == name; });
            if (found == arguments_.named.end()) sandbox_.fail("format() has no argument '" + std::string(name) + "'");
            value = found->second;
        }
        return descend(std::move(value), path.substr(end));
    }

    Value descend(Value value, std::string_view path) {
        while (!path.empty()) {
            const bool bracket = path[0] == '[';
            const size_t end = bracket ? path.find(']') : std::min(path.find_first_of(".[", 1), path.size());
            if (end == kNone) sandbox_.fail("a '[' without ']' in a format");
            const std::string_view name = path.substr(1, end - 1);
            int64_t index = 0;
            const auto parsed = std::from_chars(name.data(), name.data() + name.size(), index);
            if (!bracket) {
                value = attribute_of(value, name, sandbox_);
            } else if (parsed.ec == std::errc() && parsed.ptr == name.data() + name.size()) {
                value = element_at(value, Value::integer(index), sandbox_);
            } else {
                value = element_at(value, Value::string(Text(std::string(name), TextSource::from_template), sandbox_), sandbox_);
            }
            path = path.substr(bracket ? end + 1 : end);
        }
        return value;
    }

    FormatSpecification specification(std::string_view text) {
        FormatSpecification how;
        constexpr std::string_view kAligns = "<>^=";
        if (text.size() > 1 && kAligns.find(text[1]) != kNone) {
            how.fill = text[0];
            how.fill_source = text_.source();
            how.align = text[1];
            text.remove_prefix(2);
        } else if (!text.empty() && kAligns.find(text[0]) != kNone) {
            how.align = text[0];
            text.remove_prefix(1);
        }
        const auto skip = [&](char c) {
            if (text.empty() || text[0] != c) return false;
            text.remove_prefix(1);
            return true;
        };
        for (const char sign : {'+', '-', ' '}) {
            if (skip(sign)) how.sign = sign;
        }
        how.alternative = skip('#');
        if (skip('0') && how.align == '\0') {
            how.fill = '0';
            how.align = '=';
        }
        const auto number = [&](int& into) {
            const auto parsed = std::from_chars(text.data(), text.data() + text.size(), into);
            if (into < 0 || into > 1'000'000) sandbox_.fail("a width of more than a million letters in a format");
            text.remove_prefix(static_cast<size_t>(parsed.ptr - text.data()));
        };
        number(how.width);
        how.thousands = skip(',');
        if (skip('.')) number(how.precision = 0);
        if (!text.empty()) how.type = text[0];
        if (text.size() > 1 || (!text.empty() && std::string_view("sdxXbeEfFgGo%").find(how.type) == kNone)) {
            sandbox_.fail("a specification in a format that is not supported");
        }
        return how;
    }

    const Text& text_;
    std::string_view bytes_;
    const Arguments& arguments_;
    Sandbox& sandbox_;
    size_t automatic_ = 0;
    Text out_;
};

}  // namespace

Text formatted(const Value& value, const FormatSpecification& how, Sandbox& sandbox) {
    const bool bare = how.type == '\0' && how.width == 0 && how.precision < 0;
    const bool number = value.is_number() && !(value.is(Kind::boolean) && bare);
    if (how.type != '\0' && how.type != 's' && !number) {
        sandbox.fail("a format wants a number, found a value of type " + std::string(type_name(value)));
    }
    if (!number || how.type == 's') {
        Text text = to_text(value, sandbox);
        if (how.precision >= 0) text = text.slice(0, offset_of_letter(text.view(), static_cast<size_t>(how.precision)));
        return aligned(text, how.align == '\0' ? '<' : how.align, how, sandbox);
    }
    const std::string digits = number_digits(value, how, sandbox);
    const bool negative = value.is(Kind::real) ? std::signbit(value.as_real()) && !std::isnan(value.as_real()) : value.as_integer() < 0;
    std::string sign = negative ? "-" : how.sign == '-' ? "" : std::string(1, how.sign);
    if (how.align != '=') return aligned(Text(sign + digits, TextSource::from_template), how.align == '\0' ? '>' : how.align, how, sandbox);
    FormatSpecification rest = how;
    rest.width = std::max(0, how.width - static_cast<int>(sign.size()));
    Text result(std::move(sign), TextSource::from_template);
    result.append(aligned(Text(digits, TextSource::from_template), '>', rest, sandbox));
    return result;
}

Text brace_format(const Text& format, const Arguments& arguments, Sandbox& sandbox) {
    sandbox.work(format.size() * 2);
    return BraceFormatter(format, arguments, sandbox).run();
}

Value percent_format(const Value& format, const Value& arguments, Sandbox& sandbox) {
    sandbox.work(format.view().size() * 2);
    return Value::string(PercentFormatter(format, arguments, sandbox).run(), sandbox);
}

}  // namespace soliloquy::jinja
