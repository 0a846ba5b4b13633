/// engine/chat/jinja/tests.cpp: what may stand behind `is`.
#include "engine/chat/jinja/compare.h"
#include "engine/chat/jinja/function.h"
#include "engine/chat/jinja/operators.h"
#include "engine/chat/jinja/unicode.h"

namespace soliloquy::jinja {

namespace {

template <Kind kKind>
Value is_kind(Call& call) {
    return Value::boolean(call.self.is(kKind));
}

Value is_defined(Call& call) { return Value::boolean(!call.self.is_undefined()); }
template <bool kTruth>
Value is_constant(Call& call) {
    return Value::boolean(call.self.is(Kind::boolean) && (call.self.as_integer() != 0) == kTruth);
}
Value is_number(Call& call) { return Value::boolean(call.self.is_number()); }
Value is_callable(Call& call) { return Value::boolean(call.self.is(Kind::function) || call.self.is(Kind::macro)); }

Value is_sequence(Call& call) {
    const Value& v = call.self;
    return Value::boolean(v.is_string() || v.is(Kind::list) || v.is(Kind::tuple) || v.is_dict() || v.is_undefined());
}

Value is_iterable(Call& call) {
    const Value& v = call.self;
    return Value::boolean(v.is_string() || v.is_sequence() || v.is_dict() || v.is_undefined());
}

template <bool kUpper>
Value is_cased(Call& call) {
    if (!call.self.is_string()) return Value::boolean(false);
    const Signature* method = find_method(call.self, kUpper ? "isupper" : "islower");
    return call_native(*method, call.self, {}, call.sandbox);
}

Value is_escaped(Call&) { return Value::boolean(false); }
Value is_filter(Call& call) { return Value::boolean(call.self.is_string() && find_filter(call.self.view()) != nullptr); }
Value is_test(Call& call) { return Value::boolean(call.self.is_string() && find_test(call.self.view()) != nullptr); }

Value equal(Call& call) { return Value::boolean(equals(call.self, call[0], call.sandbox)); }
Value not_equal(Call& call) { return Value::boolean(!equals(call.self, call[0], call.sandbox)); }
Value less_than(Call& call) { return Value::boolean(less(call.self, call[0], call.sandbox)); }
Value greater_than(Call& call) { return Value::boolean(less(call[0], call.self, call.sandbox)); }
Value less_equal(Call& call) { return Value::boolean(!less(call[0], call.self, call.sandbox)); }
Value greater_equal(Call& call) { return Value::boolean(!less(call.self, call[0], call.sandbox)); }
Value is_in(Call& call) { return Value::boolean(contains(call[0], call.self, call.sandbox)); }

Value same_as(Call& call) {
    if (call.self.kind() != call[0].kind()) return Value::boolean(false);
    if (call.self.is_number() || call.self.is_string()) return equal(call);
    return Value::boolean(call.self.same_object(call[0]));
}

bool divides(Call& call, const Value& divisor) { return !is_true(apply(BinaryOperator::modulo, call.self, divisor, call.sandbox)); }
Value even(Call& call) { return Value::boolean(divides(call, Value::integer(2))); }
Value odd(Call& call) { return Value::boolean(!divides(call, Value::integer(2))); }
Value divisible_by(Call& call) { return Value::boolean(divides(call, call[0])); }

constexpr Signature kTests[] = {
    {"defined", is_defined, 0, {}},
    {"undefined", is_kind<Kind::undefined>, 0, {}},
    {"none", is_kind<Kind::none>, 0, {}},
    {"boolean", is_kind<Kind::boolean>, 0, {}},
    {"true", is_constant<true>, 0, {}},
    {"false", is_constant<false>, 0, {}},
    {"integer", is_kind<Kind::integer>, 0, {}},
    {"float", is_kind<Kind::real>, 0, {}},
    {"number", is_number, 0, {}},
    {"string", is_kind<Kind::string>, 0, {}},
    {"mapping", is_kind<Kind::dict>, 0, {}},
    {"sequence", is_sequence, 0, {}},
    {"iterable", is_iterable, 0, {}},
    {"callable", is_callable, 0, {}},
    {"upper", is_cased<true>, 0, {}},
    {"lower", is_cased<false>, 0, {}},
    {"escaped", is_escaped, 0, {}},
    {"filter", is_filter, 0, {}},
    {"test", is_test, 0, {}},
    {"sameas", same_as, 1, {"other"}},
    {"in", is_in, 1, {"seq"}},
    {"even", even, 0, {}},
    {"odd", odd, 0, {}},
    {"divisibleby", divisible_by, 1, {"num"}},
    {"eq", equal, 1, {"other"}},
    {"equalto", equal, 1, {"other"}},
    {"==", equal, 1, {"other"}},
    {"ne", not_equal, 1, {"other"}},
    {"!=", not_equal, 1, {"other"}},
    {"lt", less_than, 1, {"other"}},
    {"lessthan", less_than, 1, {"other"}},
    {"<", less_than, 1, {"other"}},
    {"le", less_equal, 1, {"other"}},
    {"<=", less_equal, 1, {"other"}},
    {"gt", greater_than, 1, {"other"}},
    {"greaterthan", greater_than, 1, {"other"}},
    {">", greater_than, 1, {"other"}},
    {"ge", greater_equal, 1, {"other"}},
    {">=", greater_equal, 1, {"other"}},
};

}  // namespace

SignatureTable all_tests() noexcept { return kTests; }

}  // namespace soliloquy::jinja
