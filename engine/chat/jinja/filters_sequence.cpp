/// engine/chat/jinja/filters_sequence.cpp: filters on lists and dicts as wholes.
#include <algorithm>

#include "engine/chat/jinja/compare.h"
#include "engine/chat/jinja/function.h"
#include "engine/chat/jinja/print.h"
#include "engine/chat/jinja/selection.h"
#include "engine/chat/jinja/text_operations.h"
#include "engine/chat/jinja/unicode.h"

namespace soliloquy::jinja {

namespace {

Value length(Call& call) {
    const auto size = length_of(call.self, call.sandbox);
    if (!size) call.sandbox.fail("a value of type " + std::string(type_name(call.self)) + " has no length");
    return Value::integer(static_cast<int64_t>(*size));
}

Value first(Call& call) {
    if (call.self.is_string()) {
        const Text& text = call.self.text();
        return text.empty() ? Value() : Value::string(text.slice(0, letter_at(text.view(), 0).bytes), call.sandbox);
    }
    std::vector<Value> items = elements_of(call.self, call.sandbox);
    return items.empty() ? Value() : std::move(items.front());
}

Value last(Call& call) {
    std::vector<Value> items = elements_of(call.self, call.sandbox);
    return items.empty() ? Value() : std::move(items.back());
}

Value join(Call& call) {
    const Text separator = call.has(0) ? to_text(call[0], call.sandbox) : Text();
    Text out;
    bool begun = false;
    for (const Value& item : elements_of(call.self, call.sandbox)) {
        if (begun) append_checked(out, separator, call.sandbox);
        begun = true;
        append_text(out, call.has(1) && !call[1].is(Kind::none) ? path_of(item, call[1], call.sandbox) : item, call.sandbox);
    }
    return Value::string(std::move(out), call.sandbox);
}

Value list(Call& call) { return Value::list(elements_of(call.self, call.sandbox), call.sandbox); }

Value reverse(Call& call) {
    if (call.self.is_string()) {
        const Text& text = call.self.text();
        std::vector<Value> letters = elements_of(call.self, call.sandbox);
        Text out;
        call.sandbox.require(text.footprint() * 2);
        for (auto letter = letters.rbegin(); letter != letters.rend(); ++letter) out.append(letter->text());
        return Value::string(std::move(out), call.sandbox);
    }
    std::vector<Value> items = elements_of(call.self, call.sandbox);
    std::reverse(items.begin(), items.end());
    return Value::list(std::move(items), call.sandbox, Kind::iterator);
}

// Sorts by keys computed once.
std::vector<Value> sorted(std::vector<Value> items, const SortKey& key, bool backwards, Sandbox& sandbox) {
    std::vector<std::pair<Value, Value>> keyed;
    sandbox.require(items.size() * 2 * sizeof(Value));
    keyed.reserve(items.size());
    for (Value& item : items) {
        Value by = key.of(item);
        keyed.emplace_back(std::move(by), std::move(item));
    }
    std::stable_sort(keyed.begin(), keyed.end(), [&](const auto& a, const auto& b) {
        return backwards ? less(b.first, a.first, sandbox) : less(a.first, b.first, sandbox);
    });
    for (size_t i = 0; i < items.size(); ++i) items[i] = std::move(keyed[i].second);
    return items;
}

Value sort(Call& call) {
    const SortKey key(call.has(2) ? call[2] : Value::none(), call.truth(1, false), call.sandbox);
    return Value::list(sorted(elements_of(call.self, call.sandbox), key, call.truth(0, false), call.sandbox), call.sandbox);
}

std::vector<Value> pairs_of(Call& call, std::string_view filter) {
    std::vector<Value> pairs;
    if (call.self.is_undefined()) return pairs;
    if (!call.self.is_dict())
        call.sandbox.fail(std::string(filter) + "(): expected a dict, found a value of type " + std::string(type_name(call.self)));
    for (const auto& entry : call.self.dict().entries) pairs.push_back(Value::list({entry.first, entry.second}, call.sandbox, Kind::tuple));
    return pairs;
}

Value items_filter(Call& call) { return Value::list(pairs_of(call, "items"), call.sandbox, Kind::iterator); }

Value dict_sort(Call& call) {
    const bool by_value = call.has(1) && call[1].is_string() && call[1].view() == "value";
    const SortKey key(Value::integer(by_value ? 1 : 0), call.truth(0, false), call.sandbox);
    return Value::list(sorted(pairs_of(call, "dictsort"), key, call.truth(2, false), call.sandbox), call.sandbox);
}

Value unique(Call& call) {
    const SortKey key(call.has(1) ? call[1] : Value::none(), call.truth(0, false), call.sandbox);
    Value seen = Value::dict(call.sandbox);
    std::vector<Value> kept;
    for (Value& item : elements_of(call.self, call.sandbox)) {
        const Value by = key.of(item);
        require_key(by, call.sandbox);
        if (seen.dict().find(by) != nullptr) continue;
        seen.dict().set(by, Value::none());
        kept.push_back(std::move(item));
    }
    return Value::list(std::move(kept), call.sandbox, Kind::iterator);
}

Value group_by(Call& call) {
    const SortKey key(call[0], call.truth(1, false), call.sandbox);
    std::vector<Value> groups;
    Value last_key;
    for (Value& item : sorted(elements_of(call.self, call.sandbox), key, false, call.sandbox)) {
        const Value by = key.of(item);
        if (groups.empty() || !equals(by, last_key, call.sandbox)) {
            groups.push_back(Value::list({path_of(item, call[0], call.sandbox), Value::list({}, call.sandbox)}, call.sandbox, Kind::tuple));
            last_key = by;
        }
        groups.back().list().items[1].list().append(std::move(item));
    }
    return Value::list(std::move(groups), call.sandbox);
}

Value batch(Call& call) {
    const int64_t size = call.integer(0, 0);
    if (size < 1) call.sandbox.fail("batch(): the size is less than one");
    std::vector<Value> batches;
    for (Value& item : elements_of(call.self, call.sandbox)) {
        if (batches.empty() || static_cast<int64_t>(batches.back().list().items.size()) == size)
            batches.push_back(Value::list({}, call.sandbox));
        batches.back().list().append(std::move(item));
    }
    if (call.has(1) && !call[1].is(Kind::none) && !batches.empty()) {
        while (static_cast<int64_t>(batches.back().list().items.size()) < size) {
            call.sandbox.step();
            batches.back().list().append(call[1]);
        }
    }
    return Value::list(std::move(batches), call.sandbox, Kind::iterator);
}

Value slice(Call& call) {
    const int64_t count = call.integer(0, 0);
    if (count < 1) call.sandbox.fail("slice(): the count is less than one");
    const std::vector<Value> items = elements_of(call.self, call.sandbox);
    const auto size = static_cast<int64_t>(items.size());
    std::vector<Value> slices;
    int64_t next = 0;
    for (int64_t i = 0; i < count; ++i) {
        const int64_t take = size / count + (i < size % count ? 1 : 0);
        call.sandbox.step();
        std::vector<Value> part(items.begin() + next, items.begin() + next + take);
        next += take;
        if (call.has(1) && !call[1].is(Kind::none) && i >= size % count) part.push_back(call[1]);
        slices.push_back(Value::list(std::move(part), call.sandbox));
    }
    return Value::list(std::move(slices), call.sandbox, Kind::iterator);
}

constexpr Signature kSequenceFilters[] = {
    {"length", length, 0, {}},
    {"count", length, 0, {}},
    {"first", first, 0, {}},
    {"last", last, 0, {}},
    {"join", join, 0, {"d", "attribute"}},
    {"list", list, 0, {}},
    {"reverse", reverse, 0, {}},
    {"sort", sort, 0, {"reverse", "case_sensitive", "attribute"}},
    {"items", items_filter, 0, {}},
    {"dictsort", dict_sort, 0, {"case_sensitive", "by", "reverse"}},
    {"unique", unique, 0, {"case_sensitive", "attribute"}},
    {"groupby", group_by, 1, {"attribute", "case_sensitive"}},
    {"batch", batch, 1, {"linecount", "fill_with"}},
    {"slice", slice, 1, {"slices", "fill_with"}},
};

}  // namespace

SignatureTable sequence_filters() noexcept { return kSequenceFilters; }

}  // namespace soliloquy::jinja
