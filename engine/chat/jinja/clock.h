/// engine/chat/jinja/clock.h: dates for templates that tell the model what day it is.
#pragma once

#include <string>
#include <string_view>

namespace soliloquy::jinja {

/// The local time as "2026-07-04T12:34:56".
[[nodiscard]] std::string local_time();
/// strftime in the C locale of a moment written as local_time() does; digits that are missing count as zeros.
/// %-d and its like drop the leading zeros. Unknown directives stay as they are written.
[[nodiscard]] std::string format_time(std::string_view moment, std::string_view format);

}  // namespace soliloquy::jinja
