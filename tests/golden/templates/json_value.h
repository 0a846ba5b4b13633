/// tests/golden/templates/json_value.h: JSON of the reference files as template values, all strings content but known roles.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "engine/chat/jinja/value.h"

namespace soliloquy::testing {

inline jinja::Value value_of(const nlohmann::ordered_json& json, bool is_role = false) {
    using jinja::Value;
    if (json.is_null()) return Value::none();
    if (json.is_boolean()) return Value::boolean(json.get<bool>());
    if (json.is_number_integer()) return Value::integer(json.get<int64_t>());
    if (json.is_number()) return Value::real(json.get<double>());
    if (json.is_string()) return Value::string(json.get<std::string>(), is_role ? TextSource::from_template : TextSource::from_content);
    if (json.is_array()) {
        std::vector<Value> items;
        for (const auto& item : json) items.push_back(value_of(item));
        return Value::list(std::move(items));
    }
    std::vector<std::pair<Value, Value>> entries;
    for (const auto& [key, item] : json.items()) {
        entries.emplace_back(Value::string(key, TextSource::from_content), value_of(item, key == "role"));
    }
    return Value::dict(std::move(entries));
}

}  // namespace soliloquy::testing
