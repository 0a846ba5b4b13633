/// engine/passport/examiner_expressions.cpp: what expressions hold, and where words of a message decide.
#include <algorithm>

#include "engine/passport/examiner.h"

namespace soliloquy::passport {

void Examiner::collect(const Expression* expression, Words& words, int depth) const {
    if (expression == nullptr || depth > 8) return;
    switch (expression->kind) {
        case ExpressionKind::literal:
            if (const auto text = literal_text(expression); !text.empty()) words.emplace(text);
            return;
        case ExpressionKind::name: {
            const Words& known = constants_[static_cast<const NameExpression&>(*expression).name];
            words.insert(known.begin(), known.end());
            return;
        }
        case ExpressionKind::attribute: {
            const auto known = attribute_constants_.find(static_cast<const AttributeExpression&>(*expression).name);
            if (known != attribute_constants_.end()) words.insert(known->second.begin(), known->second.end());
            return;
        }
        case ExpressionKind::sequence:
            for (const auto& item : static_cast<const SequenceExpression&>(*expression).items) collect(item.get(), words, depth + 1);
            return;
        case ExpressionKind::dict:
            for (const auto& entry : static_cast<const DictExpression&>(*expression).entries) collect(entry.first.get(), words, depth + 1);
            return;
        case ExpressionKind::concat:
            for (const auto& piece : static_cast<const ConcatExpression&>(*expression).pieces) collect(piece.get(), words, depth + 1);
            return;
        case ExpressionKind::binary:
            collect(static_cast<const BinaryExpression&>(*expression).left.get(), words, depth + 1);
            return collect(static_cast<const BinaryExpression&>(*expression).right.get(), words, depth + 1);
        case ExpressionKind::conditional:
            collect(static_cast<const ConditionalExpression&>(*expression).then.get(), words, depth + 1);
            return collect(static_cast<const ConditionalExpression&>(*expression).otherwise.get(), words, depth + 1);
        case ExpressionKind::filter:
            return collect(static_cast<const FilterExpression&>(*expression).input.get(), words, depth + 1);
        default:
            return;
    }
}

Holds Examiner::look(const Expression* expression) {
    if (expression == nullptr) return Holds::nothing;
    switch (expression->kind) {
        case ExpressionKind::literal:
            return Holds::nothing;
        case ExpressionKind::name:
            return names_[static_cast<const NameExpression&>(*expression).name];
        case ExpressionKind::sequence: {
            Holds most = Holds::nothing;
            for (const auto& item : static_cast<const SequenceExpression&>(*expression).items) most = std::max(most, look(item.get()));
            return most == Holds::text ? Holds::texts : most;
        }
        case ExpressionKind::dict: {
            Holds most = Holds::nothing;
            for (const auto& entry : static_cast<const DictExpression&>(*expression).entries) {
                look(entry.first.get());
                most = std::max(most, look(entry.second.get()));
            }
            return std::min(most, Holds::message);
        }
        case ExpressionKind::attribute:
            return look_attribute(static_cast<const AttributeExpression&>(*expression));
        case ExpressionKind::subscript:
            return look_subscript(static_cast<const SubscriptExpression&>(*expression));
        case ExpressionKind::slice:
            return look(static_cast<const SliceExpression&>(*expression).object.get());
        case ExpressionKind::call:
            return look_call(static_cast<const CallExpression&>(*expression));
        case ExpressionKind::filter:
            return look_filter(static_cast<const FilterExpression&>(*expression));
        case ExpressionKind::test:
            return look_test(static_cast<const TestExpression&>(*expression));
        case ExpressionKind::unary:
            look(static_cast<const UnaryExpression&>(*expression).operand.get());
            return Holds::nothing;
        case ExpressionKind::binary: {
            const auto& node = static_cast<const BinaryExpression&>(*expression);
            const Holds left = look(node.left.get()), right = look(node.right.get());
            const Holds most = std::max(left, right);
            return node.operation == BinaryOperator::add && most == Holds::part ? Holds::text : most;
        }
        case ExpressionKind::comparison:
            return look_comparison(static_cast<const ComparisonExpression&>(*expression));
        case ExpressionKind::concat: {
            Holds most = Holds::nothing;
            for (const auto& piece : static_cast<const ConcatExpression&>(*expression).pieces) most = std::max(most, look(piece.get()));
            return most >= Holds::message ? Holds::text : most;
        }
        case ExpressionKind::conditional: {
            const auto& node = static_cast<const ConditionalExpression&>(*expression);
            look(node.condition.get());
            const Holds then = look(node.then.get()), otherwise = look(node.otherwise.get());
            return std::max(then, otherwise);
        }
    }
    return Holds::nothing;
}

Holds Examiner::look_attribute(const AttributeExpression& node) {
    check_name(node.name, node.at);
    const Holds object = look(node.object.get());
    if (is_content_name(node.name) || (object == Holds::part && node.name == "text")) return Holds::text;
    const auto own = attributes_.find(node.name);
    return own != attributes_.end() && object == Holds::nothing ? own->second : Holds::nothing;
}

Holds Examiner::look_subscript(const SubscriptExpression& node) {
    const Holds object = look(node.object.get());
    const Holds index = look(node.index.get());
    const std::string_view key = literal_text(node.index.get());
    check_name(key, node.at);
    if (index >= Holds::texts) report_words(Finding::content_condition, literals(node.object.get()), node.at);  // {'word': ...}[content]
    if (is_content_name(key)) return Holds::text;
    if (object == Holds::texts) return Holds::text;
    if (!key.empty()) return (object == Holds::part || object == Holds::text) && key == "text" ? Holds::text : Holds::nothing;
    return object;
}

Holds Examiner::look_call(const CallExpression& node) {
    if (node.callee->kind == ExpressionKind::attribute) {
        return look_method(node, static_cast<const AttributeExpression&>(*node.callee));
    }
    const Holds most = look_arguments(node.arguments);
    if (node.callee->kind != ExpressionKind::name) {
        look(node.callee.get());
        return most;
    }
    const NameId name = static_cast<const NameExpression&>(*node.callee).name;
    if (source_.names[name] == "strftime_now") return Holds::date;
    const auto macro = macros_.find(name);
    if (macro == macros_.end()) return Holds::nothing;  // namespace(), range(), raise_exception()
    const auto& parameters = macro->second->signature.parameters;
    for (size_t i = 0; i < std::min(parameters.size(), node.arguments.positional.size()); ++i) {
        const Expression* given = node.arguments.positional[i].get();
        assign({parameters[i].first, {}, {}}, look(given), literals(given));
    }
    for (const auto& [key, value] : node.arguments.named) {
        for (const auto& parameter : parameters)
            if (source_.names[parameter.first] == name_of(key)) assign({parameter.first, {}, {}}, look(value.get()), literals(value.get()));
    }
    return most >= Holds::message ? Holds::text : Holds::nothing;
}

Holds Examiner::look_method(const CallExpression& node, const AttributeExpression& method) {
    check_name(method.name, method.at);
    const Holds object = look(method.object.get());
    const Holds arguments = look_arguments(node.arguments);
    const std::string_view name = method.name;
    const std::string_view first =
        node.arguments.positional.empty() ? std::string_view() : literal_text(node.arguments.positional[0].get());
    const auto is = [name](std::initializer_list<std::string_view> names) {
        return std::find(names.begin(), names.end(), name) != names.end();
    };
    if (name == "get") {
        if (arguments >= Holds::texts && object == Holds::nothing)
            report_words(Finding::content_condition, literals(method.object.get()), node.at);
        if (is_content_name(first) || (object == Holds::part && first == "text")) return Holds::text;
        return Holds::nothing;
    }
    if (object == Holds::message && is({"items", "values"})) return Holds::texts;
    if (object < Holds::texts) return object == Holds::date ? Holds::date : Holds::nothing;
    if (is({"startswith", "endswith", "find", "rfind", "index", "rindex", "count"})) {
        report_words(Finding::content_condition, literals(node.arguments, 0), node.at);
        return Holds::nothing;
    }
    if (is({"split", "rsplit", "partition", "rpartition"})) {
        report_words(Finding::content_condition, literals(node.arguments, 0), node.at);
        return Holds::texts;
    }
    if (is({"replace", "removeprefix", "removesuffix"})) report_words(Finding::content_rewritten, literals(node.arguments, 0), node.at);
    return name == "splitlines" ? Holds::texts : object;
}

Holds Examiner::look_filter(const FilterExpression& node) {
    const Holds input = look(node.input.get());
    look_arguments(node.arguments);
    const std::string_view name = node.name;
    const auto is = [name](std::initializer_list<std::string_view> names) {
        return std::find(names.begin(), names.end(), name) != names.end();
    };
    if (input == Holds::date) return input;
    if (is({"length", "count", "wordcount", "int", "float"})) return Holds::nothing;
    if (is({"string", "tojson", "pprint", "join"})) return input >= Holds::message ? Holds::text : input;
    if (name == "map") {
        for (const auto& [key, value] : node.arguments.named)
            if (name_of(key) == "attribute" && (literal_text(value.get()) == "content" || literal_text(value.get()) == "text"))
                return Holds::texts;
        return input;
    }
    const auto& given = node.arguments.positional;
    if (is({"selectattr", "rejectattr"})) {
        if (!given.empty() && is_content_name(literal_text(given[0].get())))
            report_words(Finding::content_condition, literals(node.arguments, 2), node.at);
        return input;
    }
    if (is({"select", "reject"}) && input >= Holds::texts) report_words(Finding::content_condition, literals(node.arguments, 1), node.at);
    if (name == "replace" && input >= Holds::texts) report_words(Finding::content_rewritten, literals(node.arguments, 0), node.at);
    if (is({"first", "last", "random"}) && input == Holds::texts) return Holds::text;
    return input;
}

Holds Examiner::look_test(const TestExpression& node) {
    const Holds input = look(node.input.get());
    look_arguments(node.arguments);
    const Words words = literals(node.arguments, 0);
    if (input >= Holds::texts) report_words(Finding::content_condition, words, node.at);
    if (input == Holds::date && !words.empty())
        report(Finding::date_condition, *words.begin(), node.at, "The template acts differently on certain dates.");
    return Holds::nothing;
}

Holds Examiner::look_comparison(const ComparisonExpression& node) {
    std::vector<std::pair<const Expression*, Holds>> operands{{node.first.get(), look(node.first.get())}};
    for (const auto& each : node.rest) operands.emplace_back(each.second.get(), look(each.second.get()));
    for (size_t i = 0; i + 1 < operands.size(); ++i) {
        for (const auto& [one, other] : {std::pair{operands[i], operands[i + 1]}, std::pair{operands[i + 1], operands[i]}}) {
            if (one.second >= Holds::texts && other.second < Holds::texts)
                report_words(Finding::content_condition, literals(other.first), node.at);
            if (one.second == Holds::date && other.second != Holds::date) {
                report(Finding::date_condition, "", node.at, "The template acts differently on certain dates.");
            }
        }
    }
    return Holds::nothing;
}

}  // namespace soliloquy::passport
