/// engine/chat/jinja/string_methods.cpp: the methods of strings.
#include <algorithm>
#include <array>

#include "engine/chat/jinja/compare.h"
#include "engine/chat/jinja/function.h"
#include "engine/chat/jinja/string_format.h"
#include "engine/chat/jinja/text_operations.h"
#include "engine/chat/jinja/unicode.h"

namespace soliloquy::jinja {

namespace {

const Text& text_argument(const Call& call, size_t parameter) {
    if (!call[parameter].is_string()) {
        call.sandbox.fail("expected a string argument, found a value of type " + std::string(type_name(call[parameter])));
    }
    return call[parameter].text();
}

std::optional<std::string_view> optional_text(const Call& call, size_t parameter) {
    if (!call.has(parameter) || call[parameter].is(Kind::none)) return std::nullopt;
    return text_argument(call, parameter).view();
}

Value text_value(Call& call, Text text) { return Value::string(std::move(text), call.sandbox); }

Value list_value(Call& call, std::vector<Text> pieces, Kind kind = Kind::list) {
    std::vector<Value> items;
    items.reserve(pieces.size());
    for (Text& piece : pieces) items.push_back(Value::string(std::move(piece), call.sandbox));
    return Value::list(std::move(items), call.sandbox, kind);
}

template <Case kCase>
Value change_case(Call& call) {
    return text_value(call, with_case(call.self.text(), kCase, call.sandbox));
}

template <Side kSide>
Value strip_method(Call& call) {
    return text_value(call, strip(call.self.text(), optional_text(call, 0), kSide));
}

template <Side kSide>
Value split_method(Call& call) {
    return list_value(call, split(call.self.text(), optional_text(call, 0), call.integer(1, -1), kSide, call.sandbox));
}

Value split_lines_method(Call& call) { return list_value(call, split_lines(call.self.text(), call.truth(0, false), call.sandbox)); }

template <bool kFromRight>
Value partition(Call& call) {
    const Text& text = call.self.text();
    const std::string_view separator = text_argument(call, 0).view();
    if (separator.empty()) call.sandbox.fail("the separator of a partition cannot be empty");
    call.sandbox.search(text.size(), separator.size());
    const size_t found = kFromRight ? text.view().rfind(separator) : text.view().find(separator);
    std::vector<Text> parts;
    if (found == std::string_view::npos) {
        parts = kFromRight ? std::vector<Text>{Text(), Text(), text} : std::vector<Text>{text, Text(), Text()};
    } else {
        const size_t end = found + separator.size();
        parts = {text.slice(0, found), text.slice(found, separator.size()), text.slice(end, text.size() - end)};
    }
    return list_value(call, std::move(parts), Kind::tuple);
}

Value replace_method(Call& call) {
    return text_value(call,
                      replace(call.self.text(), text_argument(call, 0).view(), text_argument(call, 1), call.integer(2, -1), call.sandbox));
}

// The bytes of the text between letters number `first` and `last` of a call, as Python's slices count them.
struct Window {
    size_t begin, end;
    bool valid;
};

Window window(const Call& call, size_t first, size_t last) {
    const std::string_view bytes = call.self.view();
    call.sandbox.work(bytes.size());
    if (!call.has(first) && !call.has(last)) return {0, bytes.size(), true};
    const auto size = static_cast<int64_t>(count_letters(bytes));
    const auto clamp = [&](int64_t index) { return static_cast<size_t>(std::clamp<int64_t>(index < 0 ? index + size : index, 0, size)); };
    const int64_t start = call.integer(first, 0);
    const size_t end = clamp(call.integer(last, size));
    return {offset_of_letter(bytes, clamp(start)), offset_of_letter(bytes, end), start <= size && clamp(start) <= end};
}

template <bool kAtEnd>
Value starts_or_ends(Call& call) {
    const Window part = window(call, 1, 2);
    const std::string_view bytes = part.valid ? call.self.view().substr(part.begin, part.end - part.begin) : std::string_view();
    const auto fits = [&](const Value& affix) {
        if (!affix.is_string()) call.sandbox.fail("expected a string or a tuple of strings");
        const std::string_view wanted = affix.view();
        if (wanted.size() > bytes.size() || !part.valid) return false;
        return (kAtEnd ? bytes.substr(bytes.size() - wanted.size()) : bytes.substr(0, wanted.size())) == wanted;
    };
    if (!call[0].is(Kind::tuple)) return Value::boolean(fits(call[0]));
    const auto& affixes = call[0].list().items;
    return Value::boolean(std::any_of(affixes.begin(), affixes.end(), fits));
}

template <bool kFromRight, bool kMustExist>
Value find_method_of_string(Call& call) {
    const std::string_view bytes = call.self.view();
    const std::string_view wanted = text_argument(call, 0).view();
    const Window part = window(call, 1, 2);
    call.sandbox.search(bytes.size(), wanted.size());
    const std::string_view inside = part.valid ? bytes.substr(part.begin, part.end - part.begin) : std::string_view();
    const size_t found = !part.valid ? std::string_view::npos : kFromRight ? inside.rfind(wanted) : inside.find(wanted);
    if (found != std::string_view::npos) return Value::integer(static_cast<int64_t>(count_letters(bytes.substr(0, part.begin + found))));
    if (kMustExist) call.sandbox.fail("the substring is not found");
    return Value::integer(-1);
}

Value count(Call& call) {
    const std::string_view bytes = call.self.view();
    const std::string_view wanted = text_argument(call, 0).view();
    call.sandbox.search(bytes.size(), wanted.size());
    if (wanted.empty()) return Value::integer(static_cast<int64_t>(count_letters(bytes)) + 1);
    int64_t times = 0;
    for (size_t at = bytes.find(wanted); at != std::string_view::npos; at = bytes.find(wanted, at + wanted.size())) ++times;
    return Value::integer(times);
}

Value join(Call& call) {
    Text out;
    bool first = true;
    for (const Value& piece : elements_of(call[0], call.sandbox)) {
        if (!piece.is_string()) call.sandbox.fail("join() found a value of type " + std::string(type_name(piece)) + " among the strings");
        if (!first) append_checked(out, call.self.text(), call.sandbox);
        first = false;
        append_checked(out, piece.text(), call.sandbox);
    }
    return text_value(call, std::move(out));
}

template <bool kPrefix>
Value remove_affix(Call& call) {
    const Text& text = call.self.text();
    const std::string_view affix = text_argument(call, 0).view();
    const std::string_view bytes = text.view();
    if (affix.empty() || affix.size() > bytes.size()) return call.self;
    const size_t kept = bytes.size() - affix.size();
    if (kPrefix) return bytes.substr(0, affix.size()) == affix ? text_value(call, text.slice(affix.size(), kept)) : call.self;
    return bytes.substr(kept) == affix ? text_value(call, text.slice(0, kept)) : call.self;
}

// Whether there are letters, and all pass.
template <bool (*kPasses)(char32_t)>
Value all_letters(Call& call) {
    const std::string_view bytes = call.self.view();
    call.sandbox.work(bytes.size() * 2);
    for (size_t offset = 0; offset < bytes.size();) {
        const Letter letter = letter_at(bytes, offset);
        if (!kPasses(letter.code)) return Value::boolean(false);
        offset += letter.bytes;
    }
    return Value::boolean(!bytes.empty());
}

bool is_digit(char32_t c) { return c >= '0' && c <= '9'; }
bool is_plain_letter(char32_t c) { return is_letter(c); }
bool is_letter_or_digit(char32_t c) { return is_letter(c) || is_digit(c); }
bool is_blank(char32_t c) { return is_space(c); }

// Whether some letter has case and all that have it have this one.
template <bool kUpper>
Value all_cased(Call& call) {
    const std::string_view bytes = call.self.view();
    call.sandbox.work(bytes.size() * 2);
    bool some = false;
    for (size_t offset = 0; offset < bytes.size();) {
        const Letter letter = letter_at(bytes, offset);
        const bool lower = to_upper(letter.code) != letter.code;
        const bool upper = to_lower(letter.code) != letter.code;
        if (kUpper ? lower : upper) return Value::boolean(false);
        some |= lower || upper;
        offset += letter.bytes;
    }
    return Value::boolean(some);
}

// How many letters are missing to the asked width.
size_t missing(Call& call) {
    const auto letters = static_cast<int64_t>(count_letters(call.self.view()));
    return static_cast<size_t>(std::max<int64_t>(call.integer(0, 0) - letters, 0));
}

template <Side kTextAt>
Value justify(Call& call) {
    const size_t fill = missing(call);
    const Text with = call.has(1) ? text_argument(call, 1) : Text(" ", TextSource::from_template);
    const size_t odd = fill & static_cast<size_t>(call.integer(0, 0)) & 1;  // where Python puts the odd one when centring
    const size_t left = kTextAt == Side::left ? 0 : kTextAt == Side::right ? fill : fill / 2 + odd;
    return text_value(call, padded(call.self.text(), left, fill - left, with, call.sandbox));
}

Value zero_fill(Call& call) {
    const Text& text = call.self.text();
    const size_t sign = !text.empty() && (text.view()[0] == '-' || text.view()[0] == '+') ? 1 : 0;
    const Text filled = padded(text.slice(sign, text.size() - sign), missing(call), 0, Text("0", TextSource::from_template), call.sandbox);
    Text result = text.slice(0, sign);
    result.append(filled);
    return text_value(call, std::move(result));
}

Value format(Call& call) { return text_value(call, brace_format(call.self.text(), call.arguments, call.sandbox)); }

constexpr Signature kStringMethods[] = {
    {"upper", change_case<Case::upper>, 0, {}},
    {"lower", change_case<Case::lower>, 0, {}},
    {"casefold", change_case<Case::lower>, 0, {}},
    {"title", change_case<Case::title>, 0, {}},
    {"capitalize", change_case<Case::capital>, 0, {}},
    {"strip", strip_method<Side::both>, 0, {"chars"}},
    {"lstrip", strip_method<Side::left>, 0, {"chars"}},
    {"rstrip", strip_method<Side::right>, 0, {"chars"}},
    {"split", split_method<Side::left>, 0, {"sep", "maxsplit"}},
    {"rsplit", split_method<Side::right>, 0, {"sep", "maxsplit"}},
    {"splitlines", split_lines_method, 0, {"keepends"}},
    {"partition", partition<false>, 1, {"sep"}},
    {"rpartition", partition<true>, 1, {"sep"}},
    {"replace", replace_method, 2, {"old", "new", "count"}},
    {"startswith", starts_or_ends<false>, 1, {"prefix", "start", "end"}},
    {"endswith", starts_or_ends<true>, 1, {"suffix", "start", "end"}},
    {"find", find_method_of_string<false, false>, 1, {"sub", "start", "end"}},
    {"rfind", find_method_of_string<true, false>, 1, {"sub", "start", "end"}},
    {"index", find_method_of_string<false, true>, 1, {"sub", "start", "end"}},
    {"rindex", find_method_of_string<true, true>, 1, {"sub", "start", "end"}},
    {"count", count, 1, {"sub"}},
    {"join", join, 1, {"iterable"}},
    {"removeprefix", remove_affix<true>, 1, {"prefix"}},
    {"removesuffix", remove_affix<false>, 1, {"suffix"}},
    {"isdigit", all_letters<is_digit>, 0, {}},
    {"isdecimal", all_letters<is_digit>, 0, {}},
    {"isnumeric", all_letters<is_digit>, 0, {}},
    {"isalpha", all_letters<is_plain_letter>, 0, {}},
    {"isalnum", all_letters<is_letter_or_digit>, 0, {}},
    {"isspace", all_letters<is_blank>, 0, {}},
    {"isupper", all_cased<true>, 0, {}},
    {"islower", all_cased<false>, 0, {}},
    {"ljust", justify<Side::left>, 1, {"width", "fillchar"}},
    {"rjust", justify<Side::right>, 1, {"width", "fillchar"}},
    {"center", justify<Side::both>, 1, {"width", "fillchar"}},
    {"zfill", zero_fill, 1, {"width"}},
    {"format", format, 0, {"*"}},
};

}  // namespace

SignatureTable string_methods() noexcept { return kStringMethods; }

}  // namespace soliloquy::jinja
