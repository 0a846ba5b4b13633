/// engine/chat/jinja/parser_expressions.cpp: the expression half of the parser.
#include <algorithm>
#include <array>

#include "engine/chat/jinja/parser.h"

namespace soliloquy::jinja {

void Parser::raise_height(Expression& node, const Expression* part) const {
    if (part == nullptr) return;
    node.height = std::max(node.height, part->height + 1);
    if (node.height > kMaxHeight) throw TemplateError{node.at, "an expression of more than " + std::to_string(kMaxHeight) + " levels"};
}

template <typename Node>
ExpressionPtr Parser::finish(std::unique_ptr<Node> node, std::initializer_list<const Expression*> parts) {
    for (const Expression* part : parts) raise_height(*node, part);
    return node;
}

ExpressionPtr Parser::tuple(bool with_conditional, bool may_be_empty) {
    const Position at = token().at;
    std::vector<ExpressionPtr> items;
    bool comma = false;
    const auto at_end = [&] {
        return token().kind == TokenKind::block_end || token().kind == TokenKind::variable_end || token().is_op(")") ||
               token().is_name("recursive");
    };
    while (!at_end()) {
        items.push_back(with_conditional ? conditional() : logical_or());
        if (!skip_op(",")) break;
        comma = true;
    }
    if (!comma && items.size() == 1) return std::move(items[0]);
    if (!comma && !may_be_empty) fail_unexpected("an expression");
    auto node = std::make_unique<SequenceExpression>(at);
    node->tuple = true;
    for (const auto& item : items) raise_height(*node, item.get());
    node->items = std::move(items);
    return node;
}

ExpressionPtr Parser::conditional() {
    const Nested nested(*this);
    ExpressionPtr value = logical_or();
    while (token().is_name("if")) {
        auto node = std::make_unique<ConditionalExpression>(take().at);
        node->then = std::move(value);
        node->condition = logical_or();
        if (skip_name("else")) node->otherwise = conditional();
        const std::initializer_list<const Expression*> parts = {node->then.get(), node->condition.get(), node->otherwise.get()};
        value = finish(std::move(node), parts);
    }
    return value;
}

ExpressionPtr Parser::binary(BinaryOperator operation, Position at, ExpressionPtr left, ExpressionPtr right) {
    auto node = std::make_unique<BinaryExpression>(at);
    node->operation = operation;
    raise_height(*node, left.get());
    raise_height(*node, right.get());
    node->left = std::move(left);
    node->right = std::move(right);
    return node;
}

ExpressionPtr Parser::logical_or() {
    ExpressionPtr left = logical_and();
    while (token().is_name("or")) {
        const Position at = take().at;
        left = binary(BinaryOperator::logical_or, at, std::move(left), logical_and());
    }
    return left;
}

ExpressionPtr Parser::logical_and() {
    ExpressionPtr left = logical_not();
    while (token().is_name("and")) {
        const Position at = take().at;
        left = binary(BinaryOperator::logical_and, at, std::move(left), logical_not());
    }
    return left;
}

ExpressionPtr Parser::logical_not() {
    if (!token().is_name("not")) return comparison();
    const Nested nested(*this);
    auto node = std::make_unique<UnaryExpression>(take().at);
    node->operation = UnaryOperator::logical_not;
    node->operand = logical_not();
    raise_height(*node, node->operand.get());
    return node;
}

ExpressionPtr Parser::comparison() {
    constexpr std::array<std::pair<std::string_view, Comparison>, 6> kSigns = {{{"==", Comparison::equal},
                                                                                {"!=", Comparison::not_equal},
                                                                                {"<", Comparison::less},
                                                                                {"<=", Comparison::less_equal},
                                                                                {">", Comparison::greater},
                                                                                {">=", Comparison::greater_equal}}};
    ExpressionPtr first = sum();
    std::unique_ptr<ComparisonExpression> node;
    for (;;) {
        const Position at = token().at;
        const auto sign = std::find_if(kSigns.begin(), kSigns.end(), [&](const auto& candidate) { return token().is_op(candidate.first); });
        Comparison comparison{};
        if (sign != kSigns.end()) {
            take();
            comparison = sign->second;
        } else if (skip_name("in")) {
            comparison = Comparison::in;
        } else if (token().is_name("not") && token_after().is_name("in")) {
            take();
            take();
            comparison = Comparison::not_in;
        } else {
            break;
        }
        if (!node) {
            node = std::make_unique<ComparisonExpression>(at);
            raise_height(*node, first.get());
            node->first = std::move(first);
        }
        node->rest.emplace_back(comparison, sum());
        raise_height(*node, node->rest.back().second.get());
    }
    if (!node) return first;
    return node;
}

ExpressionPtr Parser::sum() {
    ExpressionPtr left = concat();
    while (token().is_op("+") || token().is_op("-")) {
        const Token op = take();
        left = binary(op.text == "+" ? BinaryOperator::add : BinaryOperator::subtract, op.at, std::move(left), concat());
    }
    return left;
}

ExpressionPtr Parser::concat() {
    const Position at = token().at;
    ExpressionPtr first = product();
    if (!token().is_op("~")) return first;
    auto node = std::make_unique<ConcatExpression>(at);
    raise_height(*node, first.get());
    node->pieces.push_back(std::move(first));
    while (skip_op("~")) {
        node->pieces.push_back(product());
        raise_height(*node, node->pieces.back().get());
    }
    return node;
}

ExpressionPtr Parser::product() {
    ExpressionPtr left = power();
    for (;;) {
        BinaryOperator operation{};
        if (token().is_op("*")) {
            operation = BinaryOperator::multiply;
        } else if (token().is_op("/")) {
            operation = BinaryOperator::divide;
        } else if (token().is_op("//")) {
            operation = BinaryOperator::floor_divide;
        } else if (token().is_op("%")) {
            operation = BinaryOperator::modulo;
        } else {
            return left;
        }
        const Position at = take().at;
        left = binary(operation, at, std::move(left), power());
    }
}

ExpressionPtr Parser::power() {
    ExpressionPtr left = unary(true);
    while (token().is_op("**")) {
        const Position at = take().at;
        left = binary(BinaryOperator::power, at, std::move(left), unary(true));
    }
    return left;
}

ExpressionPtr Parser::unary(bool with_filters) {
    ExpressionPtr node;
    if (token().is_op("-") || token().is_op("+")) {
        const Nested nested(*this);
        const Token sign = take();
        auto signed_node = std::make_unique<UnaryExpression>(sign.at);
        signed_node->operation = sign.text == "-" ? UnaryOperator::negative : UnaryOperator::positive;
        signed_node->operand = unary(false);
        raise_height(*signed_node, signed_node->operand.get());
        node = std::move(signed_node);
    } else {
        node = primary();
    }
    node = postfix(std::move(node));
    return with_filters ? filters(std::move(node)) : std::move(node);
}

ExpressionPtr Parser::primary() {
    const Position at = token().at;
    const auto literal = [&](Value value) {
        auto node = std::make_unique<Literal>(at);
        node->value = std::move(value);
        return node;
    };
    switch (token().kind) {
        case TokenKind::name: {
            const std::string name = take().text;
            if (name == "true" || name == "True") return literal(Value::boolean(true));
            if (name == "false" || name == "False") return literal(Value::boolean(false));
            if (name == "none" || name == "None") return literal(Value::none());
            for (MacroStatement* macro : macros_) {
                macro->uses_caller |= name == "caller";
                macro->uses_varargs |= name == "varargs";
                macro->uses_kwargs |= name == "kwargs";
            }
            auto node = std::make_unique<NameExpression>(at);
            node->name = intern(name);
            return node;
        }
        case TokenKind::string: {
            std::string text = take().text;
            while (token().kind == TokenKind::string) text += take().text;
            return literal(Value::string(std::move(text), TextSource::from_template));
        }
        case TokenKind::integer:
            return literal(Value::integer(take().integer));
        case TokenKind::real:
            return literal(Value::real(take().real));
        default:
            break;
    }
    if (skip_op("(")) {
        ExpressionPtr node = tuple(true, true);
        expect_op(")");
        return node;
    }
    if (token().is_op("[")) return list_literal();
    if (token().is_op("{")) return dict_literal();
    fail_unexpected("an expression");
}

ExpressionPtr Parser::list_literal() {
    auto node = std::make_unique<SequenceExpression>(take().at);
    while (!token().is_op("]")) {
        if (!node->items.empty()) expect_op(",");
        if (token().is_op("]")) break;
        node->items.push_back(expression());
        raise_height(*node, node->items.back().get());
    }
    expect_op("]");
    return node;
}

ExpressionPtr Parser::dict_literal() {
    auto node = std::make_unique<DictExpression>(take().at);
    while (!token().is_op("}")) {
        if (!node->entries.empty()) expect_op(",");
        if (token().is_op("}")) break;
        ExpressionPtr key = expression();
        expect_op(":");
        ExpressionPtr value = expression();
        raise_height(*node, key.get());
        raise_height(*node, value.get());
        node->entries.emplace_back(std::move(key), std::move(value));
    }
    expect_op("}");
    return node;
}

ExpressionPtr Parser::postfix(ExpressionPtr object) {
    for (;;) {
        if (token().is_op(".")) {
            object = attribute(std::move(object));
        } else if (token().is_op("[")) {
            object = subscript(std::move(object));
        } else if (token().is_op("(")) {
            object = call(std::move(object));
        } else {
            return object;
        }
    }
}

ExpressionPtr Parser::attribute(ExpressionPtr object) {
    const Position at = take().at;
    if (token().kind == TokenKind::integer) {
        auto index = std::make_unique<Literal>(token().at);
        index->value = Value::integer(take().integer);
        auto node = std::make_unique<SubscriptExpression>(at);
        raise_height(*node, object.get());
        node->object = std::move(object);
        node->index = std::move(index);
        return node;
    }
    auto node = std::make_unique<AttributeExpression>(at);
    raise_height(*node, object.get());
    node->object = std::move(object);
    node->name = expect_name();
    return node;
}

ExpressionPtr Parser::subscript(ExpressionPtr object) {
    const Position at = take().at;
    ExpressionPtr start;
    if (!token().is_op(":")) {
        start = tuple(true, false);
        if (skip_op("]")) {
            auto node = std::make_unique<SubscriptExpression>(at);
            raise_height(*node, object.get());
            raise_height(*node, start.get());
            node->object = std::move(object);
            node->index = std::move(start);
            return node;
        }
    }
    const auto part = [&]() -> ExpressionPtr { return token().is_op(":") || token().is_op("]") ? nullptr : expression(); };
    expect_op(":");
    auto node = std::make_unique<SliceExpression>(at);
    node->stop = part();
    if (skip_op(":")) node->step = part();
    expect_op("]");
    node->object = std::move(object);
    node->start = std::move(start);
    for (const ExpressionPtr* piece : {&node->object, &node->start, &node->stop, &node->step}) raise_height(*node, piece->get());
    return node;
}

ExpressionPtr Parser::call(ExpressionPtr callee) {
    auto node = std::make_unique<CallExpression>(token().at);
    raise_height(*node, callee.get());
    node->callee = std::move(callee);
    node->arguments = arguments();
    return node;
}

ArgumentExpressions Parser::arguments() {
    ArgumentExpressions result;
    expect_op("(");
    bool first = true;
    while (!token().is_op(")")) {
        if (!first) expect_op(",");
        first = false;
        if (token().is_op(")")) break;
        if (token().is_op("*") || token().is_op("**")) {
            ExpressionPtr& more = token().is_op("*") ? result.more_positional : result.more_named;
            if (more || result.more_named) fail("invalid arguments of a call");
            take();
            more = expression();
        } else if (token().kind == TokenKind::name && token_after().is_op("=")) {
            if (result.more_named) fail("invalid arguments of a call");
            std::string name = take().text;
            take();
            result.named.emplace_back(std::move(name), expression());
        } else {
            if (!result.named.empty() || result.more_positional || result.more_named)
                fail("an argument without a name behind one with a name");
            result.positional.push_back(expression());
        }
    }
    expect_op(")");
    return result;
}

ExpressionPtr Parser::filters(ExpressionPtr input) {
    for (;;) {
        if (skip_op("|")) {
            input = filter(std::move(input));
        } else if (token().is_name("is")) {
            input = test(std::move(input));
        } else if (token().is_op("(")) {
            input = call(std::move(input));
        } else {
            return input;
        }
    }
}

std::string Parser::dotted_name() {
    std::string name = expect_name();
    while (skip_op(".")) name += "." + expect_name();
    return name;
}

ExpressionPtr Parser::filter(ExpressionPtr input) {
    for (;;) {
        auto node = std::make_unique<FilterExpression>(token().at);
        node->name = dotted_name();
        node->signature = find_filter(node->name);
        raise_height(*node, input.get());
        node->input = std::move(input);
        if (token().is_op("(")) node->arguments = arguments();
        input = std::move(node);
        if (!skip_op("|")) return input;
    }
}

ExpressionPtr Parser::test(ExpressionPtr input) {
    const Position at = take().at;
    const bool negated = skip_name("not");
    auto node = std::make_unique<TestExpression>(token().at);
    node->name = dotted_name();
    node->signature = find_test(node->name);
    raise_height(*node, input.get());
    node->input = std::move(input);
    const bool argument_follows = token().kind == TokenKind::name || token().kind == TokenKind::string ||
                                  token().kind == TokenKind::integer || token().kind == TokenKind::real || token().is_op("[") ||
                                  token().is_op("{");
    if (token().is_op("(")) {
        node->arguments = arguments();
    } else if (argument_follows && !token().is_name("else") && !token().is_name("or") && !token().is_name("and")) {
        if (token().is_name("is")) fail("two tests with 'is' cannot be chained");
        node->arguments.positional.push_back(postfix(primary()));
    }
    if (!negated) return node;
    auto inverse = std::make_unique<UnaryExpression>(at);
    inverse->operation = UnaryOperator::logical_not;
    raise_height(*inverse, node.get());
    inverse->operand = std::move(node);
    return inverse;
}

}  // namespace soliloquy::jinja
