/// engine/passport/template_passport.cpp: what the words of a template do, and how its shape differs from its family's.
#include "engine/template_passport.h"

#include <exception>
#include <iterator>

#include "engine/chat/chat_template.h"
#include "engine/passport/comparison.h"
#include "engine/passport/examiner.h"

namespace soliloquy {
namespace {

using Finding = TemplateFinding::Kind;

constexpr size_t kEnormous = 64 * 1024;  // the longest of 42 templates of model makers has 17 kB

void take(std::vector<TemplateFinding>& all, std::vector<TemplateFinding> more) {
    all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace

std::vector<TemplateFinding> examine_template(std::string_view source, std::string_view architecture) {
    std::vector<TemplateFinding> findings;
    try {
        if (source.size() > kEnormous) {
            findings.push_back(
                {Finding::enormous, {}, 0, "The template has " + std::to_string(source.size()) + " bytes; templates have up to 20,000."});
        }
        const auto parsed = jinja::parse_template(source);
        if (!parsed.ok()) {
            findings.push_back({Finding::unreadable, {}, 0, parsed.error().message});
            return findings;
        }
        take(findings, passport::Examiner(*parsed).run());
        const auto chat_template = ChatTemplate::parse(std::string(source));
        if (chat_template.ok()) take(findings, passport::compare_with_family(*chat_template, architecture));
    } catch (const std::exception&) {  // out of memory
        findings.push_back({Finding::unreadable, {}, 0, "There is not enough memory to examine the template."});
    }
    return findings;
}

}  // namespace soliloquy
