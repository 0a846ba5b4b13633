/// tests/unit/jinja/sandbox_test.cpp: hostile templates end in an error, soon and in little memory.
#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include "engine/chat/jinja/interpreter.h"

// Every allocation of this program is counted, to know the most memory alive during a rendering; not under
// AddressSanitizer, which has these operators itself.
namespace {
std::atomic<int64_t> live_bytes{0};
std::atomic<int64_t> most_bytes{0};
}  // namespace

#if !defined(__SANITIZE_ADDRESS__)
namespace {
void* counted(size_t size) {
    void* memory = std::malloc(size);
    if (memory == nullptr) throw std::bad_alloc();
    const int64_t live = live_bytes += static_cast<int64_t>(malloc_usable_size(memory));
    int64_t most = most_bytes;
    while (live > most && !most_bytes.compare_exchange_weak(most, live)) {
    }
    return memory;
}

void give_back(void* memory) noexcept {
    if (memory == nullptr) return;
    live_bytes -= static_cast<int64_t>(malloc_usable_size(memory));
    std::free(memory);
}
}  // namespace

void* operator new(size_t size) { return counted(size); }
void* operator new[](size_t size) { return counted(size); }
void operator delete(void* memory) noexcept { give_back(memory); }
void operator delete[](void* memory) noexcept { give_back(memory); }
void operator delete(void* memory, size_t) noexcept { give_back(memory); }
void operator delete[](void* memory, size_t) noexcept { give_back(memory); }
#endif

namespace soliloquy {
namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr double kMaxSeconds = 5.0;  // instrumented code is many times slower
#else
constexpr double kMaxSeconds = 0.1;
#endif
constexpr int64_t kMaxBytes = int64_t{16} << 20;

std::string repeated(std::string_view unit, size_t times) {
    std::string result;
    for (size_t i = 0; i < times; ++i) result += unit;
    return result;
}

struct Cost {
    double seconds;
    int64_t bytes;
    std::string message;
};

Cost cost_of(const std::string& source) {
    const int64_t before = live_bytes;
    most_bytes = before;
    const std::clock_t start = std::clock();
    Cost cost{};
    {
        const auto parsed = jinja::parse_template(source);
        const auto rendered = parsed.ok() ? jinja::render_template(*parsed, {}) : Result<TracedText>(parsed.error());
        cost.message = rendered.ok() ? "" : rendered.error().message;
    }
    cost.seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    cost.bytes = most_bytes - before;
    return cost;
}

struct Hostile {
    std::string name;
    std::string source;
};

// Must end in an error.
std::vector<Hostile> hostile_templates() {
    const std::string big = "{% set big = 'x' * 1000000 %}";
    return {
        {"range of 10^9", "{% for i in range(10**9) %}x{% endfor %}"},
        {"range of everything", "{{ range(-9223372036854775807, 9223372036854775807) }}"},
        {"nested loops", repeated("{% for i in range(1000) %}", 6) + "x" + repeated("{% endfor %}", 6)},
        {"empty nested loops", repeated("{% for i in range(99999) %}", 3) + repeated("{% endfor %}", 3)},
        {"string doubling", "{% set ns = namespace(s='x') %}{% for i in range(100) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}"},
        {"string doubling by +", "{% set ns = namespace(s='ab') %}{% for i in range(100) %}{% set ns.s = ns.s + ns.s %}{% endfor %}"},
        {"string times", "{{ 'x' * 10**12 }}"},
        {"string times in steps", "{% set ns = namespace(s='x') %}{% for i in range(9) %}{% set ns.s = ns.s * 100 %}{% endfor %}"},
        {"list doubling", "{% set ns = namespace(s=[1]) %}{% for i in range(100) %}{% set ns.s = ns.s + ns.s %}{% endfor %}"},
        {"list times", "{{ [1, 2] * 10**12 }}"},
        {"1 GiB of output", big + "{% for i in range(1000) %}{{ big }}{% endfor %}"},
        {"output of blocks", "{% for i in range(99999) %}{{ '0123456789' * 100 }}{% endfor %}"},
        {"deep parentheses", "{{ " + repeated("(", 10000) + "1" + repeated(")", 10000) + " }}"},
        {"deep lists", "{{ " + repeated("[", 10000) + repeated("]", 10000) + " }}"},
        {"deep dicts", "{{ " + repeated("{1:", 10000) + "1" + repeated("}", 10000) + " }}"},
        {"deep not", "{{ " + repeated("not ", 10000) + "1 }}"},
        {"deep signs", "{{ " + repeated("-", 10000) + "1 }}"},
        {"deep conditions", "{{ " + repeated("1 if 1 else ", 10000) + "1 }}"},
        {"long sum", "{{ 1" + repeated(" + 1", 10000) + " }}"},
        {"long attributes", "{{ a" + repeated(".b", 10000) + " }}"},
        {"long filters", "{{ 1" + repeated("|string", 10000) + " }}"},
        {"long calls", "{{ a" + repeated("()", 10000) + " }}"},
        {"deep subscripts", "{{ " + repeated("a[", 10000) + "1" + repeated("]", 10000) + " }}"},
        {"deep tests", "{{ " + repeated("1 is eq [", 10000) + repeated("]", 10000) + " }}"},
        {"deep targets", "{% for " + repeated("(", 10000) + "a" + repeated(")", 10000) + " in x %}{% endfor %}"},
        {"deep ifs", repeated("{% if 1 %}", 10000) + repeated("{% endif %}", 10000)},
        {"endless macro", "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}"},
        {"endless macros", "{% macro a(n) %}{{ b(n) }}{% endmacro %}{% macro b(n) %}{{ a(n) }}{{ a(n) }}{% endmacro %}{{ a(1) }}"},
        {"branching macro", "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(30) }}"},
        {"endless caller", "{% macro m() %}{% call m() %}{{ caller() }}{% endcall %}{% endmacro %}{{ m() }}"},
        {"replace", big + "{{ big|replace('x', big) }}"},
        {"replace of nothing", big + "{{ big|replace('', 'yyyyyyyyyyyyyyyyyyyy') }}"},
        {"join", "{{ range(99999)|join('z' * 1000) }}"},
        {"join method", "{{ ('z' * 10000).join('y' * 100000) }}"},
        {"percent width", "{{ '%1000000000s' % 1 }}"},
        {"percent star", "{{ '%*d' % (999999999999, 1) }}"},
        {"percent many", "{{ ('%999999s' * 1000) % ((1,) * 1000) }}"},
        {"format width", "{{ '{:99999999}'.format(1) }}"},
        {"format many", "{{ ('{0:900000}' * 100).format('x') }}"},
        {"center", "{{ 'x'.center(10**12) }}"},
        {"indent", "{{ ('a\\n' * 10000)|indent(10000) }}"},
        {"json of a cycle", "{% set l = [] %}{% set _ = l.append(l) %}{{ l|tojson }}"},
        {"text of a cycle", "{% set l = [] %}{% set _ = l.append(l) %}{{ l }}"},
        {"comparing cycles", "{% set l = [] %}{% set _ = l.append(l) %}{% set m = [] %}{% set _ = m.append(m) %}{{ l == m }}"},
        {"branching cycle", "{% set l = [] %}" + repeated("{% set _ = l.append(l) %}", 9) + "{{ l }}"},
        {"deep value", "{% set ns = namespace(x=[]) %}{% for i in range(90000) %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x }}"},
        {"deep chain of appends",
         "{% set ns = namespace(x=[]) %}{% for i in range(90000) %}{% set y = [] %}{% set _ = ns.x.append(y) %}{% set ns.x = y %}{% endfor "
         "%}"
         "{{ 1 // 0 }}"},
        {"many strings", "{% set l = [] %}{% for i in range(99999) %}{% set _ = l.append('x' ~ i) %}{% endfor %}{{ 1 // 0 }}"},
        {"growing list", "{% set l = [1] %}{% for i in range(99) %}{% set _ = l.extend(l) %}{% endfor %}"},
        {"many keys", "{% set d = {} %}{% for i in range(99999) %}{% set _ = d.update({i: i}) %}{% endfor %}{{ 1 // 0 }}"},
        {"quadratic search", "{% set a = 'a' * 900000 %}{% for i in range(100) %}{{ ('a' * 400000 ~ 'b') in a }}{% endfor %}"},
        {"bad search", "{% set a = 'a' * 900000 %}{% for i in range(9999) %}{{ 'ab' in a }}{% endfor %}"},
        {"sorting", "{% for i in range(999) %}{% set x = range(99999)|sort(reverse=true) %}{% endfor %}"},
        {"sorting strings", "{% set s = 'b' * 90000 %}{% for i in range(999) %}{% set x = s|sort %}{% endfor %}"},
        {"batch", "{{ [1]|batch(10**12, 0)|list }}"},
        {"slices", "{{ [1]|slice(10**12)|list }}"},
        {"letters", big + "{{ big|list }}"},
        {"reversed letters", big + "{% for i in range(999) %}{{ big[::-1]|length }}{% endfor %}"},
        {"splitting", big + "{{ big.split('x')|length }}{{ 1 // 0 }}"},
        {"many arguments", "{% macro m() %}{{ varargs|length }}{% endmacro %}{% for i in range(999) %}{{ m(*range(99999)) }}{% endfor %}"},
        {"nested copies", "{% set l = range(50000) %}" + repeated("{% for x in l %}", 90) + "{{ x }}" + repeated("{% endfor %}", 90)},
        {"nested maps", "{% set l = range(50000) %}{% set _ = l.insert(0, l) %}{{ l|map(" + repeated("'map', ", 99) + "'list')|list }}"},
        {"nested conditions", "{% set l = range(50000) %}{% macro m() %}{% for x in l if m() %}{% endfor %}{% endmacro %}{{ m() }}"},
        {"nested arguments", "{% macro m() %}{{ varargs|length }}{{ m(*range(50000)) }}{% endmacro %}{{ m() }}"},
        {"power", "{{ 10 ** 10 ** 10 }}"},
        {"integer overflow", "{{ 9223372036854775807 + 1 }}"},
        {"smallest divided", "{{ (-9223372036854775807 - 1) // -1 }}"},
        {"clock", "{{ strftime_now('%c' * 1000000) }}"},
        {"case", big + "{% for i in range(999) %}{{ (big|upper)[0] }}{% endfor %}"},
        {"repr of control letters", "{{ ['\\x01' * 2900000] }}"},
        {"alternating sources", "{% set ns = namespace(s=now ~ 'x') %}{% for i in range(99) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}"},
        {"long tuple keys",
         "{% set d = {} %}{% set t = (1,) * 50000 %}{% for i in range(999) %}{% set _ = d.update({t: i}) %}{% endfor %}{{ 1 // 0 }}"},
        {"long keys",
         "{% set d = {} %}{% set s = 'x' * 60000 %}{% for i in range(30) %}{% set _ = d.update({s ~ i: i}) %}{% endfor %}"
         "{% set key = s ~ 'y' %}{% for i in range(9999) %}{% for j in range(9999) %}{{ key in d }}{% endfor %}{% endfor %}"},
        {"long source", repeated("{{ 1 }}", 100000)},
        {"many words", repeated("{{ 1 }}", 30000)},
        {"long dict of maps", "{% set d = dict(range(999)|map('string')|map('list')) %}{{ 1 // 0 }}"},
        {"sum of lists", "{{ ([[1, 2, 3]] * 30000)|sum(start=[]) }}"},
        {"concat in a filter loop", "{% for i in range(999) %}{% filter replace('a', 'b' * 10000) %}aaaaaaaaaa{% endfilter %}{% endfor %}"},
        {"groups", "{% for i in range(999) %}{% set g = ([{'a': 1}] * 30000)|groupby('a') %}{% endfor %}"},
        {"unique", "{{ range(99999)|unique|list|length }}{{ 1 // 0 }}"},
        {"namespace loop", "{% set ns = namespace() %}{% set ns.me = ns %}{{ ns }}"},
    };
}

TEST(Sandbox, HostileTemplatesEndSoonInLittleMemory) {
    double slowest = 0.0;
    int64_t largest = 0;
    std::string slowest_name;
    std::string largest_name;
    for (const Hostile& hostile : hostile_templates()) {
        Cost cost = cost_of(hostile.source);
        // Other work on the machine may slow a run down: what counts is the better of two.
        if (cost.seconds > kMaxSeconds) cost.seconds = std::min(cost.seconds, cost_of(hostile.source).seconds);
        EXPECT_FALSE(cost.message.empty()) << hostile.name << " rendered";
        EXPECT_NE(cost.message.find(hostile.name == "long source" ? "bytes" : "line "), std::string::npos)
            << hostile.name << ": " << cost.message;
        EXPECT_LT(cost.seconds, kMaxSeconds) << hostile.name << ": " << cost.message;
        EXPECT_LT(cost.bytes, kMaxBytes) << hostile.name << ": " << cost.message;
        if (cost.seconds > slowest) slowest = cost.seconds, slowest_name = hostile.name;
        if (cost.bytes > largest) largest = cost.bytes, largest_name = hostile.name;
        if (std::getenv("SOLILOQUY_VERBOSE") != nullptr) {
            std::cout << static_cast<int>(cost.seconds * 1000) << " ms, " << cost.bytes / 1024 << " KiB: " << hostile.name << ": "
                      << cost.message << "\n";
        }
    }
    std::cout << hostile_templates().size() << " hostile templates; slowest " << slowest * 1000 << " ms (" << slowest_name << "), largest "
              << static_cast<double>(largest) / (1 << 20) << " MiB (" << largest_name << ")\n";
}

TEST(Sandbox, GivesAllMemoryBack) {
    for (const char* source :
         {"{% set l = [] %}{% set _ = l.append(l) %}x", "{% set d = {} %}{% set _ = d.update({'me': d, 'f': d.get}) %}x",
          "{% set l = [] %}{% set _ = l.append(l.append) %}x", "{% set ns = namespace() %}{% set ns.me = ns %}x",
          "{% set l = [1] %}{% for x in l %}{% set _ = l.append(loop) %}{% endfor %}x",
          "{% set l = [] %}{% macro m() %}{{ l }}{% endmacro %}{% set _ = l.append(m) %}x",
          "{% set a = {} %}{% set b = {'a': a} %}{% set _ = a.update(b=b) %}x"}) {
        const int64_t before = live_bytes;
        {
            const auto parsed = jinja::parse_template(source);
            ASSERT_TRUE(parsed.ok());
            for (int i = 0; i < 3; ++i) {
                const auto rendered = jinja::render_template(*parsed, {});
                ASSERT_TRUE(rendered.ok()) << rendered.error().message;
                EXPECT_EQ(rendered->text, "x");
            }
        }
        EXPECT_EQ(live_bytes, before) << source;
    }
}

// The machine stack of a small thread is enough for the deepest template that is accepted.
TEST(Sandbox, DeepestTemplatesFitASmallStack) {
    const std::string nested = "{{ " + repeated("(", 90) + "1" + repeated(" ~ 1)", 90) + " }}";
    const std::string blocks = repeated("{% for i in [1] %}", 90) + nested + repeated("{% endfor %}", 90);
    const std::string macro =
        "{% macro m() %}" + repeated("{% if 1 %}", 40) + "{{ [[[[[ m() ]]]]] }}" + repeated("{% endif %}", 40) + "{% endmacro %}{{ m() }}";
    for (const std::string& source : {nested, blocks, macro}) {
        pthread_attr_t attributes;
        pthread_attr_init(&attributes);
#if defined(__SANITIZE_ADDRESS__)
        pthread_attr_setstacksize(&attributes, size_t{4} << 20);
#else
        pthread_attr_setstacksize(&attributes, size_t{512} << 10);
#endif
        pthread_t thread{};
        const auto run = [](void* text) -> void* {
            const auto parsed = jinja::parse_template(*static_cast<const std::string*>(text));
            if (parsed.ok()) static_cast<void>(jinja::render_template(*parsed, {}));
            return nullptr;
        };
        std::string copy = source;
        ASSERT_EQ(pthread_create(&thread, &attributes, run, &copy), 0);
        pthread_join(thread, nullptr);
        pthread_attr_destroy(&attributes);
    }
}

TEST(Sandbox, LimitsGrowWithTheConversation) {
    const auto parsed = jinja::parse_template(
        "{% for m in messages %}{{ m.content.split(' ')|join('_')|replace('a', 'b')|trim }}{% for c in m.content[:100] %}{{ c }}{% endfor "
        "%}{% endfor %}");
    ASSERT_TRUE(parsed.ok());
    std::vector<jinja::Value> messages;
    for (int i = 0; i < 500; ++i) {
        std::vector<std::pair<jinja::Value, jinja::Value>> message;
        message.emplace_back(jinja::Value::string("content", TextSource::from_content),
                             jinja::Value::string(repeated("some words that were said ", 100), TextSource::from_content));
        messages.push_back(jinja::Value::dict(std::move(message)));
    }
    const auto rendered = jinja::render_template(*parsed, {{"messages", jinja::Value::list(std::move(messages))}});
    ASSERT_TRUE(rendered.ok()) << rendered.error().message;
    EXPECT_GT(rendered->text.size(), 1'250'000u);
}

TEST(Sandbox, InputsStayUnchangedAndThreadsShareATemplate) {
    const auto parsed = jinja::parse_template(
        "{% set _ = messages.append(1) %}{% set _ = messages[0].update(a=2) %}{{ messages|length }}{{ messages[0].a }}");
    ASSERT_TRUE(parsed.ok());
    std::vector<std::pair<jinja::Value, jinja::Value>> message;
    message.emplace_back(jinja::Value::string("a", TextSource::from_content), jinja::Value::integer(1));
    std::vector<jinja::Value> list;
    list.push_back(jinja::Value::dict(std::move(message)));
    const jinja::Variables variables = {{"messages", jinja::Value::list(std::move(list))}};
    std::vector<std::thread> threads;
    std::atomic<int> right{0};
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int round = 0; round < 200; ++round) {
                const auto rendered = jinja::render_template(*parsed, variables);
                if (rendered.ok() && rendered->text == "22") ++right;
            }
        });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(right, 800);
}

}  // namespace
}  // namespace soliloquy
