#!/usr/bin/env python3
"""Writes cases.json: small templates of our own with what Python's jinja2 (3.1) makes of them.

Run it again after a change of TEMPLATES:  python3 generate_cases.py > cases.json
"""
import json

import jinja2
import jinja2.ext
import jinja2.sandbox

VARIABLES = {
    "word": "Hello wörld",
    "lines": "one\ntwo\r\nthree\n",
    "spaced": "  a  b\tc \u00a0",
    "list": [3, 1, 2],
    "words": ["pear", "Apple", "fig", "apple"],
    "nested": [[1, 2], [3, [4, 5]]],
    "people": [{"name": "Ann", "age": 31, "tags": ["x"]}, {"name": "bob", "age": 27, "tags": []}, {"name": "Cid", "age": 31}],
    "dict": {"b": 1, "a": {"deep": [10, 20]}, "items": "shadowed"},
    "empty": "",
    "nothing": None,
    "yes": True,
    "no": False,
    "seven": 7,
    "half": 0.5,
    "quote": "it's \"so\" \\ <b>&",
}

TEMPLATES = r"""
{{ 1 + 2 * 3 }}|{{ (1 + 2) * 3 }}|{{ 7 // 2 }}|{{ -7 // 2 }}|{{ 7 % 3 }}|{{ -7 % 3 }}|{{ 7 % -3 }}|{{ 2 ** 10 }}|{{ 2 ** -1 }}|{{ -2 ** 2 }}
{{ 7 / 2 }}|{{ 6 / 2 }}|{{ 7.5 // 2 }}|{{ -7.5 % 2 }}|{{ 1.0 }}|{{ 1e16 }}|{{ 1e15 }}|{{ 0.0001 }}|{{ 0.00001 }}|{{ 1/3 }}|{{ 100.0 * 1.1 }}|{{ 1e300 * 1e300 }}
{{ 0x1F }}|{{ 0b101 }}|{{ 0o17 }}|{{ 1_000 }}|{{ 1_0.5_0 }}|{{ 5e-1 }}
{{ true and 1 }}|{{ 0 or "x" }}|{{ "" and 1 }}|{{ not "" }}|{{ none or false }}|{{ 1 and 2 and 3 }}|{{ not not 1 }}
{{ 1 < 2 < 3 }}|{{ 1 < 2 > 5 }}|{{ 1 == 1.0 }}|{{ true == 1 }}|{{ "a" < "b" }}|{{ [1,2] < [1,3] }}|{{ [1] == (1,) }}|{{ {} == {} }}|{{ "1" == 1 }}|{{ none == none }}
{{ "b" in "abc" }}|{{ 2 in list }}|{{ "b" in dict }}|{{ "z" not in dict }}|{{ 5 in [] }}|{{ "" in "" }}|{{ 1 in (1, 2) }}
{{ 1 if yes else 2 }}|{{ 1 if no else 2 }}|{{ "x" if no }}|{{ 1 if no else 2 if no else 3 }}
{{ word[0] }}|{{ word[-1] }}|{{ word[1:3] }}|{{ word[::-1] }}|{{ word[:-3] }}|{{ word[-3:] }}|{{ word[7] }}|{{ word[::3] }}|{{ word[100:] }}|{{ word[5:2] }}|{{ word[100] }}|{{ word[-1:0:-2] }}
{{ list[0] }}|{{ list[-1] }}|{{ list[1:] }}|{{ list[::-1] }}|{{ list[99] }}|{{ list[-99:99:2] }}|{{ (1,2,3)[1:] }}|{{ nested[1][1][0] }}|{{ list[:0] }}|{{ list[5:0:-1] }}|{{ list[-1:-3:-1] }}
{{ dict.b }}|{{ dict["b"] }}|{{ dict.a.deep[1] }}|{{ dict.missing }}|{{ dict["missing"] }}|{{ dict["items"] }}|{{ dict.items()|length }}|{{ people.0.name }}|{{ dict.a.deep.1 }}
{{ "a" ~ 1 ~ none ~ true ~ 1.5 ~ [1, "x"] ~ missing }}|{{ "a" + "b" }}|{{ "ab" * 3 }}|{{ 2 * [1, 2] }}|{{ [1] + [2] }}|{{ (1,) + (2,) }}|{{ "x" * 0 }}|{{ "x" * -1 }}
{{ [1, "a", none, true, 1.5, {"k": "v"}, (1,), ()] }}|{{ {} }}|{{ {"a": {"b": []}} }}|{{ quote }}|{{ [quote] }}|{{ ["it's"] }}|{{ ["\n\t\x01é"] }}
{{ missing }}|{{ missing is defined }}|{{ missing|default("d") }}|{{ empty|default("d") }}|{{ empty|default("d", true) }}|{{ nothing|d("n", boolean=true) }}|{{ missing|length }}|{{ missing|list }}|{{ missing == missing2 }}
{{ missing.x }}
{{ missing["x"] }}
{{ missing() }}
{{ missing + 1 }}
{{ word.missing.x }}
{{ dict.missing.deeper }}
{{ 1 + "a" }}
{{ "a" + 1 }}
{{ 1 < "a" }}
{{ 1 // 0 }}
{{ [] | tojson(missing=1) }}
{{ word|nofilter }}
{{ word is notest }}
{{ namespace }}{{ undefined_function() }}
{{ none.x }}|{{ 5 .x }}|{{ nothing.anything is defined }}
{{ word|upper }}|{{ word|lower }}|{{ word|title }}|{{ word|capitalize }}|{{ "ÉCOLE ñ ж" | lower }}|{{ "école ñ ж ß"[:10]|upper }}|{{ "they're bill's-x (foo) a_b" | title }}
{{ word.upper() }}|{{ word.title() }}|{{ "they're bill's x1y" .title() }}|{{ "ABC def".capitalize() }}|{{ "Straße ÄÖ".lower() }}
{{ spaced|trim }}|[{{ spaced.strip() }}]|[{{ spaced.lstrip() }}]|[{{ spaced.rstrip() }}]|[{{ "xxaxx".strip("x") }}]|[{{ "abcba".lstrip("ab") }}]|[{{ "xya"|trim("xy") }}]|[{{ "éaé".strip("é") }}]
{{ spaced.split() }}|{{ "a,b,,c".split(",") }}|{{ "a,b,c".split(",", 1) }}|{{ "a,b,c".rsplit(",", 1) }}|{{ " a  b c ".split(none, 1) }}|{{ " a  b c ".rsplit(none, 1) }}|{{ "".split(",") }}|{{ "".split() }}|{{ "abc".split("x") }}|{{ "a--b--c".split("--")[-1] }}
{{ "a b c d".rsplit() }}|{{ "aXXb".rsplit("X") }}|{{ "aXXXb".split("XX") }}|{{ "aXXXb".rsplit("XX") }}|{{ "a,b,c".split(sep=",", maxsplit=1) }}
{{ lines.splitlines() }}|{{ lines.splitlines(true) }}|{{ "a\x0bb\u2028c".splitlines() }}
{{ "a.b.c".partition(".") }}|{{ "a.b.c".rpartition(".") }}|{{ "abc".partition("x") }}|{{ "abc".rpartition("x") }}
{{ "banana".replace("a", "o") }}|{{ "banana".replace("a", "o", 2) }}|{{ "abc".replace("", "-") }}|{{ "é".replace("", "-") }}|{{ "banana"|replace("an", "AN") }}|{{ "banana"|replace("a", "", 1) }}|{{ "abc".replace("", "-", 2) }}
{{ word.startswith("Hell") }}|{{ word.endswith(("x", "ld")) }}|{{ word.startswith("e", 1) }}|{{ word.find("w") }}|{{ word.find("zz") }}|{{ word.rfind("l") }}|{{ word.count("l") }}|{{ word.index("ö") }}|{{ word.find("r") }}|{{ word.find("l", 4) }}|{{ word.find("l", 0, 2) }}|{{ word.endswith("Hell", 0, 4) }}
{{ ", ".join(["a", "b"]) }}|{{ "-".join("abc") }}|{{ "".join([]) }}|{{ "-".join(dict) }}
{{ ",".join([1]) }}
{{ "abc".removeprefix("a") }}|{{ "abc".removesuffix("c") }}|{{ "abc".removeprefix("x") }}|{{ "5".zfill(3) }}|{{ "-5".zfill(4) }}|{{ "ab".ljust(4) }}|{{ "ab".rjust(4, "*") }}|{{ "ab".center(5, "-") }}|{{ "12".isdigit() }}|{{ "a1".isalnum() }}|{{ "ab".isalpha() }}|{{ " ".isspace() }}|{{ "AB".isupper() }}|{{ "aB".islower() }}|{{ "".isdigit() }}
{{ "{} and {}".format(1, "b") }}|{{ "{1}{0}".format("a", "b") }}|{{ "{x}-{y!r}".format(x=1, y="q") }}|{{ "{{}}".format() }}|{{ "{:>5}|{:<5}|{:^5}|{:05d}|{:.2f}|{:,}|{:+d}|{:x}|{:#X}|{:%}|{:*^7}|{:e}".format("a", "b", "c", 42, 3.14159, 1234567, 5, 255, 255, 0.25, "m", 12345.678) }}|{{ "{0[a]} {0[b]}".format({"a": 1, "b": 2}) }}|{{ "{:5}|{:5}".format(1, true) }}
{{ "%s is %d or %5.2f, %x %05d %-4s| %+d %%" % ("a", 3, 2.5, 255, 42, "b", 7) }}|{{ "%s" % "x" }}|{{ "%(a)s" % {"a": 1} }}|{{ "%r" % ["x"] }}|{{ "%s %s"|format("a", 2) }}|{{ "%5s|%-5s|%.2s" % ("é", "é", "éàü") }}|{{ "%d" % 3.9 }}|{{ "%o %X %c" % (8, 255, "z") }}|{{ "%e %g" % (12345.678, 0.0001) }}
{{ "%s" % (1, 2) }}
{{ "%s %s" % 1 }}
{{ "%d" % "a" }}
{{ list|length }}|{{ word|length }}|{{ dict|count }}|{{ list|first }}|{{ list|last }}|{{ word|first }}|{{ word|last }}|{{ []|first }}|{{ list|sum }}|{{ list|min }}|{{ list|max }}|{{ []|sum }}|{{ []|min }}|{{ words|max }}|{{ words|min(case_sensitive=true) }}|{{ people|sum(attribute="age") }}|{{ people|max(attribute="age") }}
{{ list|sort }}|{{ list|sort(reverse=true) }}|{{ words|sort }}|{{ words|sort(case_sensitive=true) }}|{{ people|sort(attribute="age,name")|map(attribute="name")|list }}|{{ list|reverse|list }}|{{ word|reverse }}|{{ words|unique|list }}|{{ words|unique(true)|list }}
{{ list|join }}|{{ list|join(", ") }}|{{ people|join("+", attribute="name") }}|{{ word|list }}|{{ dict|list }}|{{ dict|join("/") }}|{{ {"b": 1, "a": 2, "C": 0}|dictsort }}|{{ {"b": 1, "a": 2}|dictsort(by="value") }}|{{ {"b": 1, "a": 2}|dictsort(reverse=true) }}|{{ {"b": 1, "a": 2}|items|list }}|{{ {"b": 1}.keys()|list }}|{{ {"b": 1}.values()|list }}|{{ {"b": 1}.items()|list }}
{{ people|map(attribute="name")|list }}|{{ people|map(attribute="tags", default="-")|list }}|{{ words|map("upper")|list }}|{{ words|map("replace", "p", "P")|join(" ") }}|{{ [["a", 1]]|map(attribute=0)|list }}
{{ people|map(attribute="tags.0")|list|length }}
{{ list|select("odd")|list }}|{{ list|reject("odd")|list }}|{{ [0, 1, "", "x"]|select|list }}|{{ people|selectattr("age", "equalto", 31)|map(attribute="name")|list }}|{{ people|rejectattr("age", "gt", 30)|map(attribute="name")|list }}|{{ people|selectattr("tags")|list|length }}|{{ people|selectattr("tags", "defined")|list|length }}|{{ list|select("in", [1, 2])|list }}|{{ list|select(">", 1)|list }}
{{ list|batch(2)|list }}|{{ list|batch(2, 0)|list }}|{{ list|slice(2)|list }}|{{ list|slice(2, "x")|list }}|{% for age, group in people|groupby("age") %}{{ age }}:{{ group|map(attribute="name")|join(",") }};{% endfor %}
{{ "3"|int }}|{{ "x"|int }}|{{ "x"|int(5) }}|{{ 3.9|int }}|{{ "3.9"|int }}|{{ "0x1f"|int(0, 16) }}|{{ "101"|int(base=2) }}|{{ "2.5"|float }}|{{ "x"|float }}|{{ none|int }}|{{ true|int }}|{{ -3|abs }}|{{ -3.5|abs }}|{{ " 42 "|int }}|{{ "-7"|int }}
{{ 2.5|round }}|{{ 3.5|round }}|{{ 2.567|round(2) }}|{{ 2.1|round(0, "ceil") }}|{{ 2.9|round(method="floor") }}|{{ 1234|round(-2) }}|{{ 2.675|round(2) }}|{{ 7|round }}|{{ 0.125|round(2) }}
{{ 5|string ~ "x" }}|{{ none|string }}|{{ "<a>"|safe }}|{{ quote|escape }}|{{ "<a>"|e|length }}|{{ [1]|string|length }}
{{ "a\nb\n\nc"|indent }}|{{ "a\nb"|indent(2, true) }}|{{ "a\n\nb"|indent(2, blank=true) }}|{{ "a\nb"|indent("> ") }}|{{ "a\n"|indent(1) }}
{{ "ab"|center(6) }}|{{ "one two three four five"|truncate(12) }}|{{ "one two three four five"|truncate(12, true) }}|{{ "one two"|truncate(12) }}|{{ "one two three four five"|truncate(12, false, "..", 0) }}|{{ "a b  c"|wordcount }}
{{ dict|tojson }}|{{ [1, 1.5, none, true, "é\"\\\n\t\u0001", (1, 2)]|tojson }}|{{ {}|tojson }}|{{ []|tojson }}|{{ {"b": 1, "a": [1, {"c": 2}]}|tojson(indent=2) }}|{{ {"b": 1, "a": 2}|tojson(sort_keys=true) }}|{{ [1, 2]|tojson(separators=(",", ":")) }}|{{ {"b": 1, "a": 2}|tojson(separators=(",", ":")) }}|{{ {1: 2, none: 3, true: 4, 1.5: 5}|tojson }}|{{ "é😀\x7f"|tojson(ensure_ascii=true) }}|{{ quote|tojson }}|{{ {"a": [], "b": {}}|tojson(indent=4) }}|{{ [1]|tojson(indent=0) }}
{{ missing|tojson }}
{{ (list|map("string"))|tojson }}
{{ 1 is integer }}|{{ true is integer }}|{{ 1.0 is float }}|{{ true is number }}|{{ 1 is number }}|{{ "a" is string }}|{{ dict is mapping }}|{{ list is mapping }}|{{ list is sequence }}|{{ dict is sequence }}|{{ "a" is sequence }}|{{ 1 is sequence }}|{{ missing is sequence }}|{{ 1 is iterable }}|{{ dict is iterable }}|{{ missing is iterable }}|{{ none is none }}|{{ 0 is none }}|{{ yes is true }}|{{ 1 is true }}|{{ no is false }}|{{ yes is boolean }}|{{ 1 is boolean }}|{{ namespace is callable }}|{{ word is callable }}|{{ word.upper is callable }}
{{ 4 is even }}|{{ 3 is odd }}|{{ 9 is divisibleby 3 }}|{{ 9 is divisibleby(2) }}|{{ "a" is lower }}|{{ "A" is upper }}|{{ 1 is eq 1 }}|{{ 1 is ne 2 }}|{{ 2 is gt 1 }}|{{ 2 is ge 2 }}|{{ 1 is lt 2 }}|{{ 1 is le 0 }}|{{ 1 is sameas 1 }}|{{ none is sameas none }}|{{ 1 is in [1] }}|{{ 3 is not even }}|{{ not 3 is even }}|{{ "upper" is filter }}|{{ "odd" is test }}|{{ 1 is defined and 2 is defined }}|{{ missing is undefined or 1 }}
{% if no %}a{% elif seven > 5 %}b{% else %}c{% endif %}|{% if missing %}a{% endif %}|{% if list and word %}x{% endif %}|{% if not missing is defined %}u{% endif %}
{% for x in list %}{{ loop.index }}/{{ loop.length }}:{{ x }}{{ "," if not loop.last }}{% endfor %}|{% for x in [] %}a{% else %}none{% endfor %}|{% for k, v in {"a": 1, "b": 2}.items() %}{{ k }}={{ v }};{% endfor %}|{% for k in dict %}{{ k }}{% endfor %}
{% for x in list if x > 1 %}{{ loop.index0 }}{{ x }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{% endfor %}|{% for a, (b, c) in [(1, (2, 3))] %}{{ a + b + c }}{% endfor %}|{% for c in "héy" %}{{ c }}.{% endfor %}|{% for x in list %}{{ loop.cycle("a", "b") }}{% endfor %}|{% for x in list %}{{ loop.previtem }}<{{ x }}>{{ loop.nextitem }} {% endfor %}|{% for x in [1, 1, 2] %}{{ loop.changed(x) }}{% endfor %}
{% for x in range(10) %}{% if x == 2 %}{% continue %}{% endif %}{% if x == 5 %}{% break %}{% endif %}{{ x }}{% endfor %}|{% for i in range(2) %}{% for j in range(3) %}{% if j == 1 %}{% break %}{% endif %}{{ i }}{{ j }}{{ loop.depth }} {% endfor %}{% endfor %}|{% for x in missing %}{% else %}e{% endfor %}
{% for a, b in [(1, 2, 3)] %}{% endfor %}
{% for x in 5 %}{% endfor %}
{{ range(5)|list }}|{{ range(2, 5)|list }}|{{ range(10, 0, -3)|list }}|{{ range(0)|list }}|{{ range(3)[1] }}
{% set x = 1 %}{% for i in range(3) %}{% set x = x + i %}{{ x }}{% endfor %}{{ x }}|{% set ns = namespace(n=0) %}{% for i in range(3) %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}|{% if true %}{% set y = 2 %}{% endif %}{{ y }}
{% set a, b = 1, 2 %}{{ a }}{{ b }}|{% set c = 1, 2 %}{{ c }}|{% set t %}text {{ a }}{% endset %}[{{ t }}]|{% set u | upper | replace("A", "b") %}abc{% endset %}{{ u }}|{% set ns = namespace({"k": 1}, j=2) %}{{ ns.k }}{{ ns.j }}{{ ns.zz }}
{% set dict = 1 %}{% set dict.x = 2 %}
{% macro m(a, b=2, c=none) %}{{ a }}-{{ b }}-{{ c }}{% endmacro %}{{ m(1) }}|{{ m(1, c=3) }}|{{ m(b=1, a=0) }}|{{ m() }}
{% macro m(a) %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, 3, x=4) }}|{% macro r(n) %}{{ n }}{% if n > 0 %}{{ r(n - 1) }}{% endif %}{% endmacro %}{{ r(4) }}
{% macro m(a) %}{% endmacro %}{{ m(1, 2) }}
{% macro m(a) %}{% endmacro %}{{ m(zz=2) }}
{% macro box(t) %}<{{ t }}>{{ caller() }}</{{ t }}>{% endmacro %}{% call box("b") %}in{% endcall %}|{% macro each(l) %}{% for x in l %}{{ caller(x) }}{% endfor %}{% endmacro %}{% call(v) each([1, 2]) %}[{{ v }}]{% endcall %}
{% set g = 5 %}{% macro m() %}{{ g }}{% set g = 6 %}{{ g }}{% endmacro %}{{ m() }}{{ g }}|{% macro late() %}{{ z }}{% endmacro %}{% set z = 9 %}{{ late() }}
{% filter upper %}abc {{ word }}{% endfilter %}|{% filter replace("a", "b")|upper %}aac{% endfilter %}|{% with q = 1, r = 2 %}{{ q + r }}{% endwith %}{{ q }}|{% with %}{% set s = 1 %}{{ s }}{% endwith %}{{ s }}
a{# comment #}b{#- c -#} d|{% raw %}{{ not }} {% this %}{% endraw %}|x {%- if true %} y {% endif -%}  z|  {{- 1 -}}  |
{{ "a" "b" 'c' }}|{{ "\x41\u00e9\n\t\\\'\"\101\d" }}|{{ [1, 2,] }}|{{ (1) }}|{{ (1,) }}|{{ () }}|{{ {"a": 1,} }}|{{ 1, 2 }}
{{ {"a": {"b": 1}}.a.b }}|{{ {'a': {'b': {'c': 1}}} }}|{{ {1: "x"}[1] }}|{{ {(1, 2): 3}[(1, 2)] }}|{{ {true: 1}[1] }}|{{ {"k": 1}.get("k") }}|{{ {}.get("k") }}|{{ {}.get("k", 5) }}|{{ {"a": 1, "a": 2} }}
{{ {[]: 1} }}
{% set l = [1] %}{% set _ = l.append(2) %}{{ l }}{{ l.pop() }}{{ l }}{% set _ = l.extend([7, 8]) %}{{ l.pop(0) }}{{ l }}{% set _ = l.insert(1, "i") %}{{ l }}{{ l.index(8) }}{{ l.count(7) }}{% set _ = l.reverse() %}{{ l }}{{ l.copy() }}
{{ {}.update({"b": 2}) }}
{% set e = {"a": 1} %}{% set _ = e.update({"w": 2}) %}{{ e }}|{{ [1, 2].__len__ is defined }}
{% set d = {"a": 1} %}{% set _ = d.update({"b": 2}, c=3) %}{{ d }}{{ d.pop("a") }}{{ d.pop("zz", 0) }}{{ d }}{{ d.setdefault("q", 4) }}{{ d }}{{ d|length }}|{{ {}.__class__ is defined }}
{{ [].pop() }}
{{ {}.pop("x") }}
{{ raise_exception("stop " ~ seven) }}
{{ strftime_now("%Y-%m-%d %H:%M:%S %d %B %b %A %a %j %y %p %I %-d %% %w") }}
{{ 9223372036854775807 }}|{{ -9223372036854775807 - 1 }}|{{ 3 - -2 }}|{{ +5 }}|{{ - 5 }}|{{ 2 - 1 - 1 }}|{{ 2 ** 3 ** 2 }}|{{ 2 * 3 ~ "x" }}|{{ (1 ~ 2) + "3" }}|{{ -1|abs }}|{{ (-1)|abs }}|{{ "a" ~ "b"|upper }}|{{ not 1 == 2 }}
{{ 1.5 + 1 }}|{{ true + true }}|{{ 5 - true }}|{{ 1 == true }}|{{ 0.1 + 0.2 }}|{{ 1e22 }}|{{ 123456789012345680.0 }}|{{ -0.0 }}|{{ 5e-324 }}|{{ 1.7976931348623157e308 }}
{{ word|attr("upper") is callable }}|{{ dict|attr("b") }}|{{ dict|d("x") is mapping }}|{{ people[0]["name"]|lower }}|{{ (people|first).name }}|{{ people|map(attribute="age")|sum }}|{{ words|map("length")|list }}|{{ words|map("upper")|map("lower")|join }}
{{ *list }}
{{ 1 +}}
{% if %}{% endif %}
{% for x in y %}
{% endif %}
{{ "abc }}
{# abc
{% set 1 = 2 %}
{% set none = 2 %}
{{ a b }}
{{ (1 }}
{{ [1, 2 }}
{{ {1: } }}
{% unknown %}
{% macro %}{% endmacro %}
{% break %}
{{ 1 is is }}
{{ }}
{% %}
{{ none|map("upper")|list }}|{{ none|map(attribute="a")|list }}|{{ none|select("odd")|list }}|{{ none|reject("odd")|list }}|{{ none|selectattr("a", "equalto", "x")|list|length }}|{{ nothing|rejectattr("a")|list }}
{{ false|map("upper")|list }}|{{ 0|select|list }}|{{ 0.0|reject|list }}|{{ ""|selectattr("a")|list }}|{{ missing|rejectattr("a")|list }}|{{ {}|map("upper")|list }}|{{ []|map("nosuch")|list }}
{{ true|map("upper")|list }}
{{ 1|select|list }}
{% set d = namespace(b=2) %}{% set d.a = 1 %}{{ d['a'] }}|{{ d['b'] }}|{{ d['c'] is defined }}
{{ dict[missing] is undefined }}|{{ dict[[1]] is undefined }}|{{ dict[{}] is undefined }}|{{ missing in {} }}|{{ missing in dict }}|{{ dict[list] }}
{{ [1] in {} }}
""".strip("\n").split("\n")

# Templates of several lines: what happens to whitespace around tags.
TEMPLATES += [
    "{% if true %}\n  a\n{% endif %}\nb\n",
    "  {% if true %}\n  a\n  {% endif %}\nb\n\n",
    "x {% if true %} a {% endif %} b",
    "  {%+ if true %}a{% endif +%}\nb",
    "a\n  {{ 1 }}\n  {# c #}\nb",
    "a\n   {#- c #}\n  b {#+ d +#}\n c",
    "a\n  {%- if true -%}\n  b\n  {%- endif -%}\n  c",
    "\n\n  {% set x = 1 %}  \n\n{{ x }}\n",
    "a\r\nb\rc\n\n",
    "  {% raw %}\n {{ x }}\n  {% endraw %}\n b",
    " {%- raw -%} \n {{ x }}\n {%- endraw -%} \n b",
    "{% for x in list %}\n  {{ x }}\n{% endfor %}\nend",
    "{%- for x in list -%}\n  {{ x }}\n{%- endfor %}\nend",
    "{% for x in list %} {{- x -}} {% endfor %}",
    "\u00a0{% if true %}a{% endif %}\u3000{%- if true %}b{% endif -%}\u2003c",
    "{{ 1 }}\n{{ 2 }}\n",
    "{# a #}\n{# b #}\nc",
    "{{ 'a\\\nb' }}",
    "\n",
    "",
    "a{",
    "{ {a} }",
    "{{ '}}' }}{{ '%}' }}{% set x = '%}' %}{{ x }}",
    "{{ {'a': {'b': 2}}['a']['b']}}",
    "{%\n  if\n  true\n%}a{% endif %}",
    "{% macro m(x) %}\n  <{{ x }}>\n{% endmacro %}\n{{ m(1) }}|{{ m(2)|trim }}",
    "{% if true %}\n\n  a\n{% else %}\n  b\n{% endif %}",
    "a {#- b -#} c {# d #}\n{#- e #} f",
    "{%- set s -%}\n  x\n{%- endset -%}\n[{{ s }}]",
    "{% generation %}a{{ 1 }}{% endgeneration %}\nb",
]


class Generation(jinja2.ext.Extension):
    """{% generation %} blocks, as chat templates use them: the body as it is, in a scope of its own."""

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method("_body"), [], [], body).set_lineno(line)

    def _body(self, caller):
        return caller()


def raise_exception(message):
    raise jinja2.exceptions.TemplateError(message)


def strftime_now(form):
    import datetime

    return datetime.datetime(2026, 7, 4, 12, 34, 56).strftime(form)


def main():
    environment = jinja2.sandbox.SandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols", Generation])

    def tojson(value, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
        return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)

    environment.filters["tojson"] = tojson
    environment.globals["raise_exception"] = raise_exception
    environment.globals["strftime_now"] = strftime_now
    cases = []
    for template in TEMPLATES:
        case = {"template": template}
        try:
            case["text"] = environment.from_string(template).render(**json.loads(json.dumps(VARIABLES)))
        except Exception as error:  # whatever stops Python has to stop us
            case["error"] = f"{type(error).__name__}: {error}"
        cases.append(case)
    print(json.dumps({"variables": VARIABLES, "cases": cases}, ensure_ascii=False, indent=1))


main()
