/// engine/chat/jinja/interpreter.h: runs a parsed template.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/chat/jinja/ast.h"
#include "engine/chat/jinja/frame.h"
#include "engine/core/result.h"
#include "engine/core/traced_text.h"

namespace soliloquy::jinja {

using Variables = std::vector<std::pair<std::string, Value>>;

/// An Error with line and column when the source is not a template.
[[nodiscard]] Result<Template> parse_template(std::string_view source);

/// Renders with the variables, which stay unchanged (the template works on copies of their lists and dicts). `now` is what
/// strftime_now tells ("2026-07-04T12:34:56"; empty: the clock). Limits grow with the variables when none are given.
[[nodiscard]] Result<TracedText> render_template(const Template& source, const Variables& variables, std::string_view now = {},
                                                 const std::optional<Limits>& limits = {});

/// One rendering. Throws TemplateError; render_template is the public door.
class Interpreter {
  public:
    Interpreter(const Template& source, Sandbox& sandbox);
    [[nodiscard]] TracedText render(const Variables& variables, std::string_view now);

  private:
    enum class Flow : uint8_t { next, break_loop, continue_loop };

    // What is being written, charged as it grows.
    struct Output {
        explicit Output(Sandbox& owner) : sandbox(owner) {}
        ~Output() { sandbox.release(charged); }
        Output(const Output&) = delete;
        Output& operator=(const Output&) = delete;
        Sandbox& sandbox;
        Text text;
        size_t charged = 0;
    };
    // Makes a new innermost scope for as long as it lives.
    class Scope {
      public:
        Scope(Interpreter& interpreter, std::shared_ptr<Frame> parent) : interpreter_(interpreter), outside_(interpreter.frame_) {
            interpreter_.frame_ = std::make_shared<Frame>(std::move(parent));
        }
        explicit Scope(Interpreter& interpreter) : Scope(interpreter, interpreter.frame_) {}
        ~Scope() { interpreter_.frame_ = std::move(outside_); }
        Scope(const Scope&) = delete;
        Scope& operator=(const Scope&) = delete;

      private:
        Interpreter& interpreter_;
        std::shared_ptr<Frame> outside_;
    };

    // Statements: interpreter_statements.cpp.
    Flow execute(const Block& block);
    Flow execute(const Statement& statement);
    Flow execute_if(const IfStatement& statement);
    Flow execute_for(const ForStatement& statement);
    Flow execute_with(const WithStatement& statement);
    void execute_set_block(const SetBlockStatement& statement);
    void execute_call_block(const CallBlockStatement& statement);
    [[nodiscard]] Value loop_items(const ForStatement& statement);
    /// What the block writes, in a scope of its own.
    Value capture(const Block& block);
    void write(const Value& value);
    void settle();  ///< charges what was written
    void assign(const Target& target, Value value);
    void assign_attribute(const Target& target, Value value);

    // Expressions: interpreter_expressions.cpp.
    Value evaluate(const Expression& expression);
    Value evaluate_inner(const Expression& expression);
    Value evaluate_or_undefined(const ExpressionPtr& expression) { return expression ? evaluate(*expression) : Value(); }
    Value evaluate_sequence(const SequenceExpression& expression);
    Value evaluate_dict(const DictExpression& expression);
    Value evaluate_attribute(const AttributeExpression& expression);
    Value evaluate_subscript(const SubscriptExpression& expression);
    Value evaluate_slice(const SliceExpression& expression);
    Value evaluate_call(const CallExpression& expression, const Value& caller);
    /// `block` stands for the input of a filter that has none of its own.
    Value evaluate_filter(const FilterExpression& expression, const Value& block);
    Value evaluate_filter_input(const Expression& input, const Value& block);
    Value evaluate_test(const TestExpression& expression);
    Value evaluate_binary(const BinaryExpression& expression);
    Value evaluate_comparison(const ComparisonExpression& expression);
    Value evaluate_concat(const ConcatExpression& expression);
    Arguments evaluate_arguments(const ArgumentExpressions& arguments);
    Value call_macro(const MacroObject& macro, Arguments arguments);
    void bind_macro(const MacroStatement& macro, Arguments& arguments);
    /// "messages[...].content", for errors.
    [[nodiscard]] std::string describe(const Expression& expression) const;

    Value make_macro(const MacroStatement& statement);
    Value copy_of_input(const Value& value);
    [[nodiscard]] std::optional<NameId> name_id(std::string_view name) const;

    const Template& template_;
    Sandbox& sandbox_;
    std::shared_ptr<Frame> root_;
    std::shared_ptr<Frame> frame_;
    Output* out_ = nullptr;
    std::optional<NameId> loop_name_, caller_name_, varargs_name_, kwargs_name_;
};

}  // namespace soliloquy::jinja
