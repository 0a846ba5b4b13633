/// engine/chat/jinja/selection.cpp
#include "engine/chat/jinja/selection.h"

#include <charconv>

#include "engine/chat/jinja/operators.h"
#include "engine/chat/jinja/text_operations.h"

namespace soliloquy::jinja {

Value path_of(const Value& item, const Value& path, Sandbox& sandbox) {
    if (path.is_integral()) return element_at(item, path, sandbox);
    if (!path.is_string()) sandbox.fail("the name of an attribute is a string, not a value of type " + std::string(type_name(path)));
    Value value = item;
    for (const Text& part : split(path.text(), ".", -1, Side::left, sandbox)) {
        int64_t index = 0;
        const char* last = part.view().data() + part.size();
        const auto parsed = std::from_chars(part.view().data(), last, index);
        const bool number = parsed.ec == std::errc() && parsed.ptr == last && part.view()[0] != '-';
        value = element_at(value, number ? Value::integer(index) : Value::string(part, sandbox), sandbox);
    }
    return value;
}

SortKey::SortKey(Value attribute, bool case_sensitive, Sandbox& sandbox) : case_sensitive_(case_sensitive), sandbox_(sandbox) {
    if (attribute.is(Kind::none) || attribute.is_undefined()) return;
    if (!attribute.is_string()) {
        paths_.push_back(std::move(attribute));
        return;
    }
    for (Text& path : split(attribute.text(), ",", -1, Side::left, sandbox)) paths_.push_back(Value::string(std::move(path), sandbox));
}

Value SortKey::without_case(Value value) const {
    if (case_sensitive_ || !value.is_string()) return value;
    return Value::string(with_case(value.text(), Case::lower, sandbox_), sandbox_);
}

Value SortKey::of(const Value& item) const {
    if (paths_.empty()) return without_case(item);
    if (paths_.size() == 1) return without_case(path_of(item, paths_[0], sandbox_));
    std::vector<Value> parts;
    for (const Value& path : paths_) parts.push_back(without_case(path_of(item, path, sandbox_)));
    return Value::list(std::move(parts), sandbox_, Kind::tuple);
}

}  // namespace soliloquy::jinja
