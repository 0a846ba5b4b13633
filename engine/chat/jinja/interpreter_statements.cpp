/// engine/chat/jinja/interpreter_statements.cpp
#include "engine/chat/jinja/compare.h"
#include "engine/chat/jinja/interpreter.h"
#include "engine/chat/jinja/print.h"

namespace soliloquy::jinja {

Interpreter::Flow Interpreter::execute(const Block& block) {
    const Sandbox::Level level(sandbox_);
    for (const StatementPtr& statement : block) {
        if (const Flow flow = execute(*statement); flow != Flow::next) return flow;
    }
    return Flow::next;
}

Interpreter::Flow Interpreter::execute(const Statement& statement) {
    sandbox_.step();
    sandbox_.at = statement.at;
    switch (statement.kind) {
        case StatementKind::data: {
            const auto& data = static_cast<const DataStatement&>(statement);
            sandbox_.work(data.text.size());
            sandbox_.require(data.text.size());
            out_->text.append(data.text, TextSource::from_template);
            settle();
            return Flow::next;
        }
        case StatementKind::print:
            write(evaluate(*static_cast<const PrintStatement&>(statement).value));
            return Flow::next;
        case StatementKind::if_:
            return execute_if(static_cast<const IfStatement&>(statement));
        case StatementKind::for_:
            return execute_for(static_cast<const ForStatement&>(statement));
        case StatementKind::set: {
            const auto& set = static_cast<const SetStatement&>(statement);
            assign(set.target, evaluate(*set.value));
            return Flow::next;
        }
        case StatementKind::set_block:
            execute_set_block(static_cast<const SetBlockStatement&>(statement));
            return Flow::next;
        case StatementKind::macro: {
            const auto& macro = static_cast<const MacroStatement&>(statement);
            frame_->set(macro.name, make_macro(macro));
            return Flow::next;
        }
        case StatementKind::call_block:
            execute_call_block(static_cast<const CallBlockStatement&>(statement));
            return Flow::next;
        case StatementKind::filter_block: {
            const auto& filtered = static_cast<const FilterBlockStatement&>(statement);
            write(evaluate_filter(static_cast<const FilterExpression&>(*filtered.filter), capture(filtered.body)));
            return Flow::next;
        }
        case StatementKind::with:
            return execute_with(static_cast<const WithStatement&>(statement));
        case StatementKind::scope: {
            const Scope scope(*this);
            return execute(static_cast<const ScopeStatement&>(statement).body);
        }
        case StatementKind::break_:
            return Flow::break_loop;
        case StatementKind::continue_:
            return Flow::continue_loop;
        case StatementKind::do_:
            evaluate(*static_cast<const DoStatement&>(statement).value);
            return Flow::next;
    }
    return Flow::next;
}

void Interpreter::settle() {
    const size_t footprint = out_->text.footprint();
    sandbox_.charge(footprint - out_->charged);
    out_->charged = footprint;
}

void Interpreter::write(const Value& value) {
    append_text(out_->text, value, sandbox_);
    settle();
}

Value Interpreter::capture(const Block& block) {
    const Scope scope(*this);
    Output captured(sandbox_);
    Output* outside = std::exchange(out_, &captured);
    execute(block);
    out_ = outside;
    sandbox_.release(std::exchange(captured.charged, 0));
    return Value::string(std::move(captured.text), sandbox_);
}

Interpreter::Flow Interpreter::execute_if(const IfStatement& statement) {
    for (const auto& [condition, body] : statement.branches) {
        if (is_true(evaluate(*condition))) return execute(body);
    }
    return execute(statement.otherwise);
}

Value Interpreter::loop_items(const ForStatement& statement) {
    const Value iterated = evaluate(*statement.items);
    sandbox_.at = statement.items->at;
    Value items = Value::list(elements_of(iterated, sandbox_), sandbox_);
    if (!statement.condition) return items;
    Value kept = Value::list({}, sandbox_);
    for (size_t i = 0; i < items.list().items.size(); ++i) {
        const Scope scope(*this);
        assign(statement.target, items.list().items[i]);
        if (is_true(evaluate(*statement.condition))) kept.list().append(items.list().items[i]);
    }
    return kept;
}

Interpreter::Flow Interpreter::execute_for(const ForStatement& statement) {
    const Value items = loop_items(statement);
    const size_t count = items.list().items.size();
    if (count == 0) {
        const Scope scope(*this);
        return execute(statement.otherwise);
    }
    Value loop;
    if (loop_name_) {
        auto object = std::make_shared<LoopObject>(&sandbox_);
        object->charge(sizeof(LoopObject));
        object->items = items;
        loop = Value::object(Kind::loop, std::move(object));
    }
    Flow flow = Flow::next;
    for (size_t i = 0; i < count && flow != Flow::break_loop; ++i) {
        sandbox_.step();
        const Scope scope(*this);
        if (loop_name_) {
            loop.loop().index = i;
            frame_->set(*loop_name_, loop);
        }
        assign(statement.target, items.list().items[i]);
        flow = execute(statement.body);
    }
    return Flow::next;
}

Interpreter::Flow Interpreter::execute_with(const WithStatement& statement) {
    std::vector<Value> values;
    for (const auto& assignment : statement.assignments) values.push_back(evaluate(*assignment.second));
    const Scope scope(*this);
    for (size_t i = 0; i < values.size(); ++i) assign(statement.assignments[i].first, std::move(values[i]));
    return execute(statement.body);
}

void Interpreter::execute_set_block(const SetBlockStatement& statement) {
    Value text = capture(statement.body);
    if (statement.filter) text = evaluate_filter(static_cast<const FilterExpression&>(*statement.filter), text);
    assign(statement.target, std::move(text));
}

void Interpreter::execute_call_block(const CallBlockStatement& statement) {
    write(evaluate_call(static_cast<const CallExpression&>(*statement.call), make_macro(*statement.caller)));
}

void Interpreter::assign(const Target& target, Value value) {
    if (!target.parts.empty()) {
        const Sandbox::Level level(sandbox_);
        std::vector<Value> parts = elements_of(value, sandbox_);
        if (parts.size() != target.parts.size()) {
            sandbox_.fail(std::to_string(parts.size()) + " values for " + std::to_string(target.parts.size()) + " variables");
        }
        for (size_t i = 0; i < parts.size(); ++i) assign(target.parts[i], std::move(parts[i]));
    } else if (target.attribute) {
        assign_attribute(target, std::move(value));
    } else {
        frame_->set(target.name, std::move(value));
    }
}

void Interpreter::assign_attribute(const Target& target, Value value) {
    const Value* object = frame_->find(target.name);
    if (object == nullptr || !object->is(Kind::name_space)) {
        sandbox_.fail("'" + template_.names[target.name] + "' is not a namespace, so its attributes cannot be set");
    }
    object->dict().set(Value::string(Text(*target.attribute, TextSource::from_template), sandbox_), std::move(value));
}

}  // namespace soliloquy::jinja
