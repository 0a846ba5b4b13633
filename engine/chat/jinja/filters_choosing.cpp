/// engine/chat/jinja/filters_choosing.cpp: filters that look inside elements: default, map, select, reject and their kin.
#include <algorithm>

#include "engine/chat/jinja/compare.h"
#include "engine/chat/jinja/function.h"
#include "engine/chat/jinja/operators.h"
#include "engine/chat/jinja/selection.h"

namespace soliloquy::jinja {

namespace {

Value default_filter(Call& call) {
    const bool replaces = call.self.is_undefined() || (call.truth(1, false) && !is_true(call.self));
    if (!replaces) return call.self;
    return call.has(0) ? call[0] : Value::string(Text(), call.sandbox);
}

Value attribute(Call& call) {
    if (!call[0].is_string()) call.sandbox.fail("attr(): expected the name of an attribute");
    if (!call.self.is_dict()) return attribute_of(call.self, call[0].view(), call.sandbox);
    const Signature* method = find_method(call.self, call[0].view());  // never an entry
    return method == nullptr ? Value() : make_function(*method, call.self, call.sandbox);
}

// The arguments from number `from` on, for the filter or test that is applied to every element.
Arguments rest_of(const Arguments& arguments, size_t from) {
    Arguments rest;
    if (arguments.positional.size() > from) {
        rest.positional.assign(arguments.positional.begin() + static_cast<std::ptrdiff_t>(from), arguments.positional.end());
    }
    rest.named = arguments.named;
    return rest;
}

std::string_view name_argument(const Call& call, size_t index, std::string_view what) {
    const auto& positional = call.arguments.positional;
    if (index >= positional.size() || !positional[index].is_string()) call.sandbox.fail("expected the name of a " + std::string(what));
    return positional[index].view();
}

/// Every false value (none, 0, "", undefined) is an empty sequence to these filters, and then nothing else is looked at.
bool chooses_nothing(const Call& call) noexcept { return !is_true(call.self); }

Value map(Call& call) {
    if (chooses_nothing(call)) return Value::list({}, call.sandbox, Kind::iterator);
    const auto& named = call.arguments.named;
    const auto by_name = [&](std::string_view name) {
        const auto found = std::find_if(named.begin(), named.end(), [&](const auto& entry) { return entry.first.view() == name; });
        return found == named.end() ? nullptr : &found->second;
    };
    std::vector<Value> results;
    if (const Value* path = by_name("attribute"); path != nullptr && call.arguments.positional.empty()) {
        const Value* otherwise = by_name("default");
        for (const Value& item : elements_of(call.self, call.sandbox)) {
            Value value = path_of(item, *path, call.sandbox);
            results.push_back(value.is_undefined() && otherwise != nullptr ? *otherwise : std::move(value));
        }
        return Value::list(std::move(results), call.sandbox, Kind::iterator);
    }
    const std::string_view name = name_argument(call, 0, "filter");
    const Signature* filter = find_filter(name);
    if (filter == nullptr) call.sandbox.fail("map(): there is no filter '" + std::string(name) + "'");
    const Arguments rest = rest_of(call.arguments, 1);
    const Sandbox::Level level(call.sandbox);
    const Value items = Value::list(elements_of(call.self, call.sandbox), call.sandbox);  // charged: maps nest
    for (const Value& item : items.list().items) results.push_back(call_native(*filter, item, rest, call.sandbox));
    return Value::list(std::move(results), call.sandbox, Kind::iterator);
}

// Keeps the elements (or those whose attribute, the first argument) that pass, or fail, the test named by the next argument.
template <bool kKeepPassing, bool kOfAttribute>
Value choose(Call& call) {
    if (chooses_nothing(call)) return Value::list({}, call.sandbox, Kind::iterator);
    if (kOfAttribute && call.arguments.positional.empty()) call.sandbox.fail("expected the name of an attribute");
    constexpr size_t kTest = kOfAttribute ? 1 : 0;
    const Signature* test = nullptr;
    if (call.arguments.positional.size() > kTest) {
        const std::string_view name = name_argument(call, kTest, "test");
        test = find_test(name);
        if (test == nullptr) call.sandbox.fail("there is no test '" + std::string(name) + "'");
    }
    const Arguments rest = rest_of(call.arguments, kTest + 1);
    const Sandbox::Level level(call.sandbox);
    std::vector<Value> kept;
    const Value items = Value::list(elements_of(call.self, call.sandbox), call.sandbox);
    for (const Value& item : items.list().items) {
        const Value subject = kOfAttribute ? path_of(item, call.arguments.positional[0], call.sandbox) : item;
        const bool passes = is_true(test == nullptr ? subject : call_native(*test, subject, rest, call.sandbox));
        if (passes == kKeepPassing) kept.push_back(item);
    }
    return Value::list(std::move(kept), call.sandbox, Kind::iterator);
}

constexpr Signature kChoosingFilters[] = {
    {"default", default_filter, 0, {"default_value", "boolean"}},
    {"d", default_filter, 0, {"default_value", "boolean"}},
    {"attr", attribute, 1, {"name"}},
    {"map", map, 0, {"*"}},
    {"select", choose<true, false>, 0, {"*"}},
    {"reject", choose<false, false>, 0, {"*"}},
    {"selectattr", choose<true, true>, 0, {"*"}},
    {"rejectattr", choose<false, true>, 0, {"*"}},
};

}  // namespace

SignatureTable choosing_filters() noexcept { return kChoosingFilters; }

}  // namespace soliloquy::jinja
