/// engine/chat/jinja/operators.cpp
#include "engine/chat/jinja/operators.h"

#include <cmath>
#include <limits>
#include <optional>

#include "engine/chat/jinja/compare.h"

namespace soliloquy::jinja {

namespace {

constexpr int64_t kSmallest = std::numeric_limits<int64_t>::min();
constexpr int64_t kLargest = std::numeric_limits<int64_t>::max();

std::optional<int64_t> add(int64_t a, int64_t b) noexcept {
    if ((b > 0 && a > kLargest - b) || (b < 0 && a < kSmallest - b)) return std::nullopt;
    return a + b;
}

std::optional<int64_t> negate(int64_t a) noexcept {
    if (a == kSmallest) return std::nullopt;
    return -a;
}

std::optional<int64_t> subtract(int64_t a, int64_t b) noexcept {
    if ((b < 0 && a > kLargest + b) || (b > 0 && a < kSmallest + b)) return std::nullopt;
    return a - b;
}

std::optional<int64_t> multiply(int64_t a, int64_t b) noexcept {
    if (a == 0 || b == 0) return 0;
    if ((a == -1 && b == kSmallest) || (b == -1 && a == kSmallest)) return std::nullopt;
    if (a == -1 || b == -1) return a == -1 ? -b : -a;
    if (b > 0 ? (a > kLargest / b || a < kSmallest / b) : (a > kSmallest / b || a < kLargest / b)) return std::nullopt;
    return a * b;
}

std::optional<int64_t> power(int64_t base, int64_t exponent) noexcept {
    int64_t result = 1;
    while (exponent > 0) {
        if ((exponent & 1) != 0) {
            const auto product = multiply(result, base);
            if (!product) return std::nullopt;
            result = *product;
        }
        exponent >>= 1;
        if (exponent == 0) break;
        const auto square = multiply(base, base);
        if (!square) return std::nullopt;
        base = *square;
    }
    return result;
}

// Rounds towards minus infinity; the rest has the sign of the divisor.
int64_t floor_divide(int64_t a, int64_t b) noexcept { return a / b - ((a % b != 0 && (a % b < 0) != (b < 0)) ? 1 : 0); }

Value on_integers(BinaryOperator operation, int64_t a, int64_t b, Sandbox& sandbox) {
    std::optional<int64_t> result;
    switch (operation) {
        case BinaryOperator::add:
            result = add(a, b);
            break;
        case BinaryOperator::subtract:
            result = subtract(a, b);
            break;
        case BinaryOperator::multiply:
            result = multiply(a, b);
            break;
        case BinaryOperator::power:
            if (b < 0) return Value::real(std::pow(static_cast<double>(a), static_cast<double>(b)));
            result = power(a, b);
            break;
        default:
            if (b == 0) sandbox.fail("division by zero");
            if (operation == BinaryOperator::divide) return Value::real(static_cast<double>(a) / static_cast<double>(b));
            if (b == -1) {
                result = operation == BinaryOperator::modulo ? 0 : negate(a);
            } else {
                const int64_t quotient = floor_divide(a, b);
                result = operation == BinaryOperator::modulo ? a - quotient * b : quotient;
            }
    }
    if (!result) sandbox.fail("an integer leaves 64 bits");
    return Value::integer(*result);
}

Value on_reals(BinaryOperator operation, double a, double b, Sandbox& sandbox) {
    switch (operation) {
        case BinaryOperator::add:
            return Value::real(a + b);
        case BinaryOperator::subtract:
            return Value::real(a - b);
        case BinaryOperator::multiply:
            return Value::real(a * b);
        case BinaryOperator::power:
            return Value::real(std::pow(a, b));
        default:
            break;
    }
    if (b == 0.0) sandbox.fail("division by zero");
    if (operation == BinaryOperator::divide) return Value::real(a / b);
    if (operation == BinaryOperator::floor_divide) return Value::real(std::floor(a / b));
    const double rest = std::fmod(a, b);
    return Value::real(rest != 0.0 && (rest < 0) != (b < 0) ? rest + b : rest);
}

Value joined(const Value& left, const Value& right, Sandbox& sandbox) {
    if (left.is_string()) {
        sandbox.require(left.text().footprint() + right.text().footprint());
        Text text = left.text();
        text.append(right.text());
        return Value::string(std::move(text), sandbox);
    }
    sandbox.require((left.list().items.size() + right.list().items.size()) * sizeof(Value));
    std::vector<Value> items = left.list().items;
    items.insert(items.end(), right.list().items.begin(), right.list().items.end());
    return Value::list(std::move(items), sandbox, left.kind());
}

Value repeated(const Value& value, int64_t times, Sandbox& sandbox) {
    const auto count = static_cast<size_t>(std::max<int64_t>(times, 0));
    const size_t unit = value.is_string() ? value.text().footprint() : value.list().items.size() * sizeof(Value);
    if (unit != 0 && count > sandbox.limits().memory_bytes / unit) sandbox.require(std::numeric_limits<size_t>::max());
    sandbox.require(unit * count);
    sandbox.step(unit == 0 ? 0 : 1 + count / 8);
    if (value.is_string()) {
        Text text;
        for (size_t i = 0; i < count && unit != 0; ++i) text.append(value.text());
        return Value::string(std::move(text), sandbox);
    }
    std::vector<Value> items;
    for (size_t i = 0; i < count && unit != 0; ++i) items.insert(items.end(), value.list().items.begin(), value.list().items.end());
    return Value::list(std::move(items), sandbox, value.kind());
}

std::string_view sign_of(BinaryOperator operation) noexcept {
    switch (operation) {
        case BinaryOperator::add:
            return "+";
        case BinaryOperator::subtract:
            return "-";
        case BinaryOperator::multiply:
            return "*";
        case BinaryOperator::divide:
            return "/";
        case BinaryOperator::floor_divide:
            return "//";
        case BinaryOperator::modulo:
            return "%";
        case BinaryOperator::power:
            return "**";
        default:
            return "?";
    }
}

}  // namespace

Value apply(BinaryOperator operation, const Value& left, const Value& right, Sandbox& sandbox) {
    const auto repeats = [](const Value& value) { return value.is_string() || value.is(Kind::list) || value.is(Kind::tuple); };
    if (left.is_integral() && right.is_integral()) return on_integers(operation, left.as_integer(), right.as_integer(), sandbox);
    if (left.is_number() && right.is_number()) return on_reals(operation, left.as_real(), right.as_real(), sandbox);
    if (operation == BinaryOperator::modulo && left.is_string()) return percent_format(left, right, sandbox);
    if (operation == BinaryOperator::add && left.kind() == right.kind() && repeats(left)) return joined(left, right, sandbox);
    if (operation == BinaryOperator::multiply && repeats(left) && right.is_integral()) return repeated(left, right.as_integer(), sandbox);
    if (operation == BinaryOperator::multiply && repeats(right) && left.is_integral()) return repeated(right, left.as_integer(), sandbox);
    sandbox.fail("'" + std::string(sign_of(operation)) + "' cannot be applied to values of types " + std::string(type_name(left)) +
                 " and " + std::string(type_name(right)));
}

Value apply(UnaryOperator operation, const Value& operand, Sandbox& sandbox) {
    if (operation == UnaryOperator::logical_not) return Value::boolean(!is_true(operand));
    const bool negative = operation == UnaryOperator::negative;
    if (operand.is(Kind::real)) return Value::real(negative ? -operand.as_real() : operand.as_real());
    if (!operand.is_integral()) sandbox.fail("a sign before a value of type " + std::string(type_name(operand)));
    const auto result = negative ? negate(operand.as_integer()) : std::optional(operand.as_integer());
    if (!result) sandbox.fail("an integer leaves 64 bits");
    return Value::integer(*result);
}

}  // namespace soliloquy::jinja
