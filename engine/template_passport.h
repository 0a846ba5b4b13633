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
        refuses_all,        ///< cannot render the plainest conversation: no chat is possible with it
        message_left_out,   ///< a message of the conversation does not reach the model, or not as it was written
        message_repeated,   ///< a message is written more than once
        message_moved,      ///< messages are written in another order
        own_words,          ///< writes words of its own where its family writes marks only, or many more than its family does
        answer_unopened,    ///< does not open the model's turn as its family does
        thought_closed,     ///< closes the thought before the model could think, though thinking was asked for
        refuses_system,     ///< cannot render a conversation with a system message, though its family can
        other_family,       ///< speaks another family's marks than models of this architecture do
    };
    Kind kind = Kind::unreadable;
    std::string words;     ///< the literal, the attribute, the address; shortened
    uint32_t line = 0;     ///< 0 = the whole template
    std::string sentence;  ///< for people
    /// A limit that honest templates have too (a model that was never taught system messages): to be told, no reason to distrust.
    bool harmless = false;
};

/// Findings in the order of the template, then differences from its family; none for templates as model makers write them.
/// Words: which ones a thinking format needs ("</think>", "/no_think") is built in; other words that conditions look for in messages are
/// found through variables, macros, filters and namespaces. Shape: a conversation of our own is rendered, within the bounds of every
/// rendering, and what the template writes around its messages is compared with what templates of the same family have in common; a
/// template of no known family is only asked whether all messages arrive. `architecture` is general.architecture, or empty.
/// No proof of harmlessness: a finding is a reason to read the template.
[[nodiscard]] std::vector<TemplateFinding> examine_template(std::string_view source, std::string_view architecture = {});

}  // namespace soliloquy
