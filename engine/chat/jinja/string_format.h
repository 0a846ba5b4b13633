/// engine/chat/jinja/string_format.h: '{} and {name}'.format(...); '%s' % ... is declared in operators.h.
#pragma once

#include <string>
#include <string_view>

#include "engine/chat/jinja/function.h"

namespace soliloquy::jinja {

/// A subset of Python's format(): {}, {0}, {name}, {0.attribute}, {0[key]}, !s and !r, and the specification
/// [[fill]align][sign][0][width][,][.precision][type] with types s d x X b o e f g %.
[[nodiscard]] Text brace_format(const Text& format, const Arguments& arguments, Sandbox& sandbox);

/// How one value is laid out, by either kind of format.
struct FormatSpecification {
    char fill = ' ';
    TextSource fill_source = TextSource::from_template;
    char align = '\0';  ///< '<', '>', '^', '=' (behind the sign), or by type
    char sign = '-';    ///< '+' and ' ' mark positive numbers
    bool thousands = false;
    bool alternative = false;  ///< '#': prefix of the base
    int width = 0;
    int precision = -1;
    char type = '\0';
};
/// The value by the specification; the sources of a string are kept.
[[nodiscard]] Text formatted(const Value& value, const FormatSpecification& how, Sandbox& sandbox);

}  // namespace soliloquy::jinja
