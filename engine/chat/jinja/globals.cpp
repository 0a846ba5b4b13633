/// engine/chat/jinja/globals.cpp: the functions that every template can call.
#include "engine/chat/jinja/clock.h"
#include "engine/chat/jinja/compare.h"
#include "engine/chat/jinja/function.h"
#include "engine/chat/jinja/print.h"

namespace soliloquy::jinja {

namespace {

void set_entries(Call& call, DictObject& dict) {
    if (call.arguments.positional.size() > 1) call.sandbox.fail("at most one argument without a name");
    if (!call.arguments.positional.empty()) {
        const Value& from = call.arguments.positional[0];
        if (from.is_dict()) {
            const auto entries = from.dict().entries;
            for (const auto& [key, value] : entries) dict.set(key, value);
        } else {
            for (const Value& pair : elements_of(from, call.sandbox)) {
                const auto parts = elements_of(pair, call.sandbox);
                if (parts.size() != 2) call.sandbox.fail("expected a dict, or pairs of keys and values");
                require_key(parts[0], call.sandbox);
                dict.set(parts[0], parts[1]);
            }
        }
    }
    for (const auto& [name, value] : call.arguments.named) dict.set(name, value);
}

Value name_space(Call& call) {
    Value result = Value::dict(call.sandbox, Kind::name_space);
    set_entries(call, result.dict());
    return result;
}

Value dict(Call& call) {
    Value result = Value::dict(call.sandbox);
    set_entries(call, result.dict());
    return result;
}

Value range(Call& call) {
    const int64_t start = call.has(1) ? call.integer(0, 0) : 0;
    const int64_t stop = call.integer(call.has(1) ? 1 : 0, 0);
    const int64_t step = call.integer(2, 1);
    if (step == 0) call.sandbox.fail("range(): the step cannot be zero");
    const uint64_t width = step > 0 ? static_cast<uint64_t>(step) : uint64_t{0} - static_cast<uint64_t>(step);
    uint64_t distance = 0;
    if (step > 0 && stop > start) distance = static_cast<uint64_t>(stop) - static_cast<uint64_t>(start);
    if (step < 0 && start > stop) distance = static_cast<uint64_t>(start) - static_cast<uint64_t>(stop);
    const uint64_t count = distance / width + (distance % width != 0 ? 1 : 0);
    if (count > call.sandbox.limits().range_length) {
        call.sandbox.fail("range() of " + std::to_string(count) + " numbers; at most " +
                          std::to_string(call.sandbox.limits().range_length));
    }
    call.sandbox.require(count * sizeof(Value));
    call.sandbox.step(count);
    std::vector<Value> items;
    items.reserve(count);
    for (uint64_t i = 0; i < count; ++i)
        items.push_back(Value::integer(static_cast<int64_t>(static_cast<uint64_t>(start) + i * static_cast<uint64_t>(step))));
    return Value::list(std::move(items), call.sandbox);
}

Value raise_exception(Call& call) {
    const Text reason = to_text(call[0], call.sandbox);
    call.sandbox.fail("the template refuses this conversation: " + std::string(reason.view()));
}

// The moment is bound to the function as `self`.
Value strftime_now(Call& call) {
    if (!call[0].is_string()) call.sandbox.fail("strftime_now(): expected a format");
    call.sandbox.require(call[0].view().size() * 32);
    call.sandbox.work(call[0].view().size() * 32);
    return Value::string(Text(format_time(call.self.view(), call[0].view()), call[0].text().source()), call.sandbox);
}

constexpr Signature kGlobals[] = {
    {"namespace", name_space, 0, {"*"}},
    {"dict", dict, 0, {"*"}},
    {"range", range, 1, {"start", "stop", "step"}},
    {"raise_exception", raise_exception, 1, {"message"}},
    {"strftime_now", strftime_now, 1, {"format"}},
};

}  // namespace

SignatureTable global_functions() noexcept { return kGlobals; }

}  // namespace soliloquy::jinja
