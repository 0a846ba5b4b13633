/// engine/chat/jinja/function.cpp
#include "engine/chat/jinja/function.h"

#include <algorithm>

#include "engine/chat/jinja/compare.h"

namespace soliloquy::jinja {

int64_t Call::integer(size_t parameter, int64_t otherwise) const {
    if (!has(parameter) || bound[parameter].is(Kind::none)) return otherwise;
    if (!bound[parameter].is_integral()) {
        sandbox.fail("expected an integer argument, found a value of type " + std::string(type_name(bound[parameter])));
    }
    constexpr int64_t kBound = int64_t{1} << 61;
    return std::clamp(bound[parameter].as_integer(), -kBound, kBound);
}

bool Call::truth(size_t parameter, bool otherwise) const { return has(parameter) ? is_true(bound[parameter]) : otherwise; }

const Signature* find_signature(SignatureTable table, std::string_view name) noexcept {
    const auto found = std::find_if(table.begin(), table.end(), [&](const Signature& signature) { return signature.name == name; });
    return found == table.end() ? nullptr : &*found;
}

Value call_native(const Signature& signature, const Value& self, const Arguments& arguments, Sandbox& sandbox) {
    Call call{sandbox, self, arguments, {}, {}};
    sandbox.step();
    const auto& parameters = signature.parameters;
    if (parameters[0] == "*") return signature.function(call);

    const auto count = static_cast<size_t>(std::find(parameters.begin(), parameters.end(), std::string_view()) - parameters.begin());
    const auto complain = [&](const std::string& what) { sandbox.fail(std::string(signature.name) + "(): " + what); };
    if (arguments.positional.size() > count) {
        complain("at most " + std::to_string(count) + " arguments, " + std::to_string(arguments.positional.size()) + " given");
    }
    for (size_t i = 0; i < arguments.positional.size(); ++i) {
        call.bound[i] = arguments.positional[i];
        call.given[i] = true;
    }
    for (const auto& [name, value] : arguments.named) {
        const auto found = std::find(parameters.begin(), parameters.begin() + static_cast<std::ptrdiff_t>(count), name.view());
        const auto index = static_cast<size_t>(found - parameters.begin());
        if (index == count) complain("no argument is called '" + std::string(name.view()) + "'");
        if (call.given[index]) complain("'" + std::string(name.view()) + "' is given twice");
        call.bound[index] = value;
        call.given[index] = true;
    }
    for (size_t i = 0; i < signature.required; ++i) {
        if (!call.given[i]) complain("the argument '" + std::string(parameters[i]) + "' is missing");
    }
    return signature.function(call);
}

Value make_function(const Signature& signature, Value self, Sandbox& sandbox) {
    auto object = std::make_shared<FunctionObject>(&sandbox);
    object->charge(sizeof(FunctionObject));
    object->signature = &signature;
    object->self = std::move(self);
    return Value::object(Kind::function, std::move(object));
}

const Signature* find_filter(std::string_view name) noexcept {
    for (const SignatureTable table : {text_filters(), number_filters(), sequence_filters(), choosing_filters()}) {
        if (const Signature* found = find_signature(table, name)) return found;
    }
    return nullptr;
}

const Signature* find_test(std::string_view name) noexcept { return find_signature(all_tests(), name); }

const Signature* find_global(std::string_view name) noexcept { return find_signature(global_functions(), name); }

const Signature* find_method(const Value& self, std::string_view name) noexcept {
    if (self.is_string()) return find_signature(string_methods(), name);
    if (self.is(Kind::list) || self.is(Kind::tuple)) return find_signature(list_methods(), name);
    if (self.is_dict()) return find_signature(dict_methods(), name);
    if (self.is(Kind::loop)) return find_signature(loop_methods(), name);
    return nullptr;
}

}  // namespace soliloquy::jinja
