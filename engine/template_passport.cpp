/// engine/template_passport.cpp: follows the text of messages through the variables of a template and reports where words decide.
#include "engine/template_passport.h"

#include <algorithm>
#include <exception>
#include <iterator>
#include <map>
#include <set>
#include <type_traits>

#include "engine/chat/jinja/ast.h"
#include "engine/chat/jinja/interpreter.h"

namespace soliloquy {
namespace {

using namespace jinja;  // NOLINT(google-build-using-namespace): this page reads its trees
using Finding = TemplateFinding::Kind;

constexpr size_t kEnormous = 64 * 1024;  // the longest of 42 templates of model makers has 17 kB
constexpr size_t kShownWords = 60;
constexpr int kMostRounds = 12;  // a variable passed through more names than this is not followed further

/// What model makers look for in messages: marks of thoughts and tool calls, and the switches of thinking.
constexpr std::string_view kKnownMarks[] = {"<think>",
                                            "</think>",
                                            "<thinking>",
                                            "</thinking>",
                                            "<thought>",
                                            "</thought>",
                                            "/think",
                                            "/no_think",
                                            "/nothink",
                                            "[THINK]",
                                            "[/THINK]",
                                            "<seed:think>",
                                            "</seed:think>",
                                            "<mm:think>",
                                            "</mm:think>",
                                            "<|think|>",
                                            "<|thinking|>",
                                            "<|/think|>",
                                            "<tool_call>",
                                            "</tool_call>",
                                            "<tool_response>",
                                            "</tool_response>",
                                            "<tool_calls>",
                                            "</tool_calls>",
                                            "<|channel|>",
                                            "<|message|>",
                                            "<|end|>",
                                            "</assistant>",
                                            "<assistant>",
                                            "<|channel|>analysis<|message|>",
                                            "<|channel|>final<|message|>",
                                            "<tool_def_sep>",
                                            "<tool_sep>",
                                            "[BEGIN FINAL RESPONSE]",
                                            "<channel|>",
                                            "<|channel>",
                                            "CONTINUE_FINAL_MESSAGE_TAG"};

/// How much of a message an expression holds; a mixture is the greatest of its parts.
enum class Holds : uint8_t { nothing, date, message, part, texts, text };

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kSpace = " \t\r\n";
    const size_t begin = text.find_first_not_of(kSpace);
    return begin == std::string_view::npos ? std::string_view() : text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

bool is_expected(std::string_view words) {
    words = trimmed(words);
    const bool has_letter = std::any_of(words.begin(), words.end(), [](char letter) {
        const auto byte = static_cast<unsigned char>(letter);
        return byte >= 0x80 || (byte >= '0' && byte <= '9') || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z');
    });
    return !has_letter || std::find(std::begin(kKnownMarks), std::end(kKnownMarks), words) != std::end(kKnownMarks);
}

std::string shortened(std::string_view words) {
    size_t cut = std::min(words.size(), kShownWords);
    while (cut > 0 && cut < words.size() && (static_cast<unsigned char>(words[cut]) & 0xC0u) == 0x80u) --cut;
    return std::string(words.substr(0, cut)) + (cut < words.size() ? "…" : "");
}

std::string_view literal_text(const Expression* expression) {
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

class Examiner {
  public:
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
    using Words = std::set<std::string, std::less<>>;

    void report(Finding kind, std::string_view words, Position at, std::string sentence) {
        if (!recording_ || !seen_.insert({kind, std::string(words)}).second) return;
        findings_.push_back({kind, shortened(words), at.line, std::move(sentence)});
    }
    void report_words(Finding kind, const Words& words, Position at) {
        for (const std::string& word : words) {
            if (is_expected(word)) continue;
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

void Examiner::walk(const Statement& statement) {
    switch (statement.kind) {
        case StatementKind::data:
            return look_at_data(static_cast<const DataStatement&>(statement));
        case StatementKind::print:
            look(static_cast<const PrintStatement&>(statement).value.get());
            return;
        case StatementKind::if_: {
            const auto& branch = static_cast<const IfStatement&>(statement);
            for (const auto& [condition, body] : branch.branches) {
                look(condition.get());
                walk_branch(condition.get(), body);
            }
            return walk(branch.otherwise);
        }
        case StatementKind::for_:
            return walk_for(static_cast<const ForStatement&>(statement));
        case StatementKind::set: {
            const auto& set = static_cast<const SetStatement&>(statement);
            const Holds held = look(set.value.get());
            return assign(set.target, held, held == Holds::nothing ? literals(set.value.get()) : Words());
        }
        case StatementKind::set_block: {
            const auto& set = static_cast<const SetBlockStatement&>(statement);
            walk(set.body);
            return assign(set.target, Holds::text, {});  // whatever the block prints
        }
        case StatementKind::macro:
            return walk_macro(static_cast<const MacroStatement&>(statement));
        case StatementKind::call_block: {
            const auto& call = static_cast<const CallBlockStatement&>(statement);
            look(call.call.get());
            if (call.caller != nullptr) walk_macro(*call.caller);
            return;
        }
        case StatementKind::filter_block:
            return walk(static_cast<const FilterBlockStatement&>(statement).body);
        case StatementKind::with: {
            const auto& with = static_cast<const WithStatement&>(statement);
            for (const auto& [target, value] : with.assignments) assign(target, look(value.get()), literals(value.get()));
            return walk(with.body);
        }
        case StatementKind::scope:
            return walk(static_cast<const ScopeStatement&>(statement).body);
        case StatementKind::do_:
            look(static_cast<const DoStatement&>(statement).value.get());
            return;
        case StatementKind::break_:
        case StatementKind::continue_:
            return;
    }
}

void Examiner::look_at_data(const DataStatement& data) {
    const std::string_view text = data.text;
    for (const std::string_view scheme : {"http://", "https://"}) {
        const size_t at = text.find(scheme);
        if (at == std::string_view::npos) continue;
        const std::string_view address = text.substr(at, text.find_first_of(" \t\r\n\"'<>)", at) - at);
        report(Finding::writes_address, address, data.at, "The template writes the address “" + shortened(address) + "” into the prompt.");
    }
    // U+200B..U+200F and U+202A..U+202E (E2 80 8B..8F, AA..AE), U+2060..U+2069 (E2 81 A0..A9), tags U+E0000..U+E007F (F3 A0 80/81).
    for (size_t i = 0; i + 2 < text.size(); ++i) {
        const auto byte = [&](size_t k) { return static_cast<unsigned char>(text[i + k]); };
        const bool zero_width =
            byte(0) == 0xE2 && byte(1) == 0x80 && ((byte(2) >= 0x8B && byte(2) <= 0x8F) || (byte(2) >= 0xAA && byte(2) <= 0xAE));
        const bool joiner = byte(0) == 0xE2 && byte(1) == 0x81 && byte(2) >= 0xA0 && byte(2) <= 0xA9;
        const bool tag = byte(0) == 0xF3 && byte(1) == 0xA0 && (byte(2) == 0x80 || byte(2) == 0x81);
        if (!zero_width && !joiner && !tag) continue;
        report(Finding::invisible_text, "", data.at, "The template writes letters that cannot be seen into the prompt.");
        return;
    }
}

void Examiner::collect(const Expression* expression, Words& words, int depth) const {
    if (expression == nullptr || depth > 8) return;
    switch (expression->kind) {
        case ExpressionKind::literal:
            if (const auto text = literal_text(expression); !text.empty()) words.emplace(text);
            return;
        case ExpressionKind::name: {
            const Words& known = constants_[static_cast<const NameExpression&>(*expression).name];
            words.insert(known.begin(), known.end());
            return;
        }
        case ExpressionKind::attribute: {
            const auto known = attribute_constants_.find(static_cast<const AttributeExpression&>(*expression).name);
            if (known != attribute_constants_.end()) words.insert(known->second.begin(), known->second.end());
            return;
        }
        case ExpressionKind::sequence:
            for (const auto& item : static_cast<const SequenceExpression&>(*expression).items) collect(item.get(), words, depth + 1);
            return;
        case ExpressionKind::dict:
            for (const auto& entry : static_cast<const DictExpression&>(*expression).entries) collect(entry.first.get(), words, depth + 1);
            return;
        case ExpressionKind::concat:
            for (const auto& piece : static_cast<const ConcatExpression&>(*expression).pieces) collect(piece.get(), words, depth + 1);
            return;
        case ExpressionKind::binary:
            collect(static_cast<const BinaryExpression&>(*expression).left.get(), words, depth + 1);
            return collect(static_cast<const BinaryExpression&>(*expression).right.get(), words, depth + 1);
        case ExpressionKind::conditional:
            collect(static_cast<const ConditionalExpression&>(*expression).then.get(), words, depth + 1);
            return collect(static_cast<const ConditionalExpression&>(*expression).otherwise.get(), words, depth + 1);
        case ExpressionKind::filter:
            return collect(static_cast<const FilterExpression&>(*expression).input.get(), words, depth + 1);
        default:
            return;
    }
}

Holds Examiner::look(const Expression* expression) {
    if (expression == nullptr) return Holds::nothing;
    switch (expression->kind) {
        case ExpressionKind::literal:
            return Holds::nothing;
        case ExpressionKind::name:
            return names_[static_cast<const NameExpression&>(*expression).name];
        case ExpressionKind::sequence: {
            Holds most = Holds::nothing;
            for (const auto& item : static_cast<const SequenceExpression&>(*expression).items) most = std::max(most, look(item.get()));
            return most == Holds::text ? Holds::texts : most;
        }
        case ExpressionKind::dict: {
            Holds most = Holds::nothing;
            for (const auto& entry : static_cast<const DictExpression&>(*expression).entries) {
                look(entry.first.get());
                most = std::max(most, look(entry.second.get()));
            }
            return std::min(most, Holds::message);
        }
        case ExpressionKind::attribute:
            return look_attribute(static_cast<const AttributeExpression&>(*expression));
        case ExpressionKind::subscript:
            return look_subscript(static_cast<const SubscriptExpression&>(*expression));
        case ExpressionKind::slice:
            return look(static_cast<const SliceExpression&>(*expression).object.get());
        case ExpressionKind::call:
            return look_call(static_cast<const CallExpression&>(*expression));
        case ExpressionKind::filter:
            return look_filter(static_cast<const FilterExpression&>(*expression));
        case ExpressionKind::test:
            return look_test(static_cast<const TestExpression&>(*expression));
        case ExpressionKind::unary:
            look(static_cast<const UnaryExpression&>(*expression).operand.get());
            return Holds::nothing;
        case ExpressionKind::binary: {
            const auto& node = static_cast<const BinaryExpression&>(*expression);
            const Holds left = look(node.left.get()), right = look(node.right.get());
            const Holds most = std::max(left, right);
            return node.operation == BinaryOperator::add && most == Holds::part ? Holds::text : most;
        }
        case ExpressionKind::comparison:
            return look_comparison(static_cast<const ComparisonExpression&>(*expression));
        case ExpressionKind::concat: {
            Holds most = Holds::nothing;
            for (const auto& piece : static_cast<const ConcatExpression&>(*expression).pieces) most = std::max(most, look(piece.get()));
            return most >= Holds::message ? Holds::text : most;
        }
        case ExpressionKind::conditional: {
            const auto& node = static_cast<const ConditionalExpression&>(*expression);
            look(node.condition.get());
            const Holds then = look(node.then.get()), otherwise = look(node.otherwise.get());
            return std::max(then, otherwise);
        }
    }
    return Holds::nothing;
}

Holds Examiner::look_attribute(const AttributeExpression& node) {
    check_name(node.name, node.at);
    const Holds object = look(node.object.get());
    if (is_content_name(node.name) || (object == Holds::part && node.name == "text")) return Holds::text;
    const auto own = attributes_.find(node.name);
    return own != attributes_.end() && object == Holds::nothing ? own->second : Holds::nothing;
}

Holds Examiner::look_subscript(const SubscriptExpression& node) {
    const Holds object = look(node.object.get());
    const Holds index = look(node.index.get());
    const std::string_view key = literal_text(node.index.get());
    check_name(key, node.at);
    if (index >= Holds::texts) report_words(Finding::content_condition, literals(node.object.get()), node.at);  // {'word': ...}[content]
    if (is_content_name(key)) return Holds::text;
    if (object == Holds::texts) return Holds::text;
    if (!key.empty()) return (object == Holds::part || object == Holds::text) && key == "text" ? Holds::text : Holds::nothing;
    return object;
}

Holds Examiner::look_call(const CallExpression& node) {
    if (node.callee->kind == ExpressionKind::attribute) {
        return look_method(node, static_cast<const AttributeExpression&>(*node.callee));
    }
    const Holds most = look_arguments(node.arguments);
    if (node.callee->kind != ExpressionKind::name) {
        look(node.callee.get());
        return most;
    }
    const NameId name = static_cast<const NameExpression&>(*node.callee).name;
    if (source_.names[name] == "strftime_now") return Holds::date;
    const auto macro = macros_.find(name);
    if (macro == macros_.end()) return Holds::nothing;  // namespace(), range(), raise_exception()
    const auto& parameters = macro->second->signature.parameters;
    for (size_t i = 0; i < std::min(parameters.size(), node.arguments.positional.size()); ++i) {
        const Expression* given = node.arguments.positional[i].get();
        assign({parameters[i].first, {}, {}}, look(given), literals(given));
    }
    for (const auto& [key, value] : node.arguments.named) {
        for (const auto& parameter : parameters)
            if (source_.names[parameter.first] == name_of(key)) assign({parameter.first, {}, {}}, look(value.get()), literals(value.get()));
    }
    return most >= Holds::message ? Holds::text : Holds::nothing;
}

Holds Examiner::look_method(const CallExpression& node, const AttributeExpression& method) {
    check_name(method.name, method.at);
    const Holds object = look(method.object.get());
    const Holds arguments = look_arguments(node.arguments);
    const std::string_view name = method.name;
    const std::string_view first =
        node.arguments.positional.empty() ? std::string_view() : literal_text(node.arguments.positional[0].get());
    const auto is = [name](std::initializer_list<std::string_view> names) {
        return std::find(names.begin(), names.end(), name) != names.end();
    };
    if (name == "get") {
        if (arguments >= Holds::texts && object == Holds::nothing)
            report_words(Finding::content_condition, literals(method.object.get()), node.at);
        if (is_content_name(first) || (object == Holds::part && first == "text")) return Holds::text;
        return Holds::nothing;
    }
    if (object == Holds::message && is({"items", "values"})) return Holds::texts;
    if (object < Holds::texts) return object == Holds::date ? Holds::date : Holds::nothing;
    if (is({"startswith", "endswith", "find", "rfind", "index", "rindex", "count"})) {
        report_words(Finding::content_condition, literals(node.arguments, 0), node.at);
        return Holds::nothing;
    }
    if (is({"split", "rsplit", "partition", "rpartition"})) {
        report_words(Finding::content_condition, literals(node.arguments, 0), node.at);
        return Holds::texts;
    }
    if (is({"replace", "removeprefix", "removesuffix"})) report_words(Finding::content_rewritten, literals(node.arguments, 0), node.at);
    return name == "splitlines" ? Holds::texts : object;
}

Holds Examiner::look_filter(const FilterExpression& node) {
    const Holds input = look(node.input.get());
    look_arguments(node.arguments);
    const std::string_view name = node.name;
    const auto is = [name](std::initializer_list<std::string_view> names) {
        return std::find(names.begin(), names.end(), name) != names.end();
    };
    if (input == Holds::date) return input;
    if (is({"length", "count", "wordcount", "int", "float"})) return Holds::nothing;
    if (is({"string", "tojson", "pprint", "join"})) return input >= Holds::message ? Holds::text : input;
    if (name == "map") {
        for (const auto& [key, value] : node.arguments.named)
            if (name_of(key) == "attribute" && (literal_text(value.get()) == "content" || literal_text(value.get()) == "text"))
                return Holds::texts;
        return input;
    }
    const auto& given = node.arguments.positional;
    if (is({"selectattr", "rejectattr"})) {
        if (!given.empty() && is_content_name(literal_text(given[0].get())))
            report_words(Finding::content_condition, literals(node.arguments, 2), node.at);
        return input;
    }
    if (is({"select", "reject"}) && input >= Holds::texts) report_words(Finding::content_condition, literals(node.arguments, 1), node.at);
    if (name == "replace" && input >= Holds::texts) report_words(Finding::content_rewritten, literals(node.arguments, 0), node.at);
    if (is({"first", "last", "random"}) && input == Holds::texts) return Holds::text;
    return input;
}

Holds Examiner::look_test(const TestExpression& node) {
    const Holds input = look(node.input.get());
    look_arguments(node.arguments);
    const Words words = literals(node.arguments, 0);
    if (input >= Holds::texts) report_words(Finding::content_condition, words, node.at);
    if (input == Holds::date && !words.empty())
        report(Finding::date_condition, *words.begin(), node.at, "The template acts differently on certain dates.");
    return Holds::nothing;
}

Holds Examiner::look_comparison(const ComparisonExpression& node) {
    std::vector<std::pair<const Expression*, Holds>> operands{{node.first.get(), look(node.first.get())}};
    for (const auto& each : node.rest) operands.emplace_back(each.second.get(), look(each.second.get()));
    for (size_t i = 0; i + 1 < operands.size(); ++i) {
        for (const auto& [one, other] : {std::pair{operands[i], operands[i + 1]}, std::pair{operands[i + 1], operands[i]}}) {
            if (one.second >= Holds::texts && other.second < Holds::texts)
                report_words(Finding::content_condition, literals(other.first), node.at);
            if (one.second == Holds::date && other.second != Holds::date) {
                report(Finding::date_condition, "", node.at, "The template acts differently on certain dates.");
            }
        }
    }
    return Holds::nothing;
}

}  // namespace

std::vector<TemplateFinding> examine_template(std::string_view source) {
    std::vector<TemplateFinding> findings;
    try {
        if (source.size() > kEnormous) {
            findings.push_back(
                {Finding::enormous, {}, 0, "The template has " + std::to_string(source.size()) + " bytes; templates have up to 20,000."});
        }
        const auto parsed = parse_template(source);
        if (!parsed.ok()) {
            findings.push_back({Finding::unreadable, {}, 0, parsed.error().message});
            return findings;
        }
        auto found = Examiner(*parsed).run();
        findings.insert(findings.end(), std::make_move_iterator(found.begin()), std::make_move_iterator(found.end()));
    } catch (const std::exception&) {  // out of memory
        findings.push_back({Finding::unreadable, {}, 0, "There is not enough memory to examine the template."});
    }
    return findings;
}

}  // namespace soliloquy
