/// engine/chat/jinja/ast.h: a parsed template: expressions and statements as trees of bounded depth.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/chat/jinja/error.h"
#include "engine/chat/jinja/function.h"

namespace soliloquy::jinja {

/// Index into Template::names; equal names have equal ids.
using NameId = uint32_t;

enum class ExpressionKind : uint8_t {
    literal,
    name,
    sequence,
    dict,
    attribute,
    subscript,
    slice,
    call,
    filter,
    test,
    unary,
    binary,
    comparison,
    concat,
    conditional
};

struct Expression {
    Expression(ExpressionKind k, Position p) : kind(k), at(p) {}
    virtual ~Expression() = default;
    Expression(const Expression&) = delete;
    Expression& operator=(const Expression&) = delete;

    ExpressionKind kind;
    Position at;
    uint32_t height = 1;  ///< of the tree below, itself included
};
using ExpressionPtr = std::unique_ptr<Expression>;

template <ExpressionKind kKind>
struct ExpressionOf : Expression {
    explicit ExpressionOf(Position p) : Expression(kKind, p) {}
};

struct Literal final : ExpressionOf<ExpressionKind::literal> {
    using ExpressionOf::ExpressionOf;
    Value value;
};
struct NameExpression final : ExpressionOf<ExpressionKind::name> {
    using ExpressionOf::ExpressionOf;
    NameId name = 0;
};
struct SequenceExpression final : ExpressionOf<ExpressionKind::sequence> {
    using ExpressionOf::ExpressionOf;
    bool tuple = false;
    std::vector<ExpressionPtr> items;
};
struct DictExpression final : ExpressionOf<ExpressionKind::dict> {
    using ExpressionOf::ExpressionOf;
    std::vector<std::pair<ExpressionPtr, ExpressionPtr>> entries;
};
struct AttributeExpression final : ExpressionOf<ExpressionKind::attribute> {
    using ExpressionOf::ExpressionOf;
    ExpressionPtr object;
    std::string name;
};
struct SubscriptExpression final : ExpressionOf<ExpressionKind::subscript> {
    using ExpressionOf::ExpressionOf;
    ExpressionPtr object, index;
};
/// object[start:stop:step]; absent parts are null.
struct SliceExpression final : ExpressionOf<ExpressionKind::slice> {
    using ExpressionOf::ExpressionOf;
    ExpressionPtr object, start, stop, step;
};

struct ArgumentExpressions {
    std::vector<ExpressionPtr> positional;
    std::vector<std::pair<Value, ExpressionPtr>> named;  ///< the name as a string
    ExpressionPtr more_positional, more_named;           ///< *list, **dict
};
struct CallExpression final : ExpressionOf<ExpressionKind::call> {
    using ExpressionOf::ExpressionOf;
    ExpressionPtr callee;
    ArgumentExpressions arguments;
};
/// input is null in {% filter %} and {% set %} blocks: the block's text then.
struct FilterExpression final : ExpressionOf<ExpressionKind::filter> {
    using ExpressionOf::ExpressionOf;
    ExpressionPtr input;
    std::string name;
    const Signature* signature = nullptr;  ///< null: unknown, an error only when it is reached
    ArgumentExpressions arguments;
};
struct TestExpression final : ExpressionOf<ExpressionKind::test> {
    using ExpressionOf::ExpressionOf;
    ExpressionPtr input;
    std::string name;
    const Signature* signature = nullptr;
    ArgumentExpressions arguments;
};

enum class UnaryOperator : uint8_t { negative, positive, logical_not };
struct UnaryExpression final : ExpressionOf<ExpressionKind::unary> {
    using ExpressionOf::ExpressionOf;
    UnaryOperator operation{};
    ExpressionPtr operand;
};

enum class BinaryOperator : uint8_t { logical_and, logical_or, add, subtract, multiply, divide, floor_divide, modulo, power };
struct BinaryExpression final : ExpressionOf<ExpressionKind::binary> {
    using ExpressionOf::ExpressionOf;
    BinaryOperator operation{};
    ExpressionPtr left, right;
};

enum class Comparison : uint8_t { equal, not_equal, less, less_equal, greater, greater_equal, in, not_in };
/// first < second == third: true when every neighbouring pair is.
struct ComparisonExpression final : ExpressionOf<ExpressionKind::comparison> {
    using ExpressionOf::ExpressionOf;
    ExpressionPtr first;
    std::vector<std::pair<Comparison, ExpressionPtr>> rest;
};
struct ConcatExpression final : ExpressionOf<ExpressionKind::concat> {
    using ExpressionOf::ExpressionOf;
    std::vector<ExpressionPtr> pieces;
};
struct ConditionalExpression final : ExpressionOf<ExpressionKind::conditional> {
    using ExpressionOf::ExpressionOf;
    ExpressionPtr condition, then, otherwise;  ///< otherwise may be null: undefined
};

enum class StatementKind : uint8_t {
    data,
    print,
    if_,
    for_,
    set,
    set_block,
    macro,
    call_block,
    filter_block,
    with,
    scope,
    break_,
    continue_,
    do_
};

struct Statement {
    Statement(StatementKind k, Position p) : kind(k), at(p) {}
    virtual ~Statement() = default;
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    StatementKind kind;
    Position at;
};
using StatementPtr = std::unique_ptr<Statement>;
using Block = std::vector<StatementPtr>;

template <StatementKind kKind>
struct StatementOf : Statement {
    explicit StatementOf(Position p) : Statement(kKind, p) {}
};

/// Where an assignment goes: a name, an attribute of a namespace, or a tuple of targets.
struct Target {
    NameId name = 0;
    std::optional<std::string> attribute;
    std::vector<Target> parts;  ///< not empty: a tuple
};

struct DataStatement final : StatementOf<StatementKind::data> {
    using StatementOf::StatementOf;
    std::string text;
};
struct PrintStatement final : StatementOf<StatementKind::print> {
    using StatementOf::StatementOf;
    ExpressionPtr value;
};
struct IfStatement final : StatementOf<StatementKind::if_> {
    using StatementOf::StatementOf;
    std::vector<std::pair<ExpressionPtr, Block>> branches;
    Block otherwise;
};
struct ForStatement final : StatementOf<StatementKind::for_> {
    using StatementOf::StatementOf;
    Target target;
    ExpressionPtr items, condition;  ///< condition may be null
    Block body, otherwise;
};
struct SetStatement final : StatementOf<StatementKind::set> {
    using StatementOf::StatementOf;
    Target target;
    ExpressionPtr value;
};
/// {% set x %}...{% endset %}; filter may be null.
struct SetBlockStatement final : StatementOf<StatementKind::set_block> {
    using StatementOf::StatementOf;
    Target target;
    ExpressionPtr filter;
    Block body;
};

struct MacroParameters {
    std::vector<std::pair<NameId, ExpressionPtr>> parameters;  ///< default value or null
};
struct MacroStatement final : StatementOf<StatementKind::macro> {
    using StatementOf::StatementOf;
    NameId name = 0;
    MacroParameters signature;
    Block body;
    bool uses_caller = false, uses_varargs = false, uses_kwargs = false;
};
struct CallBlockStatement final : StatementOf<StatementKind::call_block> {
    using StatementOf::StatementOf;
    std::unique_ptr<MacroStatement> caller;
    ExpressionPtr call;  ///< a CallExpression
};
struct FilterBlockStatement final : StatementOf<StatementKind::filter_block> {
    using StatementOf::StatementOf;
    ExpressionPtr filter;
    Block body;
};
struct WithStatement final : StatementOf<StatementKind::with> {
    using StatementOf::StatementOf;
    std::vector<std::pair<Target, ExpressionPtr>> assignments;
    Block body;
};
/// {% generation %}: only a scope of its own.
struct ScopeStatement final : StatementOf<StatementKind::scope> {
    using StatementOf::StatementOf;
    Block body;
};
struct DoStatement final : StatementOf<StatementKind::do_> {
    using StatementOf::StatementOf;
    ExpressionPtr value;
};
struct LoopControlStatement final : Statement {
    using Statement::Statement;
};

/// Immutable after parsing; may be rendered by many threads at once.
struct Template {
    Block body;
    std::vector<std::string> names;
};

}  // namespace soliloquy::jinja
