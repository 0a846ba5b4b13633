/// app/markdown/highlight.cpp: a scanner of four kinds of words.
#include "app/markdown/highlight.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace soliloquy::markdown {
namespace {

constexpr std::array<std::string_view, 92> kKeywords = {
    "and",      "as",       "assert", "async",   "auto",      "await",     "bool",    "break",  "case",      "catch", "char",   "class",
    "const",    "continue", "def",    "default", "del",       "delete",    "do",      "double", "elif",      "else",  "enum",   "except",
    "export",   "extends",  "false",  "False",   "finally",   "float",     "fn",      "for",    "foreach",   "from",  "func",   "function",
    "go",       "goto",     "if",     "impl",    "import",    "in",        "include", "int",    "interface", "is",    "lambda", "let",
    "long",     "match",    "mod",    "module",  "mut",       "namespace", "new",     "nil",    "None",      "not",   "null",   "nullptr",
    "or",       "package",  "pass",   "private", "protected", "pub",       "public",  "raise",  "return",    "self",  "short",  "signed",
    "sizeof",   "static",   "struct", "super",   "switch",    "template",  "this",    "throw",  "true",      "True",  "try",    "type",
    "typename", "unsigned", "use",    "using",   "var",       "void",      "while",   "yield",
};
constexpr std::array<std::string_view, 24> kHashComments = {"python", "py",  "sh",    "bash",   "shell",  "zsh",        "ruby", "rb",
                                                            "yaml",   "yml", "toml",  "cmake",  "make",   "perl",       "r",    "ini",
                                                            "conf",   "nix", "julia", "elixir", "docker", "dockerfile", "fish", "awk"};
constexpr std::array<std::string_view, 4> kDashComments = {"sql", "lua", "haskell", "hs"};
constexpr std::array<std::string_view, 6> kNoWords = {"", "text", "txt", "plain", "output", "diff"};

template <size_t n>
bool contains(const std::array<std::string_view, n>& words, std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// Length of the comment that begins at the front of `rest`, or 0.
size_t comment_length(std::string_view rest, std::string_view language) {
    const auto line = [&] { return std::min(rest.find('\n'), rest.size()); };
    if (contains(kNoWords, language)) return 0;
    if (contains(kHashComments, language)) return rest[0] == '#' ? line() : 0;
    if (contains(kDashComments, language)) return rest.substr(0, 2) == "--" ? line() : 0;
    if (language == "html" || language == "xml") return rest.substr(0, 4) == "<!--" ? std::min(rest.find("-->") + 3, rest.size()) : 0;
    if (rest.substr(0, 2) == "//") return line();
    if (rest.substr(0, 2) != "/*") return 0;
    const size_t end = rest.find("*/", 2);
    return end == std::string_view::npos ? rest.size() : end + 2;
}

/// Length of the string that begins at the front of `rest`, or 0. It ends at its line's end at the latest.
size_t string_length(std::string_view rest, std::string_view language) {
    const char quote = rest[0];
    if (quote != '"' && quote != '\'' && quote != '`') return 0;
    if (contains(kNoWords, language)) return 0;
    for (size_t i = 1; i < rest.size() && rest[i] != '\n'; ++i) {
        if (rest[i] == '\\')
            ++i;
        else if (rest[i] == quote)
            return i + 1;
    }
    return 0;
}

}  // namespace

std::string highlight(std::string_view code, std::string_view language, const Palette& palette, int line_height) {
    std::string name(language.substr(0, 16));
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    std::string out = "<p style=\"margin:0;white-space:pre;line-height:" + std::to_string(line_height) + "px;\">";
    const auto coloured = [&](std::string_view text, const std::string& colour) {
        out += "<span style=\"color:" + colour + ";\">" + escape(text) + "</span>";
    };
    size_t plain = 0;
    const auto flush = [&](size_t until) {
        if (until > plain) out += escape(code.substr(plain, until - plain));
    };
    for (size_t i = 0; i < code.size();) {
        const std::string_view rest = code.substr(i);
        const bool word_before = i > 0 && is_word(code[i - 1]);
        size_t length = comment_length(rest, name);
        const std::string* colour = length > 0 ? &palette.comment : nullptr;
        if (length == 0 && (length = string_length(rest, name)) > 0) colour = &palette.string;
        if (length == 0 && !word_before && is_word(rest[0])) {
            const auto end = std::find_if_not(rest.begin(), rest.end(), is_word);
            const std::string_view word = rest.substr(0, static_cast<size_t>(end - rest.begin()));
            if (std::isdigit(static_cast<unsigned char>(word[0])) != 0)
                colour = &palette.number;
            else if (!contains(kNoWords, name) && contains(kKeywords, word))
                colour = &palette.keyword;
            length = word.size();
            if (colour == nullptr) {
                i += length;
                continue;
            }
        }
        if (colour == nullptr) {
            ++i;
            continue;
        }
        flush(i);
        coloured(rest.substr(0, length), *colour);
        i += length;
        plain = i;
    }
    flush(code.size());
    return out + "</p>";
}

}  // namespace soliloquy::markdown
