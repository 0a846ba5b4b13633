/// engine/chat/jinja/parser_statements.cpp: the statement half of the parser, and its handling of tokens.
#include <algorithm>
#include <utility>

#include "engine/chat/jinja/parser.h"

namespace soliloquy::jinja {

namespace {

// What a token is called in errors.
std::string describe(const Token& token) {
    switch (token.kind) {
        case TokenKind::data:
            return "text";
        case TokenKind::block_begin:
            return "'{%'";
        case TokenKind::block_end:
            return "the end of the tag";
        case TokenKind::variable_begin:
            return "'{{'";
        case TokenKind::variable_end:
            return "the end of the expression";
        case TokenKind::name:
        case TokenKind::op:
            return "'" + token.text + "'";
        case TokenKind::string:
            return "a string";
        case TokenKind::integer:
        case TokenKind::real:
            return "a number";
        case TokenKind::end:
            return "the end of the template";
    }
    return "something";
}

}  // namespace

Template Parser::parse() {
    result_.body = block({});
    return std::move(result_);
}

Token Parser::take() {
    Token taken = token();
    if (next_ + 1 < tokens_.size()) ++next_;
    return taken;
}

bool Parser::skip_name(std::string_view name) {
    if (!token().is_name(name)) return false;
    take();
    return true;
}

bool Parser::skip_op(std::string_view op) {
    if (!token().is_op(op)) return false;
    take();
    return true;
}

void Parser::expect_op(std::string_view op) {
    if (!skip_op(op)) fail_unexpected("'" + std::string(op) + "'");
}

std::string Parser::expect_name() {
    if (token().kind != TokenKind::name) fail_unexpected("a name");
    return take().text;
}

void Parser::expect_block_end() {
    if (token().kind != TokenKind::block_end) fail_unexpected("the end of the tag ('%}')");
    take();
}

void Parser::fail_unexpected(const std::string& expected) const { fail("expected " + expected + ", found " + describe(token())); }

NameId Parser::intern(const std::string& name) {
    const auto [entry, fresh] = ids_.emplace(name, static_cast<NameId>(result_.names.size()));
    if (fresh) result_.names.push_back(name);
    return entry->second;
}

Block Parser::block(std::initializer_list<std::string_view> ends) {
    const Nested nested(*this);
    Block statements;
    for (;;) {
        const Position at = token().at;
        switch (token().kind) {
            case TokenKind::data: {
                auto data = std::make_unique<DataStatement>(at);
                data->text = take().text;
                statements.push_back(std::move(data));
                break;
            }
            case TokenKind::variable_begin: {
                take();
                auto print = std::make_unique<PrintStatement>(at);
                print->value = tuple(true, false);
                if (token().kind != TokenKind::variable_end) fail_unexpected("the end of the expression ('}}')");
                take();
                statements.push_back(std::move(print));
                break;
            }
            case TokenKind::block_begin: {
                const Token& name = token_after();
                if (std::any_of(ends.begin(), ends.end(), [&](std::string_view end) { return name.is_name(end); })) {
                    take();
                    return statements;
                }
                take();
                statements.push_back(statement());
                break;
            }
            default:
                if (ends.size() == 0 && token().kind == TokenKind::end) return statements;
                fail_unexpected(ends.size() == 0 ? "text or a tag" : "'{% " + std::string(*(ends.end() - 1)) + " %}'");
        }
    }
}

Block Parser::block_to_end_of(std::string_view end) {
    Block body = block({end});
    take();
    expect_block_end();
    return body;
}

StatementPtr Parser::statement() {
    const Token& keyword = token();
    if (keyword.kind != TokenKind::name) fail_unexpected("the name of a statement");
    if (keyword.text == "if") return if_statement();
    if (keyword.text == "for") return for_statement();
    if (keyword.text == "set") return set_statement();
    if (keyword.text == "macro") return macro_statement();
    if (keyword.text == "call") return call_statement();
    if (keyword.text == "filter") return filter_statement();
    if (keyword.text == "with") return with_statement();
    if (keyword.text == "break" || keyword.text == "continue") {
        if (loops_ == 0) fail("'" + keyword.text + "' outside a loop");
        const Token name = take();
        expect_block_end();
        return std::make_unique<LoopControlStatement>(name.text == "break" ? StatementKind::break_ : StatementKind::continue_, name.at);
    }
    if (keyword.text == "generation") {
        auto scope = std::make_unique<ScopeStatement>(take().at);
        expect_block_end();
        scope->body = block_to_end_of("endgeneration");
        return scope;
    }
    if (keyword.text == "do") {
        auto node = std::make_unique<DoStatement>(take().at);
        node->value = tuple(true, false);
        expect_block_end();
        return node;
    }
    fail("the statement '" + keyword.text + "' is unknown, or not allowed in a chat template");
}

StatementPtr Parser::if_statement() {
    auto node = std::make_unique<IfStatement>(token().at);
    do {
        take();
        ExpressionPtr condition = tuple(false, false);
        expect_block_end();
        Block body = block({"elif", "else", "endif"});
        node->branches.emplace_back(std::move(condition), std::move(body));
    } while (token().is_name("elif"));
    if (take().text == "else") {
        expect_block_end();
        node->otherwise = block_to_end_of("endif");
    } else {
        expect_block_end();
    }
    return node;
}

StatementPtr Parser::for_statement() {
    auto node = std::make_unique<ForStatement>(take().at);
    node->target = target(false, true);
    if (!skip_name("in")) fail_unexpected("'in'");
    node->items = tuple(false, false);
    if (skip_name("if")) node->condition = expression();
    if (token().is_name("recursive")) fail("recursive loops are not supported");
    expect_block_end();
    ++loops_;
    node->body = block({"else", "endfor"});
    --loops_;
    if (take().text == "else") {
        expect_block_end();
        node->otherwise = block_to_end_of("endfor");
    } else {
        expect_block_end();
    }
    return node;
}

StatementPtr Parser::set_statement() {
    const Position at = take().at;
    Target to = target(true, true);
    if (skip_op("=")) {
        auto node = std::make_unique<SetStatement>(at);
        node->target = std::move(to);
        node->value = tuple(true, false);
        expect_block_end();
        return node;
    }
    auto node = std::make_unique<SetBlockStatement>(at);
    node->target = std::move(to);
    if (skip_op("|")) node->filter = filter(nullptr);
    expect_block_end();
    const uint32_t loops_outside = std::exchange(loops_, 0);
    node->body = block_to_end_of("endset");
    loops_ = loops_outside;
    return node;
}

MacroParameters Parser::macro_parameters() {
    MacroParameters result;
    expect_op("(");
    while (!token().is_op(")")) {
        if (!result.parameters.empty()) expect_op(",");
        const NameId name = intern(expect_name());
        ExpressionPtr otherwise;
        if (skip_op("=")) {
            otherwise = expression();
        } else if (!result.parameters.empty() && result.parameters.back().second) {
            fail("a parameter without a default behind one with a default");
        }
        result.parameters.emplace_back(name, std::move(otherwise));
    }
    expect_op(")");
    return result;
}

StatementPtr Parser::macro_statement() {
    auto node = std::make_unique<MacroStatement>(take().at);
    node->name = intern(expect_name());
    macros_.push_back(node.get());
    const uint32_t loops_outside = std::exchange(loops_, 0);
    node->signature = macro_parameters();
    expect_block_end();
    node->body = block_to_end_of("endmacro");
    loops_ = loops_outside;
    macros_.pop_back();
    return node;
}

StatementPtr Parser::call_statement() {
    auto node = std::make_unique<CallBlockStatement>(take().at);
    node->caller = std::make_unique<MacroStatement>(node->at);
    node->caller->name = intern("caller");
    if (token().is_op("(")) node->caller->signature = macro_parameters();
    node->call = expression();
    if (node->call->kind != ExpressionKind::call) fail("expected a call of a macro");
    expect_block_end();
    const uint32_t loops_outside = std::exchange(loops_, 0);
    node->caller->body = block_to_end_of("endcall");
    loops_ = loops_outside;
    return node;
}

StatementPtr Parser::filter_statement() {
    auto node = std::make_unique<FilterBlockStatement>(take().at);
    node->filter = filter(nullptr);
    expect_block_end();
    const uint32_t loops_outside = std::exchange(loops_, 0);
    node->body = block_to_end_of("endfilter");
    loops_ = loops_outside;
    return node;
}

StatementPtr Parser::with_statement() {
    auto node = std::make_unique<WithStatement>(take().at);
    while (token().kind != TokenKind::block_end) {
        if (!node->assignments.empty()) expect_op(",");
        Target to = target(false, true);
        expect_op("=");
        node->assignments.emplace_back(std::move(to), expression());
    }
    expect_block_end();
    node->body = block_to_end_of("endwith");
    return node;
}

Target Parser::target(bool namespaces, bool tuples) {
    Target first = single_target(namespaces);
    if (!tuples || !token().is_op(",")) return first;
    Target all;
    all.parts.push_back(std::move(first));
    while (skip_op(",")) {
        if ((token().kind != TokenKind::name || token().is_name("in")) && !token().is_op("(")) break;
        all.parts.push_back(single_target(namespaces));
    }
    return all;
}

Target Parser::single_target(bool namespaces) {
    if (skip_op("(")) {
        const Nested nested(*this);
        Target inner = target(namespaces, true);
        expect_op(")");
        return inner;
    }
    constexpr std::string_view kNotAssignable[] = {"true", "false", "none", "True", "False", "None"};
    Target result;
    const std::string name = expect_name();
    if (std::find(std::begin(kNotAssignable), std::end(kNotAssignable), name) != std::end(kNotAssignable))
        fail("'" + name + "' cannot be assigned to");
    result.name = intern(name);
    if (namespaces && skip_op(".")) result.attribute = expect_name();
    return result;
}

}  // namespace soliloquy::jinja
