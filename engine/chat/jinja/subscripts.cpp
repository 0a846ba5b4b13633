/// engine/chat/jinja/subscripts.cpp: attributes, elements and slices; declared in operators.h.
#include <algorithm>

#include "engine/chat/jinja/compare.h"
#include "engine/chat/jinja/function.h"
#include "engine/chat/jinja/loop.h"
#include "engine/chat/jinja/operators.h"
#include "engine/chat/jinja/unicode.h"

namespace soliloquy::jinja {

namespace {

[[noreturn]] void fail_missing(const Value& object, std::string_view name, const Sandbox& sandbox) {
    sandbox.fail("'" + std::string(name) + "' of an " + std::string(type_name(object)) + " value");
}

// The letters [first, first + step, ...] of a text, `count` of them.
Text letters_of(const Text& text, int64_t first, int64_t step, int64_t count, Sandbox& sandbox) {
    const std::string_view bytes = text.view();
    sandbox.work(bytes.size() * 2);
    if (step == 1) {
        const size_t begin = offset_of_letter(bytes, static_cast<size_t>(first));
        return text.slice(begin, offset_of_letter(bytes.substr(begin), static_cast<size_t>(count)));
    }
    std::vector<uint32_t> offsets;
    sandbox.require(bytes.size() * sizeof(uint32_t));
    for (size_t offset = 0; offset < bytes.size(); offset += letter_at(bytes, offset).bytes)
        offsets.push_back(static_cast<uint32_t>(offset));
    Text result;
    for (int64_t i = 0; i < count; ++i) {
        const size_t offset = offsets[static_cast<size_t>(first + i * step)];
        result.append(text, offset, letter_at(bytes, offset).bytes);
    }
    return result;
}

int64_t slice_bound(const Value& bound, int64_t otherwise, int64_t lowest, int64_t highest, int64_t size, const Sandbox& sandbox) {
    if (bound.is_undefined() || bound.is(Kind::none)) return otherwise;
    if (!bound.is_integral()) sandbox.fail("the bounds of a slice are integers, not values of type " + std::string(type_name(bound)));
    const int64_t index = bound.as_integer();
    return std::clamp(index < 0 ? index + size : index, lowest, highest);
}

}  // namespace

Value attribute_of(const Value& object, std::string_view name, Sandbox& sandbox) {
    if (object.is_undefined()) fail_missing(object, name, sandbox);
    if (const Signature* method = find_method(object, name)) return make_function(*method, object, sandbox);
    if (object.is(Kind::loop)) return loop_attribute(object.loop(), name);
    if (object.is_dict() || object.is(Kind::name_space)) {
        if (const Value* entry = object.dict().find(name)) return *entry;
    }
    return {};
}

Value element_at(const Value& object, const Value& index, Sandbox& sandbox) {
    switch (object.kind()) {
        case Kind::undefined:
            fail_missing(object, index.is_string() ? index.view() : "an element", sandbox);
        case Kind::dict:
            if (!can_be_key(index)) return {};
            if (const Value* entry = object.dict().find(index)) return *entry;
            break;
        case Kind::string:
        case Kind::list:
        case Kind::tuple:
            if (index.is_integral()) {
                const auto size = static_cast<int64_t>(*length_of(object, sandbox));
                int64_t i = index.as_integer();
                if (i < 0) i += size;
                if (i < 0 || i >= size) return {};
                if (object.is_string()) return Value::string(letters_of(object.text(), i, 1, 1, sandbox), sandbox);
                return object.list().items[static_cast<size_t>(i)];
            }
            break;
        default:
            break;
    }
    if (index.is_string() && (object.is(Kind::loop) || object.is(Kind::name_space))) return attribute_of(object, index.view(), sandbox);
    if (index.is_string()) {
        if (const Signature* method = find_method(object, index.view())) return make_function(*method, object, sandbox);
    }
    return {};
}

Value slice_of(const Value& object, const Value& start, const Value& stop, const Value& step, Sandbox& sandbox) {
    if (object.is_undefined()) fail_missing(object, "a slice", sandbox);
    if (!object.is_string() && !object.is(Kind::list) && !object.is(Kind::tuple)) return {};
    const auto size = static_cast<int64_t>(*length_of(object, sandbox));
    int64_t stride = 1;
    if (!step.is_undefined() && !step.is(Kind::none)) {
        if (!step.is_integral()) sandbox.fail("the step of a slice is an integer, not a value of type " + std::string(type_name(step)));
        stride = step.as_integer();
    }
    if (stride == 0) sandbox.fail("the step of a slice cannot be zero");
    // Steps beyond the length select one element at most.
    stride = std::clamp<int64_t>(stride, -size - 1, size + 1);
    const bool forward = stride > 0;
    const int64_t first = slice_bound(start, forward ? 0 : size - 1, forward ? 0 : -1, forward ? size : size - 1, size, sandbox);
    const int64_t end = slice_bound(stop, forward ? size : -1, forward ? 0 : -1, forward ? size : size - 1, size, sandbox);
    const int64_t distance = forward ? end - first : first - end;
    const int64_t width = forward ? stride : -stride;
    const int64_t count = distance <= 0 ? 0 : (distance + width - 1) / width;
    if (object.is_string()) return Value::string(count == 0 ? Text() : letters_of(object.text(), first, stride, count, sandbox), sandbox);
    sandbox.require(static_cast<size_t>(count) * sizeof(Value));
    std::vector<Value> items;
    items.reserve(static_cast<size_t>(count));
    for (int64_t i = 0; i < count; ++i) items.push_back(object.list().items[static_cast<size_t>(first + i * stride)]);
    return Value::list(std::move(items), sandbox, object.kind());
}

}  // namespace soliloquy::jinja
