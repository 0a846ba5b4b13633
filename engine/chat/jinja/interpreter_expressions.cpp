/// engine/chat/jinja/interpreter_expressions.cpp
#include <algorithm>

#include "engine/chat/jinja/compare.h"
#include "engine/chat/jinja/interpreter.h"
#include "engine/chat/jinja/operators.h"
#include "engine/chat/jinja/print.h"

namespace soliloquy::jinja {

namespace {
constexpr size_t kMaxArguments = 1000;
}

Value Interpreter::evaluate(const Expression& expression) {
    sandbox_.step();
    sandbox_.at = expression.at;
    if (expression.kind == ExpressionKind::literal) return static_cast<const Literal&>(expression).value;
    if (expression.kind == ExpressionKind::name) {
        const Value* found = frame_->find(static_cast<const NameExpression&>(expression).name);
        return found == nullptr ? Value() : *found;
    }
    const Sandbox::Level level(sandbox_);
    return evaluate_inner(expression);
}

Value Interpreter::evaluate_inner(const Expression& expression) {
    switch (expression.kind) {
        case ExpressionKind::literal:
        case ExpressionKind::name:
            return evaluate(expression);
        case ExpressionKind::sequence:
            return evaluate_sequence(static_cast<const SequenceExpression&>(expression));
        case ExpressionKind::dict:
            return evaluate_dict(static_cast<const DictExpression&>(expression));
        case ExpressionKind::attribute:
            return evaluate_attribute(static_cast<const AttributeExpression&>(expression));
        case ExpressionKind::subscript:
            return evaluate_subscript(static_cast<const SubscriptExpression&>(expression));
        case ExpressionKind::slice:
            return evaluate_slice(static_cast<const SliceExpression&>(expression));
        case ExpressionKind::call:
            return evaluate_call(static_cast<const CallExpression&>(expression), {});
        case ExpressionKind::filter:
            return evaluate_filter(static_cast<const FilterExpression&>(expression), {});
        case ExpressionKind::test:
            return evaluate_test(static_cast<const TestExpression&>(expression));
        case ExpressionKind::unary: {
            const auto& unary = static_cast<const UnaryExpression&>(expression);
            return apply(unary.operation, evaluate(*unary.operand), sandbox_);
        }
        case ExpressionKind::binary:
            return evaluate_binary(static_cast<const BinaryExpression&>(expression));
        case ExpressionKind::comparison:
            return evaluate_comparison(static_cast<const ComparisonExpression&>(expression));
        case ExpressionKind::concat:
            return evaluate_concat(static_cast<const ConcatExpression&>(expression));
        case ExpressionKind::conditional: {
            const auto& conditional = static_cast<const ConditionalExpression&>(expression);
            if (is_true(evaluate(*conditional.condition))) return evaluate(*conditional.then);
            return evaluate_or_undefined(conditional.otherwise);
        }
    }
    return {};
}

Value Interpreter::evaluate_sequence(const SequenceExpression& expression) {
    std::vector<Value> items;
    items.reserve(expression.items.size());
    for (const ExpressionPtr& item : expression.items) items.push_back(evaluate(*item));
    return Value::list(std::move(items), sandbox_, expression.tuple ? Kind::tuple : Kind::list);
}

Value Interpreter::evaluate_dict(const DictExpression& expression) {
    Value result = Value::dict(sandbox_);
    for (const auto& [key_expression, value_expression] : expression.entries) {
        Value key = evaluate(*key_expression);
        require_key(key, sandbox_);
        Value value = evaluate(*value_expression);
        result.dict().set(std::move(key), std::move(value));
    }
    return result;
}

Value Interpreter::evaluate_attribute(const AttributeExpression& expression) {
    const Value object = evaluate(*expression.object);
    sandbox_.at = expression.at;
    if (object.is_undefined()) sandbox_.fail("'" + describe(*expression.object) + "' is undefined, so it has no '" + expression.name + "'");
    return attribute_of(object, expression.name, sandbox_);
}

Value Interpreter::evaluate_subscript(const SubscriptExpression& expression) {
    const Value object = evaluate(*expression.object);
    const Value index = evaluate(*expression.index);
    sandbox_.at = expression.at;
    if (object.is_undefined()) sandbox_.fail("'" + describe(*expression.object) + "' is undefined, so it has no elements");
    return element_at(object, index, sandbox_);
}

Value Interpreter::evaluate_slice(const SliceExpression& expression) {
    const Value object = evaluate(*expression.object);
    const Value start = evaluate_or_undefined(expression.start);
    const Value stop = evaluate_or_undefined(expression.stop);
    const Value step = evaluate_or_undefined(expression.step);
    sandbox_.at = expression.at;
    return slice_of(object, start, stop, step, sandbox_);
}

Arguments Interpreter::evaluate_arguments(const ArgumentExpressions& expressions) {
    Arguments arguments;
    arguments.positional.reserve(expressions.positional.size());
    for (const ExpressionPtr& expression : expressions.positional) arguments.positional.push_back(evaluate(*expression));
    for (const auto& [name, expression] : expressions.named) arguments.named.emplace_back(name, evaluate(*expression));
    if (expressions.more_positional) {
        for (Value& item : elements_of(evaluate(*expressions.more_positional), sandbox_)) arguments.positional.push_back(std::move(item));
    }
    if (expressions.more_named) {
        const Value more = evaluate(*expressions.more_named);
        if (!more.is_dict()) sandbox_.fail("'**' needs a dict, found a value of type " + std::string(type_name(more)));
        for (const auto& [key, value] : more.dict().entries) {
            if (!key.is_string()) sandbox_.fail("the names of arguments are strings");
            arguments.named.emplace_back(key, value);
        }
    }
    if (arguments.positional.size() + arguments.named.size() > kMaxArguments) {
        sandbox_.fail("more than " + std::to_string(kMaxArguments) + " arguments");
    }
    return arguments;
}

Value Interpreter::evaluate_call(const CallExpression& expression, const Value& caller) {
    const Value callee = evaluate(*expression.callee);
    Arguments arguments = evaluate_arguments(expression.arguments);
    if (!caller.is_undefined()) {
        arguments.named.emplace_back(Value::string(Text("caller", TextSource::from_template), sandbox_), caller);
    }
    sandbox_.at = expression.at;
    if (callee.is(Kind::function)) return call_native(*callee.function().signature, callee.function().self, arguments, sandbox_);
    if (callee.is(Kind::macro)) return call_macro(callee.macro(), std::move(arguments));
    if (callee.is_undefined()) sandbox_.fail("'" + describe(*expression.callee) + "' is undefined, so it cannot be called");
    sandbox_.fail("'" + describe(*expression.callee) + "' is a value of type " + std::string(type_name(callee)) + " and cannot be called");
}

Value Interpreter::evaluate_filter(const FilterExpression& expression, const Value& block) {
    const Value input = !expression.input ? block : evaluate_filter_input(*expression.input, block);
    const Arguments arguments = evaluate_arguments(expression.arguments);
    sandbox_.at = expression.at;
    if (expression.signature == nullptr) sandbox_.fail("there is no filter '" + expression.name + "'");
    return call_native(*expression.signature, input, arguments, sandbox_);
}

// In {% filter a | b %} the chain ends in a filter without an input, which gets the block.
Value Interpreter::evaluate_filter_input(const Expression& input, const Value& block) {
    if (input.kind != ExpressionKind::filter || block.is_undefined()) return evaluate(input);
    const Sandbox::Level level(sandbox_);
    return evaluate_filter(static_cast<const FilterExpression&>(input), block);
}

Value Interpreter::evaluate_test(const TestExpression& expression) {
    const Value input = evaluate(*expression.input);
    const Arguments arguments = evaluate_arguments(expression.arguments);
    sandbox_.at = expression.at;
    if (expression.signature == nullptr) sandbox_.fail("there is no test '" + expression.name + "'");
    return call_native(*expression.signature, input, arguments, sandbox_);
}

Value Interpreter::evaluate_binary(const BinaryExpression& expression) {
    const Value left = evaluate(*expression.left);
    if (expression.operation == BinaryOperator::logical_and) return is_true(left) ? evaluate(*expression.right) : left;
    if (expression.operation == BinaryOperator::logical_or) return is_true(left) ? left : evaluate(*expression.right);
    const Value right = evaluate(*expression.right);
    sandbox_.at = expression.at;
    if (left.is_undefined()) sandbox_.fail("'" + describe(*expression.left) + "' is undefined");
    if (right.is_undefined()) sandbox_.fail("'" + describe(*expression.right) + "' is undefined");
    return apply(expression.operation, left, right, sandbox_);
}

Value Interpreter::evaluate_comparison(const ComparisonExpression& expression) {
    Value left = evaluate(*expression.first);
    for (const auto& [comparison, right_expression] : expression.rest) {
        Value right = evaluate(*right_expression);
        sandbox_.at = expression.at;
        bool holds = false;
        switch (comparison) {
            case Comparison::equal:
                holds = equals(left, right, sandbox_);
                break;
            case Comparison::not_equal:
                holds = !equals(left, right, sandbox_);
                break;
            case Comparison::less:
                holds = less(left, right, sandbox_);
                break;
            case Comparison::less_equal:
                holds = !less(right, left, sandbox_);
                break;
            case Comparison::greater:
                holds = less(right, left, sandbox_);
                break;
            case Comparison::greater_equal:
                holds = !less(left, right, sandbox_);
                break;
            case Comparison::in:
                holds = contains(right, left, sandbox_);
                break;
            case Comparison::not_in:
                holds = !contains(right, left, sandbox_);
                break;
        }
        if (!holds) return Value::boolean(false);
        left = std::move(right);
    }
    return Value::boolean(true);
}

Value Interpreter::evaluate_concat(const ConcatExpression& expression) {
    Text text;
    for (const ExpressionPtr& piece : expression.pieces) append_text(text, evaluate(*piece), sandbox_);
    return Value::string(std::move(text), sandbox_);
}

std::string Interpreter::describe(const Expression& expression) const {
    switch (expression.kind) {
        case ExpressionKind::name:
            return template_.names[static_cast<const NameExpression&>(expression).name];
        case ExpressionKind::attribute: {
            const auto& attribute = static_cast<const AttributeExpression&>(expression);
            return describe(*attribute.object) + "." + attribute.name;
        }
        case ExpressionKind::subscript: {
            const auto& subscript = static_cast<const SubscriptExpression&>(expression);
            const auto* index =
                subscript.index->kind == ExpressionKind::literal ? static_cast<const Literal*>(subscript.index.get()) : nullptr;
            const bool named = index != nullptr && index->value.is_string();
            return describe(*subscript.object) + (named ? "." + std::string(index->value.view()) : "[...]");
        }
        case ExpressionKind::call:
            return describe(*static_cast<const CallExpression&>(expression).callee) + "(...)";
        default:
            return "(...)";
    }
}

}  // namespace soliloquy::jinja
