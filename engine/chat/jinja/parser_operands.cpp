/// engine/chat/jinja/parser_operands.cpp: what operators stand between: literals, names, subscripts, calls, filters and tests.
#include "engine/chat/jinja/parser.h"

namespace soliloquy::jinja {

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
            Value name_value = Value::string(std::move(name), TextSource::from_template);
            result.named.emplace_back(std::move(name_value), expression());
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
