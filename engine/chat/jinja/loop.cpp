/// engine/chat/jinja/loop.cpp
#include "engine/chat/jinja/loop.h"

#include <algorithm>

#include "engine/chat/jinja/compare.h"
#include "engine/chat/jinja/function.h"

namespace soliloquy::jinja {

Value loop_attribute(const LoopObject& loop, std::string_view name) {
    const auto& items = loop.items.list().items;
    const auto size = static_cast<int64_t>(items.size());
    const auto index = static_cast<int64_t>(loop.index);
    if (name == "index") return Value::integer(index + 1);
    if (name == "index0") return Value::integer(index);
    if (name == "first") return Value::boolean(index == 0);
    if (name == "last") return Value::boolean(index + 1 == size);
    if (name == "length") return Value::integer(size);
    if (name == "revindex") return Value::integer(size - index);
    if (name == "revindex0") return Value::integer(size - index - 1);
    if (name == "depth") return Value::integer(1);  // of recursive loops, which there are none of
    if (name == "depth0") return Value::integer(0);
    if (name == "previtem") return loop.index > 0 && loop.index <= items.size() ? items[loop.index - 1] : Value();
    if (name == "nextitem") return loop.index + 1 < items.size() ? items[loop.index + 1] : Value();
    return {};
}

namespace {

Value cycle(Call& call) {
    const auto& values = call.arguments.positional;
    if (values.empty()) call.sandbox.fail("cycle() needs values to go through");
    return values[call.self.loop().index % values.size()];
}

Value changed(Call& call) {
    LoopObject& loop = call.self.loop();
    const auto& now = call.arguments.positional;
    const bool same = loop.changed_called && now.size() == loop.last_changed.size() &&
                      std::equal(now.begin(), now.end(), loop.last_changed.begin(),
                                 [&](const Value& a, const Value& b) { return equals(a, b, call.sandbox); });
    loop.changed_called = true;
    loop.last_changed = now;
    return Value::boolean(!same);
}

constexpr Signature kLoopMethods[] = {
    {"cycle", cycle, 0, {"*"}},
    {"changed", changed, 0, {"*"}},
};

}  // namespace

SignatureTable loop_methods() noexcept { return kLoopMethods; }

}  // namespace soliloquy::jinja
