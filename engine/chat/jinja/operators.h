/// engine/chat/jinja/operators.h: arithmetic and subscripts, with Python's results.
#pragma once

#include <string_view>

#include "engine/chat/jinja/ast.h"
#include "engine/chat/jinja/value.h"

namespace soliloquy::jinja {

/// All but `and` and `or`, which the interpreter cuts short. Integers that leave 64 bits are errors.
Value apply(BinaryOperator operation, const Value& left, const Value& right, Sandbox& sandbox);
Value apply(UnaryOperator operation, const Value& operand, Sandbox& sandbox);

/// object.name: a method or field first, then an entry; undefined when there is neither.
Value attribute_of(const Value& object, std::string_view name, Sandbox& sandbox);
/// object[index]: an entry or element first, then an attribute; undefined when there is neither.
Value element_at(const Value& object, const Value& index, Sandbox& sandbox);
/// object[start:stop:step] of a string, list or tuple; undefined or none parts are absent.
Value slice_of(const Value& object, const Value& start, const Value& stop, const Value& step, Sandbox& sandbox);

/// format % arguments; a letter made of its number (%c) counts as content, as in '%s and %d' % (a, b).
Value percent_format(const Value& format, const Value& arguments, Sandbox& sandbox);

}  // namespace soliloquy::jinja
