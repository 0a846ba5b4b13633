/// engine/chat/jinja/function.h: what a template can call: filters, tests, methods and globals, by one signature.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/chat/jinja/value.h"

namespace soliloquy::jinja {

/// The arguments as written: f(1, 2, name=3).
struct Arguments {
    std::vector<Value> positional;
    std::vector<std::pair<Value, Value>> named;  ///< names are strings, which may be content (from **dict)
};

constexpr size_t kMaxParameters = 5;

/// Arguments brought into the order of a function's parameters.
struct Call {
    Sandbox& sandbox;
    const Value& self;           ///< what a filter or a test is applied to, what a method belongs to; undefined for globals
    const Arguments& arguments;  ///< as written
    std::array<Value, kMaxParameters> bound;
    std::array<bool, kMaxParameters> given{};

    [[nodiscard]] bool has(size_t parameter) const noexcept { return given[parameter]; }
    [[nodiscard]] const Value& operator[](size_t parameter) const noexcept { return bound[parameter]; }
    /// The parameter, or `otherwise` when it was not given. Integers are clamped to 62 bits, so that sums with sizes cannot overflow.
    [[nodiscard]] int64_t integer(size_t parameter, int64_t otherwise) const;
    [[nodiscard]] bool truth(size_t parameter, bool otherwise) const;
};

using Native = Value (*)(Call& call);

/// A native function under the name that templates use. Tables of these are the whole of what a template can reach.
struct Signature {
    std::string_view name;
    Native function = nullptr;
    uint8_t required = 0;                                       ///< that many parameters must be given
    std::array<std::string_view, kMaxParameters> parameters{};  ///< "*" first: takes any arguments, unbound
};

using SignatureTable = std::span<const Signature>;

/// nullptr when the table has no such name.
[[nodiscard]] const Signature* find_signature(SignatureTable table, std::string_view name) noexcept;

/// Binds and calls. Wrong arguments are errors that name the function.
Value call_native(const Signature& signature, const Value& self, const Arguments& arguments, Sandbox& sandbox);

/// A global function, or a method together with the value it belongs to.
struct FunctionObject final : Object {
    using Object::Object;
    const Signature* signature = nullptr;
    Value self;
};

[[nodiscard]] Value make_function(const Signature& signature, Value self, Sandbox& sandbox);

// The tables, one file each or several small ones merged.
[[nodiscard]] const Signature* find_filter(std::string_view name) noexcept;
[[nodiscard]] const Signature* find_test(std::string_view name) noexcept;
[[nodiscard]] const Signature* find_global(std::string_view name) noexcept;
[[nodiscard]] const Signature* find_method(const Value& self, std::string_view name) noexcept;

SignatureTable text_filters() noexcept;      // filters_text.cpp
SignatureTable number_filters() noexcept;    // filters_number.cpp
SignatureTable sequence_filters() noexcept;  // filters_sequence.cpp
SignatureTable choosing_filters() noexcept;  // filters_choosing.cpp
SignatureTable all_tests() noexcept;         // tests.cpp
SignatureTable global_functions() noexcept;  // globals.cpp
SignatureTable string_methods() noexcept;    // string_methods.cpp
SignatureTable list_methods() noexcept;      // container_methods.cpp
SignatureTable dict_methods() noexcept;      // container_methods.cpp
SignatureTable loop_methods() noexcept;      // loop.cpp

}  // namespace soliloquy::jinja
