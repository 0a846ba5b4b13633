/// engine/chat/jinja/compare.cpp
#include "engine/chat/jinja/compare.h"

#include <algorithm>
#include <utility>

#include "engine/chat/jinja/unicode.h"

namespace soliloquy::jinja {

bool is_true(const Value& value) noexcept {
    switch (value.kind()) {
        case Kind::undefined:
        case Kind::none:
            return false;
        case Kind::boolean:
        case Kind::integer:
            return value.as_integer() != 0;
        case Kind::real:
            return value.as_real() != 0.0;
        case Kind::string:
            return !value.view().empty();
        case Kind::list:
        case Kind::tuple:
            return !value.list().items.empty();
        case Kind::dict:
            return !value.dict().entries.empty();
        case Kind::iterator:
        case Kind::name_space:
        case Kind::function:
        case Kind::macro:
        case Kind::loop:
            return true;
    }
    return true;
}

namespace {

bool equal_lists(const Value& a, const Value& b, Sandbox& sandbox) {
    const auto& left = a.list().items;
    const auto& right = b.list().items;
    if (left.size() != right.size()) return false;
    for (size_t i = 0; i < left.size() && i < right.size(); ++i) {
        if (!equals(left[i], right[i], sandbox)) return false;
    }
    return true;
}

bool equal_dicts(const Value& a, const Value& b, Sandbox& sandbox) {
    if (a.dict().entries.size() != b.dict().entries.size()) return false;
    for (const auto& [key, value] : a.dict().entries) {
        const Value* other = b.dict().find(key);
        if (other == nullptr || !equals(value, *other, sandbox)) return false;
    }
    return true;
}

[[noreturn]] void fail_order(const Value& a, const Value& b, const Sandbox& sandbox) {
    sandbox.fail("values of types " + std::string(type_name(a)) + " and " + std::string(type_name(b)) + " have no order");
}

}  // namespace

bool equals(const Value& a, const Value& b, Sandbox& sandbox) {
    sandbox.step();
    if (a.is_number() && b.is_number()) {
        return a.is_integral() && b.is_integral() ? a.as_integer() == b.as_integer() : a.as_real() == b.as_real();
    }
    if (a.kind() != b.kind()) return false;
    if (a.is_string()) {
        sandbox.work(std::min(a.view().size(), b.view().size()));
        return a.view() == b.view();
    }
    if (a.same_object(b)) return true;  // none and undefined too
    const Sandbox::Level level(sandbox);
    if (a.is(Kind::list) || a.is(Kind::tuple)) return equal_lists(a, b, sandbox);
    if (a.is_dict()) return equal_dicts(a, b, sandbox);
    return false;
}

bool less(const Value& a, const Value& b, Sandbox& sandbox) {
    sandbox.step();
    if (a.is_integral() && b.is_integral()) return a.as_integer() < b.as_integer();
    if (a.is_number() && b.is_number()) return a.as_real() < b.as_real();
    if (a.is_string() && b.is_string()) {
        sandbox.work(std::min(a.view().size(), b.view().size()));
        return a.view() < b.view();  // the order of UTF-8 bytes is that of code points
    }
    if (a.kind() != b.kind() || !(a.is(Kind::list) || a.is(Kind::tuple))) fail_order(a, b, sandbox);
    const Sandbox::Level level(sandbox);
    const auto& left = a.list().items;
    const auto& right = b.list().items;
    for (size_t i = 0; i < left.size() && i < right.size(); ++i) {
        if (!equals(left[i], right[i], sandbox)) return less(left[i], right[i], sandbox);
    }
    return left.size() < right.size();
}

bool contains(const Value& container, const Value& item, Sandbox& sandbox) {
    if (container.is_string()) {
        if (!item.is_string())
            sandbox.fail("'in <string>' needs a string on its left, not a value of type " + std::string(type_name(item)));
        sandbox.search(container.view().size(), item.view().size());
        return container.view().find(item.view()) != std::string_view::npos;
    }
    if (container.is_dict()) {
        if (item.is_undefined()) return false;
        require_key(item, sandbox);
        return container.dict().find(item) != nullptr;
    }
    if (container.is_undefined()) return false;
    if (!container.is_sequence()) sandbox.fail("nothing can be 'in' a value of type " + std::string(type_name(container)));
    const auto& items = container.list().items;
    return std::any_of(items.begin(), items.end(), [&](const Value& element) { return equals(element, item, sandbox); });
}

std::optional<size_t> length_of(const Value& value, Sandbox& sandbox) {
    switch (value.kind()) {
        case Kind::undefined:
            return 0;
        case Kind::string:
            sandbox.work(value.view().size());
            return count_letters(value.view());
        case Kind::list:
        case Kind::tuple:
            return value.list().items.size();
        case Kind::dict:
            return value.dict().entries.size();
        default:
            return std::nullopt;
    }
}

std::vector<Value> elements_of(const Value& value, Sandbox& sandbox) {
    std::vector<Value> elements;
    switch (value.kind()) {
        case Kind::undefined:
            break;
        case Kind::string: {
            const Text& text = value.text();
            for (size_t offset = 0; offset < text.size();) {
                const size_t bytes = letter_at(text.view(), offset).bytes;
                elements.push_back(Value::string(text.slice(offset, bytes), sandbox));
                offset += bytes;
            }
            break;
        }
        case Kind::list:
        case Kind::tuple:
            sandbox.require(value.list().items.size() * sizeof(Value));
            elements = value.list().items;
            break;
        case Kind::iterator:
            elements = std::exchange(value.list().items, {});
            break;
        case Kind::dict:
            sandbox.require(value.dict().entries.size() * sizeof(Value));
            for (const auto& entry : value.dict().entries) elements.push_back(entry.first);
            break;
        default:
            sandbox.fail("a value of type " + std::string(type_name(value)) + " cannot be looped over");
    }
    sandbox.step(1 + elements.size());
    return elements;
}

}  // namespace soliloquy::jinja
