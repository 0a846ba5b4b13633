/// engine/chat/jinja/parser_expressions.cpp: operators, from the weakest to the strongest.
#include <algorithm>
#include <array>

#include "engine/chat/jinja/parser.h"

namespace soliloquy::jinja {

void Parser::raise_height(Expression& node, const Expression* part) const {
    if (part == nullptr) return;
    node.height = std::max(node.height, part->height + 1);
    if (node.height > kMaxHeight) throw TemplateError{node.at, "an expression of more than " + std::to_string(kMaxHeight) + " levels"};
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
        for (const ExpressionPtr* part : {&node->then, &node->condition, &node->otherwise}) raise_height(*node, part->get());
        value = std::move(node);
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

}  // namespace soliloquy::jinja
