/// engine/chat/jinja/container_methods.cpp: the methods of lists, tuples and dicts.
#include <algorithm>

#include "engine/chat/jinja/compare.h"
#include "engine/chat/jinja/function.h"

namespace soliloquy::jinja {

namespace {

// ---- lists and tuples

ListObject& changeable_list(Call& call) {
    if (!call.self.is(Kind::list)) call.sandbox.fail("a tuple cannot be changed");
    return call.self.list();
}

Value append(Call& call) {
    changeable_list(call).append(call[0]);
    return Value::none();
}

Value extend(Call& call) {
    ListObject& list = changeable_list(call);
    for (Value& item : elements_of(call[0], call.sandbox)) list.append(std::move(item));
    return Value::none();
}

Value insert(Call& call) {
    ListObject& list = changeable_list(call);
    const auto size = static_cast<int64_t>(list.items.size());
    const int64_t index = call.integer(0, 0);
    const int64_t place = std::clamp<int64_t>(index < 0 ? index + size : index, 0, size);
    list.append({});
    list.items.pop_back();
    list.items.insert(list.items.begin() + place, call[1]);
    call.sandbox.work(list.items.size() * sizeof(Value));
    return Value::none();
}

Value pop_from_list(Call& call) {
    ListObject& list = changeable_list(call);
    const auto size = static_cast<int64_t>(list.items.size());
    int64_t index = call.integer(0, -1);
    if (index < 0) index += size;
    if (index < 0 || index >= size) call.sandbox.fail("pop(): a list of " + std::to_string(size) + " has no such element");
    Value taken = list.items[static_cast<size_t>(index)];
    list.items.erase(list.items.begin() + index);
    call.sandbox.work(list.items.size() * sizeof(Value));
    return taken;
}

Value reverse(Call& call) {
    auto& items = changeable_list(call).items;
    std::reverse(items.begin(), items.end());
    call.sandbox.work(items.size() * sizeof(Value));
    return Value::none();
}

Value index(Call& call) {
    const auto& items = call.self.list().items;
    for (size_t i = 0; i < items.size(); ++i) {
        if (equals(items[i], call[0], call.sandbox)) return Value::integer(static_cast<int64_t>(i));
    }
    call.sandbox.fail("index(): the value is not in the list");
}

Value count(Call& call) {
    const auto& items = call.self.list().items;
    return Value::integer(
        std::count_if(items.begin(), items.end(), [&](const Value& item) { return equals(item, call[0], call.sandbox); }));
}

Value copy_list(Call& call) { return Value::list(elements_of(call.self, call.sandbox), call.sandbox); }

Value clear_list(Call& call) {
    const std::vector<Value> dying = std::move(changeable_list(call).items);
    call.self.list().items.clear();
    return Value::none();
}

constexpr Signature kListMethods[] = {
    {"append", append, 1, {"object"}},    {"extend", extend, 1, {"iterable"}}, {"insert", insert, 2, {"index", "object"}},
    {"pop", pop_from_list, 0, {"index"}}, {"reverse", reverse, 0, {}},         {"index", index, 1, {"value"}},
    {"count", count, 1, {"value"}},       {"copy", copy_list, 0, {}},          {"clear", clear_list, 0, {}},
};

// ---- dicts

Value get(Call& call) {
    require_key(call[0], call.sandbox);
    if (const Value* found = call.self.dict().find(call[0])) return *found;
    return call.has(1) ? call[1] : Value::none();
}

Value keys(Call& call) { return Value::list(elements_of(call.self, call.sandbox), call.sandbox); }

Value values(Call& call) {
    std::vector<Value> items;
    call.sandbox.require(call.self.dict().entries.size() * sizeof(Value));
    for (const auto& entry : call.self.dict().entries) items.push_back(entry.second);
    return Value::list(std::move(items), call.sandbox);
}

Value items_of(Call& call) {
    std::vector<Value> items;
    for (const auto& entry : call.self.dict().entries) items.push_back(Value::list({entry.first, entry.second}, call.sandbox, Kind::tuple));
    return Value::list(std::move(items), call.sandbox);
}

Value update(Call& call) {
    DictObject& dict = call.self.dict();
    if (call.arguments.positional.size() > 1) call.sandbox.fail("update(): at most one argument without a name");
    if (!call.arguments.positional.empty()) {
        const Value& other = call.arguments.positional[0];
        if (!other.is_dict()) call.sandbox.fail("update(): expected a dict, found a value of type " + std::string(type_name(other)));
        const auto entries = other.dict().entries;
        for (const auto& [key, value] : entries) dict.set(key, value);
    }
    for (const auto& [name, value] : call.arguments.named) dict.set(name, value);
    return Value::none();
}

Value pop_from_dict(Call& call) {
    require_key(call[0], call.sandbox);
    if (const Value* found = call.self.dict().find(call[0])) {
        Value taken = *found;
        call.self.dict().erase(call[0]);
        return taken;
    }
    if (!call.has(1)) call.sandbox.fail("pop(): the dict has no such key");
    return call[1];
}

Value set_default(Call& call) {
    require_key(call[0], call.sandbox);
    if (const Value* found = call.self.dict().find(call[0])) return *found;
    Value value = call.has(1) ? call[1] : Value::none();
    call.self.dict().set(call[0], value);
    return value;
}

Value copy_dict(Call& call) {
    Value copy = Value::dict(call.sandbox);
    for (const auto& [key, value] : call.self.dict().entries) copy.dict().set(key, value);
    return copy;
}

constexpr Signature kDictMethods[] = {
    {"get", get, 1, {"key", "default"}},
    {"keys", keys, 0, {}},
    {"values", values, 0, {}},
    {"items", items_of, 0, {}},
    {"update", update, 0, {"*"}},
    {"pop", pop_from_dict, 1, {"key", "default"}},
    {"setdefault", set_default, 1, {"key", "default"}},
    {"copy", copy_dict, 0, {}},
};

}  // namespace

SignatureTable list_methods() noexcept { return kListMethods; }
SignatureTable dict_methods() noexcept { return kDictMethods; }

}  // namespace soliloquy::jinja
