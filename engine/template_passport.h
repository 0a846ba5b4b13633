/// engine/template_passport.h: what is unusual in a chat template. A template is a program that came with the model: it can say other
/// things to the model than the user wrote, and hide that behind a condition.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace soliloquy {

struct TemplateFinding {
    enum class Kind : uint8_t {
        unreadable,         ///< does not parse
        content_condition,  ///< acts differently when a message holds certain words
        content_rewritten,  ///< replaces words of a message
        date_condition,     ///< acts differently on certain dates
        reaches_inside,     ///< asks for the insides of an interpreter: "__class__"
        writes_address,     ///< puts a web address into the prompt
        invisible_text,     ///< puts letters that nobody can see into the prompt
        enormous,           ///< longer than templates are
    };
    Kind kind = Kind::unreadable;
    std::string words;     ///< the literal, the attribute, the address; shortened
    uint32_t line = 0;     ///< 0 = the whole template
    std::string sentence;  ///< for people
};

/// Findings in the order of the template; none for templates as model makers write them. Looks at the program only, renders nothing.
/// Which words a thinking format needs ("</think>", "/no_think") is built in; other words that conditions look for in messages are found
/// through variables, macros, filters and namespaces. No proof of harmlessness: a finding is a reason to read the template.
[[nodiscard]] std::vector<TemplateFinding> examine_template(std::string_view source);

}  // namespace soliloquy
