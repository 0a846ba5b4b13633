/// engine/chat/jinja/print.h: values as text: str(), repr() and JSON, as Python writes them.
#pragma once

#include <optional>
#include <string>

#include "engine/chat/jinja/value.h"

namespace soliloquy::jinja {

/// str(value). Strings keep their sources; all else that is written (digits, brackets, quotes) are template bytes.
[[nodiscard]] Text to_text(const Value& value, Sandbox& sandbox);
/// Appends str(value) without a copy of a string.
void append_text(Text& out, const Value& value, Sandbox& sandbox);
[[nodiscard]] Text repr(const Value& value, Sandbox& sandbox);
/// The shortest digits that read back as the same double: "1.0", "1e+16", "0.0001", "1e-05", "inf", "nan".
[[nodiscard]] std::string repr(double number);

struct JsonFormat {
    std::optional<Text> indent;  ///< of one level; newlines between elements when set
    Text item_separator{", ", TextSource::from_template}, key_separator{": ", TextSource::from_template};
    bool sort_keys = false;
    bool ascii = false;
};
/// json.dumps(value). Fails for what JSON cannot hold.
[[nodiscard]] Text to_json(const Value& value, const JsonFormat& format, Sandbox& sandbox);

}  // namespace soliloquy::jinja
