/// engine/chat/jinja/interpreter.cpp: the doors to the language; how inputs come in and macros are called.
#include "engine/chat/jinja/interpreter.h"

#include <algorithm>
#include <new>

#include "engine/chat/jinja/clock.h"
#include "engine/chat/jinja/compare.h"
#include "engine/chat/jinja/parser.h"

namespace soliloquy::jinja {

namespace {

constexpr size_t kMaxSourceBytes = size_t{256} << 10;

struct InputSize {
    size_t bytes = 0;
    size_t elements = 0;

    void add(const Value& value, uint32_t depth = 0) {
        if (depth > Limits().depth) throw TemplateError{{}, "the inputs are nested too deeply"};
        ++elements;
        if (value.is_string()) {
            bytes += value.view().size();
        } else if (value.is_sequence()) {
            for (const Value& item : value.list().items) add(item, depth + 1);
        } else if (value.is_dict()) {
            for (const auto& [key, item] : value.dict().entries) {
                add(key, depth + 1);
                add(item, depth + 1);
            }
        }
    }
};

}  // namespace

Result<Template> parse_template(std::string_view source) {
    if (source.size() > kMaxSourceBytes) {
        return Error{ErrorCode::invalid_file, "chat template: " + std::to_string(source.size()) + " bytes, at most " +
                                                  std::to_string(kMaxSourceBytes) + " are accepted; use another template"};
    }
    try {
        return Parser(source).parse();
    } catch (const TemplateError& error) {
        return Error{ErrorCode::invalid_file, error.message()};
    } catch (const std::bad_alloc&) {
        return Error{ErrorCode::out_of_memory, "chat template: not enough memory to parse it"};
    }
}

Result<TracedText> render_template(const Template& source, const Variables& variables, std::string_view now,
                                   const std::optional<Limits>& limits) {
    try {
        InputSize size;
        for (const auto& variable : variables) size.add(variable.second);
        Sandbox sandbox(limits ? *limits : Limits::for_inputs(size.bytes, size.elements));
        return Interpreter(source, sandbox).render(variables, now);
    } catch (const TemplateError& error) {
        return Error{ErrorCode::invalid_argument, error.message()};
    } catch (const std::bad_alloc&) {
        return Error{ErrorCode::out_of_memory, "chat template: not enough memory to render it"};
    }
}

Interpreter::Interpreter(const Template& source, Sandbox& sandbox)
    : template_(source), sandbox_(sandbox), root_(std::make_shared<Frame>(nullptr)), frame_(root_) {
    loop_name_ = name_id("loop");
    caller_name_ = name_id("caller");
    varargs_name_ = name_id("varargs");
    kwargs_name_ = name_id("kwargs");
}

std::optional<NameId> Interpreter::name_id(std::string_view name) const {
    const auto found = std::find(template_.names.begin(), template_.names.end(), name);
    if (found == template_.names.end()) return std::nullopt;
    return static_cast<NameId>(found - template_.names.begin());
}

TracedText Interpreter::render(const Variables& variables, std::string_view now) {
    const Value moment = Value::string(now.empty() ? local_time() : std::string(now), TextSource::from_template);
    for (NameId id = 0; id < template_.names.size(); ++id) {
        if (const Signature* global = find_global(template_.names[id])) root_->set(id, make_function(*global, moment, sandbox_));
    }
    for (const auto& [name, value] : variables) {
        if (const auto id = name_id(name)) root_->set(*id, copy_of_input(value));
    }
    Output output(sandbox_);
    out_ = &output;
    execute(template_.body);
    return output.text.traced();
}

Value Interpreter::copy_of_input(const Value& value) {
    const Sandbox::Level level(sandbox_);
    if (value.is_sequence()) {
        Value copy = Value::list({}, sandbox_, value.kind());
        for (const Value& item : value.list().items) copy.list().append(copy_of_input(item));
        return copy;
    }
    if (value.is_dict()) {
        Value copy = Value::dict(sandbox_);
        for (const auto& [key, item] : value.dict().entries) copy.dict().set(key, copy_of_input(item));
        return copy;
    }
    return value;
}

Value Interpreter::make_macro(const MacroStatement& statement) {
    auto object = std::make_shared<MacroObject>(&sandbox_);
    object->charge(sizeof(MacroObject));
    object->statement = &statement;
    object->home = frame_;
    return Value::object(Kind::macro, std::move(object));
}

Value Interpreter::call_macro(const MacroObject& macro, Arguments arguments) {
    const Sandbox::Level level(sandbox_);
    std::shared_ptr<Frame> home = macro.home.lock();
    const MacroStatement& statement = *macro.statement;
    const Scope scope(*this, home ? std::move(home) : root_);
    bind_macro(statement, arguments);
    return capture(statement.body);
}

void Interpreter::bind_macro(const MacroStatement& macro, Arguments& arguments) {
    const std::string& name = template_.names[macro.name];
    const auto& parameters = macro.signature.parameters;
    const size_t given = std::min(arguments.positional.size(), parameters.size());
    if (arguments.positional.size() > given && !macro.uses_varargs) {
        sandbox_.fail("macro '" + name + "' takes at most " + std::to_string(parameters.size()) + " arguments, " +
                      std::to_string(arguments.positional.size()) + " given");
    }
    Value kwargs = Value::dict(sandbox_);
    std::vector<bool> bound(parameters.size(), false);
    Value caller;
    for (size_t i = 0; i < given; ++i) {
        frame_->set(parameters[i].first, arguments.positional[i]);
        bound[i] = true;
    }
    for (const auto& named : arguments.named) {
        const std::string_view argument = named.first.view();
        const Value& value = named.second;
        const auto parameter =
            std::find_if(parameters.begin(), parameters.end(), [&](const auto& p) { return template_.names[p.first] == argument; });
        if (parameter != parameters.end()) {
            const auto index = static_cast<size_t>(parameter - parameters.begin());
            if (bound[index]) sandbox_.fail("macro '" + name + "' got the argument '" + std::string(argument) + "' twice");
            frame_->set(parameter->first, value);
            bound[index] = true;
        } else if (argument == "caller") {
            caller = value;
        } else if (macro.uses_kwargs) {
            kwargs.dict().set(named.first, value);
        } else {
            sandbox_.fail("macro '" + name + "' has no argument called '" + std::string(argument) + "'");
        }
    }
    if (macro.uses_caller && caller_name_) frame_->set(*caller_name_, caller);
    if (macro.uses_kwargs && kwargs_name_) frame_->set(*kwargs_name_, kwargs);
    if (macro.uses_varargs && varargs_name_) {
        const std::vector<Value> rest(arguments.positional.begin() + static_cast<std::ptrdiff_t>(given), arguments.positional.end());
        frame_->set(*varargs_name_, Value::list(rest, sandbox_, Kind::tuple));
    }
    for (size_t i = 0; i < parameters.size(); ++i) {
        if (!bound[i]) frame_->set(parameters[i].first, parameters[i].second ? evaluate(*parameters[i].second) : Value());
    }
}

}  // namespace soliloquy::jinja
