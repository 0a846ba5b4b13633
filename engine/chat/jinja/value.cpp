/// engine/chat/jinja/value.cpp
#include "engine/chat/jinja/value.h"

#include <algorithm>
#include <new>

#include "engine/chat/jinja/frame.h"
#include "engine/chat/jinja/function.h"

namespace soliloquy::jinja {

Value Value::boolean(bool b) noexcept {
    Value value(Kind::boolean);
    value.number_.integer = b ? 1 : 0;
    return value;
}

Value Value::integer(int64_t i) noexcept {
    Value value(Kind::integer);
    value.number_.integer = i;
    return value;
}

Value Value::real(double d) noexcept {
    Value value(Kind::real);
    value.number_.real = d;
    return value;
}

Value Value::object(Kind kind, std::shared_ptr<Object> object) noexcept {
    Value value(kind);
    value.object_ = std::move(object);
    return value;
}

Value Value::string(std::string bytes, TextSource source) {
    auto object = std::make_shared<StringObject>();
    object->text = Text(std::move(bytes), source);
    return Value::object(Kind::string, std::move(object));
}

Value Value::list(std::vector<Value> items) {
    auto object = std::make_shared<ListObject>(nullptr);
    object->items = std::move(items);
    return Value::object(Kind::list, std::move(object));
}

Value Value::dict(std::vector<std::pair<Value, Value>> entries) {
    auto object = std::make_shared<DictObject>(nullptr);
    for (auto& [key, value] : entries) object->set(std::move(key), std::move(value));
    return Value::object(Kind::dict, std::move(object));
}

Value Value::string(Text text, Sandbox& sandbox) {
    auto object = std::make_shared<StringObject>(&sandbox);
    object->charge(sizeof(StringObject) + text.footprint());
    object->text = std::move(text);
    sandbox.work(object->text.size());
    return Value::object(Kind::string, std::move(object));
}

Value Value::list(std::vector<Value> items, Sandbox& sandbox, Kind kind) {
    auto object = std::make_shared<ListObject>(&sandbox);
    object->charge(sizeof(ListObject) + items.size() * sizeof(Value));
    object->items = std::move(items);
    sandbox.work(object->items.size() * sizeof(Value));
    return Value::object(kind, std::move(object));
}

Value Value::dict(Sandbox& sandbox, Kind kind) {
    auto object = std::make_shared<DictObject>(&sandbox);
    object->charge(sizeof(DictObject));
    return Value::object(kind, std::move(object));
}

const Text& Value::text() const noexcept { return static_cast<const StringObject&>(*object_).text; }
ListObject& Value::list() const noexcept { return static_cast<ListObject&>(*object_); }
DictObject& Value::dict() const noexcept { return static_cast<DictObject&>(*object_); }
FunctionObject& Value::function() const noexcept { return static_cast<FunctionObject&>(*object_); }
MacroObject& Value::macro() const noexcept { return static_cast<MacroObject&>(*object_); }
LoopObject& Value::loop() const noexcept { return static_cast<LoopObject&>(*object_); }

ListObject::~ListObject() {
    if (sandbox != nullptr) sandbox->bury(std::move(items));
}

void ListObject::append(Value item) {
    charge(sizeof(Value));
    items.push_back(std::move(item));
}

DictObject::~DictObject() {
    if (sandbox != nullptr) sandbox->bury(take_elements());
}

std::vector<Value> DictObject::take_elements() noexcept {
    std::vector<Value> elements;
    auto taken = std::move(entries);
    entries.clear();
    try {
        elements.reserve(taken.size());
        for (auto& entry : taken) elements.push_back(std::move(entry.second));
    } catch (const std::bad_alloc&) {
        elements.clear();  // the entries die here instead
    }
    return elements;
}

void DictObject::count_search(size_t key_bytes) const {
    if (sandbox != nullptr) sandbox->step(1 + entries.size() * (1 + key_bytes / 64) / 16);
}

const Value* DictObject::find(std::string_view key) const {
    count_search(key.size());
    for (const auto& entry : entries) {
        if (entry.first.is_string() && entry.first.view() == key) return &entry.second;
    }
    return nullptr;
}

size_t DictObject::index_of(const Value& key) const {
    count_search(key.is_string() ? key.view().size() : 0);
    const auto found = std::find_if(entries.begin(), entries.end(), [&](const auto& entry) { return same_key(entry.first, key); });
    return static_cast<size_t>(found - entries.begin());
}

const Value* DictObject::find(const Value& key) const {
    const size_t index = index_of(key);
    return index < entries.size() ? &entries[index].second : nullptr;
}

void DictObject::set(Value key, Value value) {
    const size_t index = index_of(key);
    if (index < entries.size()) {
        entries[index].second = std::move(value);
        return;
    }
    charge(2 * sizeof(Value));
    entries.emplace_back(std::move(key), std::move(value));
}

bool DictObject::erase(const Value& key) {
    const size_t index = index_of(key);
    if (index >= entries.size()) return false;
    entries.erase(entries.begin() + static_cast<std::ptrdiff_t>(index));
    return true;
}

bool same_key(const Value& a, const Value& b) noexcept {
    if (a.is_string() || b.is_string()) return a.is_string() && b.is_string() && a.view() == b.view();
    if (a.is_integral() && b.is_integral()) return a.as_integer() == b.as_integer();
    if (a.is_number() && b.is_number()) return a.as_real() == b.as_real();
    if (a.is(Kind::tuple) && b.is(Kind::tuple)) {
        const auto& left = a.list().items;
        const auto& right = b.list().items;
        return std::equal(left.begin(), left.end(), right.begin(), right.end(), same_key);
    }
    return a.kind() == b.kind() && a.same_object(b);
}

bool can_be_key(const Value& key) {
    constexpr size_t kMaxTupleKey = 16;
    const auto plain = [](const Value& value) {
        return value.is_string() || value.is_number() || value.is(Kind::none) || value.is(Kind::function) || value.is(Kind::macro);
    };
    if (!key.is(Kind::tuple)) return plain(key);
    const auto& items = key.list().items;
    return items.size() <= kMaxTupleKey && std::all_of(items.begin(), items.end(), plain);
}

void require_key(const Value& key, const Sandbox& sandbox) {
    if (can_be_key(key)) return;
    sandbox.fail("a value of type " + std::string(type_name(key)) + " cannot be the key of a dict");
}

std::string_view type_name(const Value& value) noexcept {
    switch (value.kind()) {
        case Kind::undefined:
            return "undefined";
        case Kind::none:
            return "None";
        case Kind::boolean:
            return "bool";
        case Kind::integer:
            return "int";
        case Kind::real:
            return "float";
        case Kind::string:
            return "str";
        case Kind::list:
            return "list";
        case Kind::tuple:
            return "tuple";
        case Kind::iterator:
            return "generator";
        case Kind::dict:
            return "dict";
        case Kind::name_space:
            return "namespace";
        case Kind::function:
            return "function";
        case Kind::macro:
            return "macro";
        case Kind::loop:
            return "loop";
    }
    return "value";
}

}  // namespace soliloquy::jinja
