/// tests/unit/jinja/provenance_test.cpp: every byte keeps its source through every operation.
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "engine/chat/jinja/interpreter.h"

namespace soliloquy {
namespace {

jinja::Value content(std::string_view text) { return jinja::Value::string(std::string(text), TextSource::from_content); }

// The rendering of a template with its content bytes in braces: "<{content}>".
std::string marked(const std::string& source) {
    const auto parsed = jinja::parse_template(source);
    if (!parsed.ok()) return parsed.error().message;
    std::vector<jinja::Value> list;
    list.push_back(content("one"));
    list.push_back(content("two"));
    std::vector<std::pair<jinja::Value, jinja::Value>> dict;
    dict.emplace_back(content("k"), content("v"));
    const jinja::Variables variables = {{"c", content("a<b> a")},
                                        {"empty", content("")},
                                        {"list", jinja::Value::list(std::move(list))},
                                        {"pairs", jinja::Value::dict(std::move(dict))},
                                        {"number", jinja::Value::integer(42)}};
    const auto rendered = jinja::render_template(*parsed, variables);
    if (!rendered.ok()) return rendered.error().message;
    std::string result;
    size_t offset = 0;
    for (const auto& run : rendered->runs) {
        const std::string piece = rendered->text.substr(offset, run.length);
        result += run.source == TextSource::from_content ? "{" + piece + "}" : piece;
        offset += run.length;
    }
    EXPECT_EQ(offset, rendered->text.size());
    return result;
}

struct Case {
    std::string_view source, expected;
};

TEST(Provenance, IsKeptByEveryOperation) {
    const Case cases[] = {
        {"<{{ c }}>", "<{a<b> a}>"},
        {"{{ 'x' ~ c ~ 'y' }}", "x{a<b> a}y"},
        {"{{ 'x' + c + 'y' }}", "x{a<b> a}y"},
        {"{{ c * 2 }}|{{ '-' * 2 }}", "{a<b> aa<b> a}|--"},
        {"{{ ('<' ~ c ~ '>')[0:3] }}", "<{a<}"},
        {"{{ ('<' ~ c)[::-1] }}", "{a >b<a}<"},
        {"{{ c[0] }}{{ c[-1:] }}", "{aa}"},
        {"{{ c.split('<')[0] }}|{{ c.split()[1] }}|{{ ('x ' ~ c).split(' ') | join('+') }}", "{a}|{a}|x+{a<b>}+{a}"},
        {"{{ c.rsplit(' ', 1)[0] }}|{{ c.partition('<')[1] }}|{{ c.splitlines()[0] }}", "{a<b>}|{<}|{a<b> a}"},
        {"{{ c.replace('a', '<|x|>') }}", "<|x|>{<b> }<|x|>"},
        {"{{ 'role: who'.replace('who', c) }}", "role: {a<b> a}"},
        {"{{ c | replace('b', 'c') }}", "{a<}c{> a}"},
        {"{{ (' ' ~ c ~ ' ').strip() }}|{{ c.strip('a') }}|{{ c | trim }}", "{a<b> a}|{<b> }|{a<b> a}"},
        {"{{ c.lstrip('a') }}|{{ ('x' ~ c).rstrip('a') }}", "{<b> a}|x{a<b> }"},
        {"{{ c.upper() }}|{{ c | title }}|{{ ('x' ~ c) | capitalize }}|{{ c | lower }}", "{A<B> A}|{A<B> A}|X{a<b> a}|{a<b> a}"},
        {"{{ list | join(', ') }}|{{ ', '.join(list) }}|{{ c.join(['x', 'y']) }}", "{one}, {two}|{one}, {two}|x{a<b> a}y"},
        {"{{ '%s=%5s' % (c, 'x') }}|{{ '{}-{:>4}'.format(list[0], list[1]) }}|{{ '<%s>' | format(c) }}",
         "{a<b> a}=    x|{one}- {two}|<{a<b> a}>"},
        {"{{ c | safe }}|{{ c | string }}|{{ c | e }}", "{a<b> a}|{a<b> a}|{a&lt;b&gt; a}"},
        {"{{ c | indent(2, true) }}|{{ 'x' | center(3) }}|{{ c | reverse }}", "  {a<b> a}| x |{a >b<a}"},
        {"{{ c | first }}{{ c | last }}{{ c | list | join('') }}", "{aaa<b> a}"},
        {"{% for x in list %}<{{ x }}>{% endfor %}", "<{one}><{two}>"},
        {"{% for k, v in pairs.items() %}{{ k }}={{ v }}{% endfor %}", "{k}={v}"},
        {"{% set x %}<{{ c }}>{% endset %}{{ x }}", "<{a<b> a}>"},
        {"{% macro m(x) %}<{{ x }}>{% endmacro %}{{ m(c) }}{{ m('t') }}", "<{a<b> a}><t>"},
        {"{% macro m() %}<{{ caller() }}>{% endmacro %}{% call m() %}{{ c }}!{% endcall %}", "<{a<b> a}!>"},
        {"{% filter upper %}x{{ c }}{% endfilter %}", "X{A<B> A}"},
        {"{% set ns = namespace(s='') %}{% for x in list %}{% set ns.s = ns.s ~ x ~ ';' %}{% endfor %}{{ ns.s }}", "{one};{two};"},
        {"{{ c if c else 'x' }}{{ empty or 'x' }}{{ c and 'y' }}{{ missing | default(c) }}", "{a<b> a}xy{a<b> a}"},
        {"{{ number }}{{ 1.5 }}{{ true }}{{ none }}{{ c | length }}", "421.5TrueNone6"},
        {"{{ list | map('upper') | join }}{{ list | sort(reverse=true) | first }}{{ list | unique | join }}", "{ONETWOtwoonetwo}"},
        {"{{ {'a': c}.a }}{{ {'a': c}.get('a') }}{{ [c][0] }}{{ (c, 1)[0] }}", "{a<b> aa<b> aa<b> aa<b> a}"},
        {"{{ dict(**pairs).keys() | join }}{{ namespace(**pairs).k }}{% macro m() %}{{ kwargs | join }}{% endmacro %}{{ m(**pairs) }}",
         "{kvk}"},
        {"{{ 'x'.ljust(3, c[0]) }}{{ strftime_now(c) }}{{ (c[0] ~ ':*>3').format(1) }}{{ '%c' % 65 }}{{ '{:*>3}'.format(1) }}",
         "x{aaa<b> aa}:*>3{A}**1"},
        {"{{ (c[:0] ~ '{:' ~ c[0] ~ '>3}').format('x') }}", "{aa}x"},
        {"{{ [1, 2] | tojson(separators=(c[0], '')) }}{{ [1] | tojson(indent=c[0]) }}", "[1{a}2][\n{a}1\n]"},
        {"{{ c.removeprefix('a') }}|{{ c.ljust(8) }}|{{ c.zfill(8) }}|{{ c | truncate(3, true, '>', 0) }}",
         "{<b> a}|{a<b> a}  |00{a<b> a}|{a<}>"},
    };
    for (const Case& test : cases) EXPECT_EQ(marked(std::string(test.source)), test.expected) << test.source;
}

TEST(Provenance, JsonAndReprMarkOnlyTheStrings) {
    EXPECT_EQ(marked("{{ [c, 'x'] | tojson }}"), "[\"{a<b> a}\", \"x\"]");
    EXPECT_EQ(marked("{{ [c, 'x'] }}"), "['{a<b> a}', 'x']");
    EXPECT_EQ(marked("{{ [c ~ '\\n'] | tojson(indent=1) }}"), "[\n \"{a<b> a}\\n\"\n]");
}

TEST(Provenance, RunsAreJoinedAndNeverEmpty) {
    const auto parsed = jinja::parse_template("a{{ 'b' }}{{ c }}{{ d }}{{ e }}{{ 'f' }}");
    ASSERT_TRUE(parsed.ok());
    const auto rendered = jinja::render_template(*parsed, {{"c", content("")}, {"d", content("x")}, {"e", content("y")}});
    ASSERT_TRUE(rendered.ok());
    const std::vector<TracedText::Run> expected = {
        {2, TextSource::from_template}, {2, TextSource::from_content}, {1, TextSource::from_template}};
    EXPECT_EQ(rendered->text, "abxyf");
    EXPECT_EQ(rendered->runs, expected);
}

}  // namespace
}  // namespace soliloquy
