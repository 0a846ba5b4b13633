/// engine/chat/jinja/parser.h: tokens into a Template, by recursive descent; the grammar is that of Jinja 3.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/chat/jinja/ast.h"
#include "engine/chat/jinja/lexer.h"

namespace soliloquy::jinja {

/// Throws TemplateError. Nesting of brackets and blocks, and the height of an expression, are bounded, so that neither
/// parsing, evaluating nor destroying the tree can exhaust the machine stack.
class Parser {
  public:
    explicit Parser(std::string_view source) : tokens_(tokenize(source)) {}
    Template parse();

  private:
    static constexpr uint32_t kMaxNesting = 100;
    static constexpr uint32_t kMaxHeight = 200;

    // One level of nesting while it lives.
    class Nested {
      public:
        explicit Nested(Parser& parser) : parser_(parser) {
            if (++parser_.nesting_ > kMaxNesting) {
                --parser_.nesting_;
                parser_.fail("nested deeper than " + std::to_string(kMaxNesting) + " levels");
            }
        }
        ~Nested() { --parser_.nesting_; }
        Nested(const Nested&) = delete;
        Nested& operator=(const Nested&) = delete;

      private:
        Parser& parser_;
    };

    // Tokens.
    [[nodiscard]] const Token& token() const noexcept { return tokens_[next_]; }
    [[nodiscard]] const Token& token_after() const noexcept { return tokens_[next_ + 1 < tokens_.size() ? next_ + 1 : next_]; }
    Token take();
    bool skip_name(std::string_view name);
    bool skip_op(std::string_view op);
    void expect_op(std::string_view op);
    std::string expect_name();
    void expect_block_end();
    [[noreturn]] void fail(const std::string& reason) const { throw TemplateError{token().at, reason}; }
    [[noreturn]] void fail_unexpected(const std::string& expected) const;
    NameId intern(const std::string& name);

    // Statements: parser_statements.cpp.
    /// Until a tag that starts with one of `ends`, which is left as the current token; none: until the end of the template.
    Block block(std::initializer_list<std::string_view> ends);
    Block block_to_end_of(std::string_view end);
    StatementPtr statement();
    StatementPtr if_statement();
    StatementPtr for_statement();
    StatementPtr set_statement();
    StatementPtr macro_statement();
    StatementPtr call_statement();
    StatementPtr filter_statement();
    StatementPtr with_statement();
    MacroParameters macro_parameters();
    Target target(bool namespaces, bool tuples);
    Target single_target(bool namespaces);

    // Expressions: parser_expressions.cpp, from weakest to strongest binding; from primary() on parser_operands.cpp.
    ExpressionPtr expression() { return conditional(); }
    /// One expression, or several with commas between: a tuple.
    ExpressionPtr tuple(bool with_conditional, bool may_be_empty);
    ExpressionPtr conditional();
    ExpressionPtr logical_or();
    ExpressionPtr logical_and();
    ExpressionPtr logical_not();
    ExpressionPtr comparison();
    ExpressionPtr sum();
    ExpressionPtr concat();
    ExpressionPtr product();
    ExpressionPtr power();
    ExpressionPtr unary(bool with_filters);
    ExpressionPtr primary();
    ExpressionPtr list_literal();
    ExpressionPtr dict_literal();
    ExpressionPtr postfix(ExpressionPtr object);
    ExpressionPtr attribute(ExpressionPtr object);
    ExpressionPtr subscript(ExpressionPtr object);
    ExpressionPtr call(ExpressionPtr callee);
    ExpressionPtr filters(ExpressionPtr input);
    /// `name(...)` and what is piped behind it; input may be null.
    ExpressionPtr filter(ExpressionPtr input);
    ExpressionPtr test(ExpressionPtr input);
    std::string dotted_name();
    ArgumentExpressions arguments();
    ExpressionPtr binary(BinaryOperator operation, Position at, ExpressionPtr left, ExpressionPtr right);
    /// Makes a node at least one level higher than a part of it (null: no part).
    void raise_height(Expression& node, const Expression* part) const;

    std::vector<Token> tokens_;
    size_t next_ = 0;
    uint32_t nesting_ = 0;
    uint32_t loops_ = 0;  ///< loops around the current statement, inside its macro
    std::vector<MacroStatement*> macros_;
    std::unordered_map<std::string, NameId> ids_;
    Template result_;
};

}  // namespace soliloquy::jinja
