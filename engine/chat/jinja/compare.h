/// engine/chat/jinja/compare.h: truth, equality, order, membership and size of values, as in Python.
#pragma once

#include <optional>
#include <string_view>

#include "engine/chat/jinja/value.h"

namespace soliloquy::jinja {

[[nodiscard]] bool is_true(const Value& value) noexcept;
[[nodiscard]] bool equals(const Value& a, const Value& b, Sandbox& sandbox);
/// a < b. Fails for types that have no order between them.
[[nodiscard]] bool less(const Value& a, const Value& b, Sandbox& sandbox);
/// item in container: a substring, an element or a key.
[[nodiscard]] bool contains(const Value& container, const Value& item, Sandbox& sandbox);
/// Letters of a string, elements of a container, 0 of undefined; nullopt when the value has no length.
[[nodiscard]] std::optional<size_t> length_of(const Value& value, Sandbox& sandbox);
/// What a loop over the value gives: letters, elements or keys. An iterator is used up. Fails for other types.
[[nodiscard]] std::vector<Value> elements_of(const Value& value, Sandbox& sandbox);

}  // namespace soliloquy::jinja
