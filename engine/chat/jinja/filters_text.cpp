/// engine/chat/jinja/filters_text.cpp: filters that make text.
#include <algorithm>

#include "engine/chat/jinja/compare.h"
#include "engine/chat/jinja/function.h"
#include "engine/chat/jinja/operators.h"
#include "engine/chat/jinja/print.h"
#include "engine/chat/jinja/text_operations.h"
#include "engine/chat/jinja/unicode.h"

namespace soliloquy::jinja {

namespace {

constexpr TextSource kTemplate = TextSource::from_template;

Text input(Call& call) { return to_text(call.self, call.sandbox); }
Value result(Call& call, Text text) { return Value::string(std::move(text), call.sandbox); }

template <Case kCase>
Value change_case(Call& call) {
    return result(call, with_case(input(call), kCase, call.sandbox));
}

// A word begins behind whitespace and - ( { [ <, unlike in the method of the same name.
Value title(Call& call) {
    const Text lower = with_case(input(call), Case::lower, call.sandbox);
    Text out;
    bool begins = true;
    for (size_t offset = 0; offset < lower.size();) {
        const Letter letter = letter_at(lower.view(), offset);
        const Text piece = lower.slice(offset, letter.bytes);
        out.append(begins ? with_case(piece, Case::upper, call.sandbox) : piece);
        begins = is_space(letter.code) ||
                 (letter.code < 0x80 && std::string_view("-({[<").find(static_cast<char>(letter.code)) != std::string_view::npos);
        offset += letter.bytes;
    }
    return result(call, std::move(out));
}

Value trim(Call& call) {
    if (!call.has(0) || call[0].is(Kind::none)) return result(call, strip(input(call), std::nullopt, Side::both));
    return result(call, strip(input(call), to_text(call[0], call.sandbox).view(), Side::both));
}

Value replace_filter(Call& call) {
    const Text from = to_text(call[0], call.sandbox);
    return result(call, replace(input(call), from.view(), to_text(call[1], call.sandbox), call.integer(2, -1), call.sandbox));
}

Value string(Call& call) { return call.self.is_string() ? call.self : result(call, input(call)); }

Value escape(Call& call) {
    const Text text = input(call);
    call.sandbox.work(text.size() * 8);
    Text out;
    for (size_t i = 0; i < text.size(); ++i) {
        const char c = text.view()[i];
        const std::string_view escaped = c == '&'    ? "&amp;"
                                         : c == '<'  ? "&lt;"
                                         : c == '>'  ? "&gt;"
                                         : c == '"'  ? "&#34;"
                                         : c == '\'' ? "&#39;"
                                                     : "";
        out.append(escaped.empty() ? text.view().substr(i, 1) : escaped, text.source_at(i));
        if (i % 1024 == 0) call.sandbox.require(out.footprint() + text.footprint());
    }
    return result(call, std::move(out));
}

Value indent(Call& call) {
    const Text margin = call.has(0) && call[0].is_string() ? call[0].text()
                                                           : padded(Text(), static_cast<size_t>(std::max<int64_t>(call.integer(0, 4), 0)),
                                                                    0, Text(" ", kTemplate), call.sandbox);
    const bool first = call.truth(1, false);
    const bool blank = call.truth(2, false);
    Text text = input(call);
    text.append("\n", kTemplate);
    Text out;
    bool at_first = true;
    for (const Text& line : split_lines(text, false, call.sandbox)) {
        if (!at_first) out.append("\n", kTemplate);
        if (at_first ? first : (blank || !line.empty())) append_checked(out, margin, call.sandbox);
        append_checked(out, line, call.sandbox);
        at_first = false;
    }
    return result(call, std::move(out));
}

Value center(Call& call) {
    Arguments width;
    width.positional.push_back(Value::integer(call.integer(0, 80)));
    const Value text = result(call, input(call));
    return call_native(*find_method(text, "center"), text, width, call.sandbox);
}

Value format(Call& call) {
    if (!call.arguments.named.empty()) {
        Value names = Value::dict(call.sandbox);
        for (const auto& [name, value] : call.arguments.named) names.dict().set(name, value);
        return percent_format(result(call, input(call)), names, call.sandbox);
    }
    return percent_format(result(call, input(call)), Value::list(call.arguments.positional, call.sandbox, Kind::tuple), call.sandbox);
}

Value word_count(Call& call) {
    return Value::integer(static_cast<int64_t>(split(input(call), std::nullopt, -1, Side::left, call.sandbox).size()));
}

Value truncate(Call& call) {
    const Text text = input(call);
    const int64_t length = call.integer(0, 255);
    const Text end = call.has(2) ? to_text(call[2], call.sandbox) : Text("...", kTemplate);
    const auto kept = length - static_cast<int64_t>(count_letters(end.view()));
    if (kept < 0) call.sandbox.fail("truncate(): the length is less than that of the end");
    if (static_cast<int64_t>(count_letters(text.view())) <= length + call.integer(3, 5)) return result(call, text);
    Text out = text.slice(0, offset_of_letter(text.view(), static_cast<size_t>(kept)));
    if (const size_t space = out.view().rfind(' '); !call.truth(1, false) && space != std::string_view::npos) out = out.slice(0, space);
    out.append(end);
    return result(call, std::move(out));
}

Value to_json_filter(Call& call) {
    JsonFormat format;
    format.ascii = call.truth(0, false);
    if (call.has(1) && !call[1].is(Kind::none)) {
        format.indent = call[1].is_string()
                            ? call[1].text()
                            : Text(std::string(static_cast<size_t>(std::clamp<int64_t>(call.integer(1, 0), 0, 64)), ' '), kTemplate);
        format.item_separator = Text(",", kTemplate);
    }
    if (call.has(2) && !call[2].is(Kind::none)) {
        const auto separators = elements_of(call[2], call.sandbox);
        if (separators.size() != 2 || !separators[0].is_string() || !separators[1].is_string())
            call.sandbox.fail("tojson(): expected two separators");
        format.item_separator = separators[0].text();
        format.key_separator = separators[1].text();
    }
    format.sort_keys = call.truth(3, false);
    return result(call, to_json(call.self, format, call.sandbox));
}

constexpr Signature kTextFilters[] = {
    {"upper", change_case<Case::upper>, 0, {}},
    {"lower", change_case<Case::lower>, 0, {}},
    {"capitalize", change_case<Case::capital>, 0, {}},
    {"title", title, 0, {}},
    {"trim", trim, 0, {"chars"}},
    {"replace", replace_filter, 2, {"old", "new", "count"}},
    {"string", string, 0, {}},
    {"safe", string, 0, {}},
    {"escape", escape, 0, {}},
    {"e", escape, 0, {}},
    {"forceescape", escape, 0, {}},
    {"indent", indent, 0, {"width", "first", "blank"}},
    {"center", center, 0, {"width"}},
    {"format", format, 0, {"*"}},
    {"wordcount", word_count, 0, {}},
    {"truncate", truncate, 0, {"length", "killwords", "end", "leeway"}},
    {"tojson", to_json_filter, 0, {"ensure_ascii", "indent", "separators", "sort_keys"}},
};

}  // namespace

SignatureTable text_filters() noexcept { return kTextFilters; }

}  // namespace soliloquy::jinja
