/// engine/passport/examiner.h: follows the text of messages through the variables of a template and reports where words decide.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "engine/chat/jinja/ast.h"
#include "engine/chat/jinja/interpreter.h"
#include "engine/passport/known_words.h"
#include "engine/template_passport.h"

namespace soliloquy::passport {

using namespace jinja;  // NOLINT(google-build-using-namespace): this page and its two sources read these trees
using Finding = TemplateFinding::Kind;

/// How much of a message an expression holds; a mixture is the greatest of its parts.
enum class Holds : uint8_t { nothing, date, message, part, texts, text };

inline std::string_view literal_text(const Expression* expression) {
    if (expression == nullptr || expression->kind != ExpressionKind::literal) return {};
    const Value& value = static_cast<const Literal&>(*expression).value;
    return value.is_string() ? value.view() : std::string_view();
}

/// The name of a named argument.
template <typename Name>
std::string_view name_of(const Name& name) {
    if constexpr (std::is_convertible_v<const Name&, std::string_view>)
        return name;
    else
        return name.is_string() ? name.view() : std::string_view();
}

/// Runs over a template until no variable learns more, then once again to report.
class Examiner {
  public:
    /// `source` must outlive this.
    explicit Examiner(const Template& source) : source_(source), names_(source.names.size()), constants_(source.names.size()) {
        for (size_t i = 0; i < source.names.size(); ++i)
            if (source.names[i] == "messages") names_[i] = Holds::message;
    }

    std::vector<TemplateFinding> run() {
        find_macros(source_.body);
        for (int round = 0; round < kMostRounds; ++round) {
            changed_ = false;
            walk(source_.body);
            if (!changed_) break;
        }
        recording_ = true;
        walk(source_.body);
        return std::move(findings_);
    }

  private:
    static constexpr int kMostRounds = 12;  // a variable passed through more names than this is not followed further
    using Words = std::set<std::string, std::less<>>;

    void report(Finding kind, std::string_view words, Position at, std::string sentence) {
        if (!recording_ || !seen_.insert({kind, std::string(words)}).second) return;
        findings_.push_back({kind, shortened(words), at.line, std::move(sentence)});
    }
    void report_words(Finding kind, const Words& words, Position at) {
        for (const std::string& word : words) {
            if (is_expected_in_messages(word)) continue;
            const std::string shown = "“" + shortened(trimmed(word)) + "”";
            report(kind, word, at,
                   kind == Finding::content_rewritten ? "The template changes " + shown + " where a message holds it."
                                                      : "The template acts differently when a message holds " + shown + ".");
        }
    }

    // ---- statements
    void find_macros(const Block& block) {
        for (const StatementPtr& statement : block) {
            if (statement->kind == StatementKind::macro) {
                const auto& macro = static_cast<const MacroStatement&>(*statement);
                macros_[macro.name] = &macro;
                find_macros(macro.body);
            } else if (statement->kind == StatementKind::if_) {
                const auto& branch = static_cast<const IfStatement&>(*statement);
                for (const auto& [condition, body] : branch.branches) find_macros(body);
                find_macros(branch.otherwise);
            } else if (statement->kind == StatementKind::for_) {
                find_macros(static_cast<const ForStatement&>(*statement).body);
            }
        }
    }
    void raise(Holds& where, Holds what) {
        if (what <= where) return;
        where = what;
        changed_ = true;
    }
    void note_constants(Words& where, const Words& what) {
        for (const std::string& word : what) changed_ = where.insert(word).second || changed_;
    }
    void assign(const Target& target, Holds held, const Words& words) {
        if (!target.parts.empty()) {
            // Only items() gives pairs: a name, which is no text of the message, and its value.
            for (size_t i = 0; i < target.parts.size(); ++i) assign(target.parts[i], i == 0 ? Holds::nothing : held, {});
        } else if (target.attribute) {
            raise(attributes_[*target.attribute], held);
            note_constants(attribute_constants_[*target.attribute], words);
        } else {
            raise(names_[target.name], held);
            note_constants(constants_[target.name], words);
        }
    }
    void walk(const Block& block) {
        for (const StatementPtr& statement : block) walk(*statement);
    }
    void walk(const Statement& statement);
    /// Where "x is mapping" holds, x is a part of a message and `'word' in x` asks for a key.
    void walk_branch(const Expression* condition, const Block& body) {
        const auto* test = condition->kind == ExpressionKind::test ? static_cast<const TestExpression*>(condition) : nullptr;
        if (test == nullptr || test->name != "mapping" || test->input->kind != ExpressionKind::name) return walk(body);
        const NameId name = static_cast<const NameExpression&>(*test->input).name;
        const Holds outside = names_[name];
        names_[name] = std::min(outside, Holds::part);
        walk(body);
        names_[name] = std::max(names_[name], outside);
    }
    void walk_for(const ForStatement& loop) {
        const Holds items = look(loop.items.get());
        Holds each = items;
        if (items == Holds::texts) each = Holds::text;
        if (items == Holds::text) each = Holds::part;  // one letter, or one part of a message of several
        assign(loop.target, each, literals(loop.items.get()));
        look(loop.condition.get());
        walk(loop.body);
        walk(loop.otherwise);
    }
    void walk_macro(const MacroStatement& macro) {
        for (const auto& [name, value] : macro.signature.parameters) {
            if (value != nullptr) assign({name, {}, {}}, look(value.get()), literals(value.get()));
        }
        walk(macro.body);
    }
    void look_at_data(const DataStatement& data);

    // ---- expressions
    Holds look(const Expression* expression);
    Holds look_attribute(const AttributeExpression& node);
    Holds look_subscript(const SubscriptExpression& node);
    Holds look_call(const CallExpression& node);
    Holds look_method(const CallExpression& node, const AttributeExpression& method);
    Holds look_filter(const FilterExpression& node);
    Holds look_test(const TestExpression& node);
    Holds look_comparison(const ComparisonExpression& node);
    Holds look_arguments(const ArgumentExpressions& arguments) {
        Holds most = Holds::nothing;
        for (const auto& each : arguments.positional) most = std::max(most, look(each.get()));
        for (const auto& each : arguments.named) {
            const Holds held = look(each.second.get());
            const std::string name(name_of(each.first));
            raise(attributes_[name], held);  // namespace(x = ...)
            note_constants(attribute_constants_[name], literals(each.second.get()));
            most = std::max(most, held);
        }
        look(arguments.more_positional.get());
        look(arguments.more_named.get());
        return most;
    }
    static bool is_content_name(std::string_view name) { return name == "content"; }
    void check_name(std::string_view name, Position at) {
        if (name.size() > 4 && name.starts_with("__"))
            report(Finding::reaches_inside, name, at,
                   "The template asks for “" + shortened(name) + "”, which no template needs; here it gives nothing.");
    }

    /// Every string literal in an expression, through variables that were set to literals.
    Words literals(const Expression* expression) const {
        Words words;
        collect(expression, words, 0);
        return words;
    }
    void collect(const Expression* expression, Words& words, int depth) const;
    Words literals(const ArgumentExpressions& arguments, size_t from) const {
        Words words;
        for (size_t i = from; i < arguments.positional.size(); ++i) collect(arguments.positional[i].get(), words, 0);
        return words;
    }

    const Template& source_;
    std::vector<Holds> names_;
    std::vector<Words> constants_;
    std::map<std::string, Holds, std::less<>> attributes_;  // of namespaces
    std::map<std::string, Words, std::less<>> attribute_constants_;
    std::map<NameId, const MacroStatement*> macros_;
    std::set<std::pair<Finding, std::string>> seen_;
    std::vector<TemplateFinding> findings_;
    bool changed_ = false, recording_ = false;
};

}  // namespace soliloquy::passport
