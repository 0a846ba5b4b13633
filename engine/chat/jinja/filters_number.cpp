/// engine/chat/jinja/filters_number.cpp: filters that make numbers, or compare them.
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include "engine/chat/jinja/compare.h"
#include "engine/chat/jinja/function.h"
#include "engine/chat/jinja/operators.h"
#include "engine/chat/jinja/selection.h"
#include "engine/chat/jinja/text_operations.h"

namespace soliloquy::jinja {

namespace {

std::optional<int64_t> parse_integer(std::string_view digits, int base) {
    const bool negative = !digits.empty() && digits[0] == '-';
    if (!digits.empty() && (digits[0] == '-' || digits[0] == '+')) digits.remove_prefix(1);
    if (digits.size() > 2 && digits[0] == '0') {
        const char letter = static_cast<char>(digits[1] | 0x20);
        if ((base == 16 && letter == 'x') || (base == 8 && letter == 'o') || (base == 2 && letter == 'b')) digits.remove_prefix(2);
    }
    if (digits.empty() || digits[0] == '-') return std::nullopt;
    std::string text;
    if (negative) text += '-';
    text += digits;
    int64_t value = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return std::nullopt;
    return value;
}

std::optional<double> parse_real(std::string_view digits) {
    if (!digits.empty() && digits[0] == '+') digits.remove_prefix(1);
    double value = 0.0;
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (digits.empty() || parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size()) return std::nullopt;
    return value;
}

Value to_integer(Call& call) {
    const Value otherwise = call.has(0) ? call[0] : Value::integer(0);
    if (call.self.is_integral()) return Value::integer(call.self.as_integer());
    std::optional<double> real;
    if (call.self.is_string()) {
        const Text digits = strip(call.self.text(), std::nullopt, Side::both);
        const int64_t base = call.integer(1, 10);
        if (base < 2 || base > 36) return otherwise;
        if (const auto whole = parse_integer(digits.view(), static_cast<int>(base))) return Value::integer(*whole);
        real = parse_real(digits.view());
    } else if (call.self.is(Kind::real)) {
        real = call.self.as_real();
    }
    if (!real || !(std::fabs(*real) < 9.2e18)) return otherwise;
    return Value::integer(static_cast<int64_t>(*real));
}

Value to_real(Call& call) {
    if (call.self.is_number()) return Value::real(call.self.as_real());
    if (call.self.is_string()) {
        if (const auto real = parse_real(strip(call.self.text(), std::nullopt, Side::both).view())) return Value::real(*real);
    }
    return call.has(0) ? call[0] : Value::real(0.0);
}

Value absolute(Call& call) {
    if (!call.self.is_number()) call.sandbox.fail("abs() of a value of type " + std::string(type_name(call.self)));
    if (call.self.is(Kind::real)) return Value::real(std::fabs(call.self.as_real()));
    return call.self.as_integer() < 0 ? apply(UnaryOperator::negative, call.self, call.sandbox) : Value::integer(call.self.as_integer());
}

// Half to even of the exact binary value, as Python rounds.
double round_decimal(double value, int64_t precision) {
    if (!std::isfinite(value) || precision > 30) return value;
    if (precision < 0) {
        const double scale = std::pow(10.0, static_cast<double>(std::min<int64_t>(-precision, 400)));
        return std::isinf(scale) ? 0.0 : std::nearbyint(value / scale) * scale;
    }
    std::array<char, 400> digits{};
    const auto end =
        std::to_chars(digits.data(), digits.data() + digits.size(), value, std::chars_format::fixed, static_cast<int>(precision));
    std::from_chars(digits.data(), end.ptr, value);
    return value;
}

Value round(Call& call) {
    if (!call.self.is_number()) call.sandbox.fail("round() of a value of type " + std::string(type_name(call.self)));
    const int64_t precision = call.integer(0, 0);
    const std::string_view method = call.has(1) && call[1].is_string() ? call[1].view() : std::string_view("common");
    const double value = call.self.as_real();
    if (method == "common" && call.self.is_integral() && precision >= 0) return Value::integer(call.self.as_integer());
    if (method == "common" && call.self.is_integral()) {
        const double rounded = round_decimal(value, precision);
        if (!(std::fabs(rounded) < 9.2e18)) call.sandbox.fail("an integer leaves 64 bits");
        return Value::integer(static_cast<int64_t>(rounded));
    }
    if (method == "common") return Value::real(round_decimal(value, precision));
    if (method != "ceil" && method != "floor") call.sandbox.fail("round(): the method is common, ceil or floor");
    const double scale = std::pow(10.0, static_cast<double>(precision));
    return Value::real((method == "ceil" ? std::ceil(value * scale) : std::floor(value * scale)) / scale);
}

Value sum(Call& call) {
    Value total = call.has(1) ? call[1] : Value::integer(0);
    for (const Value& item : elements_of(call.self, call.sandbox)) {
        const Value part = call.has(0) && !call[0].is(Kind::none) ? path_of(item, call[0], call.sandbox) : item;
        total = apply(BinaryOperator::add, total, part, call.sandbox);
    }
    return total;
}

template <bool kLargest>
Value extreme(Call& call) {
    std::vector<Value> items = elements_of(call.self, call.sandbox);
    if (items.empty()) return {};
    const SortKey key(call.has(1) ? call[1] : Value::none(), call.truth(0, false), call.sandbox);
    size_t best = 0;
    Value best_key = key.of(items[0]);
    for (size_t i = 1; i < items.size(); ++i) {
        Value candidate = key.of(items[i]);
        if (kLargest ? less(best_key, candidate, call.sandbox) : less(candidate, best_key, call.sandbox)) {
            best = i;
            best_key = std::move(candidate);
        }
    }
    return items[best];
}

constexpr Signature kNumberFilters[] = {
    {"int", to_integer, 0, {"default", "base"}},
    {"float", to_real, 0, {"default"}},
    {"abs", absolute, 0, {}},
    {"round", round, 0, {"precision", "method"}},
    {"sum", sum, 0, {"attribute", "start"}},
    {"min", extreme<false>, 0, {"case_sensitive", "attribute"}},
    {"max", extreme<true>, 0, {"case_sensitive", "attribute"}},
};

}  // namespace

SignatureTable number_filters() noexcept { return kNumberFilters; }

}  // namespace soliloquy::jinja
