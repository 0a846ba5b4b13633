/// engine/passport/comparison.cpp
#include "engine/passport/comparison.h"

#include <algorithm>
#include <set>
#include <string>

#include "engine/chat/content_form.h"
#include "engine/chat/reasoning_profile.h"
#include "engine/passport/families.h"
#include "engine/passport/known_words.h"
#include "engine/passport/shape.h"

namespace soliloquy::passport {
namespace {

using Finding = TemplateFinding::Kind;

constexpr size_t kTurns = 5;  // so that a template cannot behave in the first turns only

std::string_view who(Role role) noexcept {
    return role == Role::system ? "the system message" : role == Role::user ? "the user" : "an earlier answer";
}

void erase_all(std::string& text, std::string_view mark) {
    if (mark.empty()) return;
    for (size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at)) text.replace(at, mark.size(), 1, ' ');
}

std::string in_quotes(std::string_view words) { return std::string("“").append(shortened(words)).append("”"); }

class Comparison {
  public:
    Comparison(const ChatTemplate& chat_template, std::string_view architecture)
        : template_(chat_template),
          architecture_(architecture),
          family_(recognise_family(chat_template.source())),
          thoughts_(choose_reasoning_family(chat_template.source(), [](std::string_view) { return std::nullopt; })) {}

    std::vector<TemplateFinding> run() {
        check_architecture();
        ContentForm form = content_form_of(template_);
        // Whether system messages have a place is what is asked here, so nothing is joined.
        form.system_before_user = false;
        const auto bare_messages = probe_conversation(false, kTurns);
        const auto bare = shape_of(template_, bare_messages, std::nullopt, form);
        if (!bare.ok()) {
            report(Finding::refuses_all, {},
                   "The template refuses even a plain conversation, so no chat is possible with it: " + bare.error().message, true);
            return std::move(findings_);
        }
        check_messages(*bare, bare_messages);
        const auto messages = probe_conversation(true, kTurns);
        const auto full = shape_of(template_, messages, true, form);
        if (full.ok()) {
            check_messages(*full, messages);
        } else if (family_ != nullptr) {
            report(Finding::refuses_system, {},
                   "The template refuses a conversation with a system message; those of the family " + name() + " take one.",
                   family_->may_lack_system);
        }
        if (family_ == nullptr) return std::move(findings_);
        check_frames(*bare, family_->without_system, 0);
        check_answer(bare->tail());
        if (full.ok()) {
            check_frames(*full, family_->beside_system, family_->after_system);
            check_answer(full->tail());
            check_thought(full->tail());
        }
        return std::move(findings_);
    }

  private:
    [[nodiscard]] std::string name() const { return std::string(family_->name); }

    void report(Finding kind, std::string_view words, std::string sentence, bool harmless = false) {
        if (seen_.insert({kind, std::string(words)}).second)
            findings_.push_back({kind, shortened(words), 0, std::move(sentence), harmless});
    }

    void check_architecture() {
        const auto expected = families_of_architecture(architecture_);
        if (expected.empty() || family_ == nullptr) return;
        if (std::find(expected.begin(), expected.end(), family_->name) != expected.end()) return;
        report(Finding::other_family, family_->name,
               "The template is of the family " + name() + "; models of the architecture " + std::string(architecture_) +
                   " were published with " + std::string(expected.front()) + ".");
    }

    void check_messages(const Shape& shape, const std::vector<ChatMessage>& messages) {
        for (size_t i = 0; i < messages.size(); ++i) {
            const std::string speaker(who(messages[i].role));
            const bool no_place = messages[i].role == Role::system && template_.source().find("system") == std::string_view::npos;
            if (shape.times[i] == 0 && no_place) {
                report(Finding::message_left_out, speaker, "The template has no place for a system message: the model will not see yours.",
                       true);
            } else if (shape.times[i] == 0) {
                report(Finding::message_left_out, speaker,
                       "What " + speaker + " says does not reach the model as it was written: the template leaves it out or changes it.");
            } else if (shape.times[i] > 1) {
                report(Finding::message_repeated, speaker, "The template writes what " + speaker + " says more than once.");
            }
        }
        if (!shape.in_order && !(family_ != nullptr && family_->moves_system)) {
            report(Finding::message_moved, {}, "The template puts the messages into another order.");
        }
    }

    /// What is left of a frame without the family's marks and those of thoughts.
    [[nodiscard]] std::string own_words(std::string text) const {
        std::vector<std::string_view> marks(family_->marks.begin(), family_->marks.end());
        marks.insert(marks.end(), {family_->answer, kProbeBos, kProbeEos});
        if (thoughts_ != nullptr) {
            for (const Spellings* spellings : {&thoughts_->open, &thoughts_->close, &thoughts_->answer_open, &thoughts_->answer_close}) {
                marks.insert(marks.end(), spellings->begin(), spellings->end());
            }
        }
        std::sort(marks.begin(), marks.end(), [](std::string_view a, std::string_view b) { return a.size() > b.size(); });
        for (const std::string_view mark : marks) erase_all(text, mark);
        std::string words(trimmed(text));
        if (thoughts_ != nullptr && !thoughts_->label.empty() && words == trimmed(thoughts_->label)) words.clear();
        return words;
    }

    /// The first frame may have words of the template's own, up to `most` bytes, and the second up to `after_system`; the others only
    /// marks.
    void check_frames(const Shape& shape, size_t most, size_t after_system) {
        for (size_t i = 0; i < shape.frames.size(); ++i) {
            const std::string words = own_words(shape.frames[i].text);
            if (words.empty()) continue;
            const std::string shown = in_quotes(words);
            if (i == 1 && words.size() <= after_system) continue;
            if (i > 0) {
                const std::string where = shape.frames[i].before ? "between messages" : "before the model's answer";
                report(Finding::own_words, words,
                       "The template writes " + shown + " " + where + "; those of the family " + name() + " write only marks there.");
            } else if (words.size() > most) {
                report(Finding::own_words, words,
                       "The template writes " + std::to_string(words.size()) + " bytes of its own at the beginning, " + shown +
                           "; those of the family " + name() + " write " +
                           (most == 0 ? std::string("nothing") : std::string("up to ").append(std::to_string(most))) + " there.");
            }
        }
    }

    void check_answer(std::string_view tail) {
        if (tail.find(family_->answer) != std::string_view::npos) return;
        report(Finding::answer_unopened, family_->answer,
               "The template does not open the model's turn with " + in_quotes(family_->answer) + " as those of the family " + name() +
                   " do.");
    }

    void check_thought(std::string_view tail) {
        if (thoughts_ == nullptr || thoughts_->harmony) return;
        const size_t opened = tail.rfind(family_->answer);
        if (opened == std::string_view::npos) return;
        for (const std::string_view close : thoughts_->close) {
            if (close.empty() || tail.find(close, opened) == std::string_view::npos) continue;
            report(Finding::thought_closed, close,
                   "The template closes the model's thought with “" + std::string(close) +
                       "” before it begins, though thinking was asked for.");
        }
    }

    const ChatTemplate& template_;
    std::string_view architecture_;
    const TemplateFamily* family_;
    const ReasoningFamily* thoughts_;
    std::set<std::pair<Finding, std::string>> seen_;
    std::vector<TemplateFinding> findings_;
};

}  // namespace

std::vector<TemplateFinding> compare_with_family(const ChatTemplate& chat_template, std::string_view architecture) {
    return Comparison(chat_template, architecture).run();
}

}  // namespace soliloquy::passport
