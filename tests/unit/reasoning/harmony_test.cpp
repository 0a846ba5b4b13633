/// tests/unit/reasoning/harmony_test.cpp: headers of gpt-oss that went wrong lose no words and make no tool calls of answers.
#include <gtest/gtest.h>

#include <cstdio>
#include <string>
#include <vector>

#include "tests/support/span_collector.h"

namespace soliloquy::testing {
namespace {

using Spans = std::vector<NamedSpan>;

/// Tokens where the stream names marks, ordinary text elsewhere.
std::vector<StreamItem> items_of(std::string_view stream, const FamilyTokens& tokens) {
    std::vector<StreamItem> items;
    while (!stream.empty()) {
        size_t length = 0;
        for (const std::string& name : tokens.names()) length = stream.starts_with(name) ? name.size() : length;
        const bool token = length > 0;
        if (!token) length = std::min(stream.size(), std::max<size_t>(1, stream.find("<|")));
        items.push_back({token, std::string(stream.substr(0, length))});
        stream.remove_prefix(length);
    }
    return items;
}

struct Case {
    std::string stream;
    Spans spans;
};

const std::string kFinal = "<|start|>assistant<|channel|>final<|message|>Hi";
const std::string kLong(300, 'x');

const std::vector<Case> kCases = {
    {"<|channel|>analysis<|message|>Hm<|end|>" + kFinal + "<|return|>", {{"thought", "Hm"}, {"answer", "Hi"}}},
    // a header that no <|message|> ends
    {R"(<|channel|>final {"answer": "hi"}<|return|>)", {{"answer", R"({"answer": "hi"})"}}},
    {R"(<|channel|>final{"answer": "hi"}<|return|>)", {{"answer", R"({"answer": "hi"})"}}},
    {R"(<|channel|>final <|constrain|>json {"answer": "hi"}<|return|>)", {{"answer", R"({"answer": "hi"})"}}},
    {"<|channel|>final Hello, and so it goes on.", {{"answer", "Hello, and so it goes on."}}},
    {"<|channel|>final " + kLong + " and on", {{"answer", kLong + " and on"}}},
    {"<|channel|>analysis We think.<|end|>" + kFinal, {{"thought", "We think."}, {"answer", "Hi"}}},
    {"<|channel|>analysis We think." + kFinal, {{"thought", "We think."}, {"answer", "Hi"}}},
    {"<|channel|>commentary I shall look.<|end|>" + kFinal, {{"answer", "I shall look."}, {"answer", "Hi"}}},
    {R"(<|channel|>commentary to=functions.f <|constrain|>json{"a": 1}<|call|>)", {{"tool", R"({"a": 1})"}}},
    {"<|channel|>Hello there, no name.<|return|>", {{"answer", "Hello there, no name."}}},
    {"<|channel|>analysis<|message|>Hm<|end|>Just words.", {{"thought", "Hm"}, {"answer", "Just words."}}},
    {"<|channel|>analysis<|message|>Hm<|end|><|start|>assistant Just words.<|return|>", {{"thought", "Hm"}, {"answer", "Just words."}}},
    {"Just words.<|end|>" + kFinal, {{"answer", "Just words."}, {"answer", "Hi"}}},
    // names alone are no words
    {"<|channel|>commentary?<|end|>" + kFinal, {{"answer", "Hi"}}},
    {"<|channel|>final", {}},
    {"<|channel|>analysis<|message|>Hm<|end|><|start|>assist", {{"thought", "Hm"}}},
    {"<|start|>assistant<|channel|>commentary to=functions.f", {}},
    // the last channel wins, and recipients before it do not count
    {"<|channel|>commentary to=assistant<|channel|>final<|message|>Hello", {{"answer", "Hello"}}},
    {"<|channel|>commentary to=functions.f<|channel|>final<|message|>Hello", {{"answer", "Hello"}}},
    {"<|channel|>commentary to=assistant<|channel|>analysis<|message|>Hm<|end|>" + kFinal, {{"thought", "Hm"}, {"answer", "Hi"}}},
    {"<|channel|>analysis Hm.<|channel|>final<|message|>Hello", {{"thought", "Hm."}, {"answer", "Hello"}}},
    // the recipient "assistant" is no tool
    {"<|channel|>commentary to=assistant<|message|>Hello", {{"answer", "Hello"}}},
    {"<|start|>assistant to=assistant<|channel|>analysis<|message|>Hm", {{"thought", "Hm"}}},
    {"<|start|>assistant to=functions.f<|channel|>commentary<|message|>{}<|call|>", {{"tool", "{}"}}},
    {"<|channel|>commentary to=assistants.f<|message|>{}<|call|>", {{"tool", "{}"}}},
};

TEST(Harmony, NoWordOfABrokenHeaderIsLost) {
    const ReasoningFamily* family = find_reasoning_family("harmony");
    const FamilyTokens tokens(family);
    const ReasoningProfile profile = resolve_reasoning_profile(family, tokens.lookup());
    size_t cuts_tried = 0;
    for (const Case& test : kCases) {
        const auto whole = items_of(test.stream, tokens);
        size_t bytes = 0;
        for (const StreamItem& item : whole) bytes += item.is_token ? 0 : item.text.size();
        for (size_t cut = 0; cut <= bytes; ++cut, ++cuts_tried) {
            ReasoningParser parser(profile, false);
            SpanCollector collected;
            for (const StreamItem& item : cut_items(whole, {cut})) feed_item(parser, tokens, item, collected);
            parser.finish(true, collected);
            ASSERT_EQ(collected.spans, test.spans) << test.stream << ", cut at " << cut;
            ASSERT_EQ(collected.everything, test.stream) << "cut at " << cut;
            ASSERT_TRUE(collected.well_formed) << test.stream;
        }
    }
    std::printf("%zu streams, %zu cuts\n", kCases.size(), cuts_tried);
}

TEST(Harmony, AFinalMessageWithoutItsMarkEndsTheTurnToo) {
    const ReasoningFamily* family = find_reasoning_family("harmony");
    const FamilyTokens tokens(family);
    const ReasoningProfile profile = resolve_reasoning_profile(family, tokens.lookup());
    const TokenId end = tokens.find("<|end|>").value();
    const auto ends = [&](std::string_view stream) {
        ReasoningParser parser(profile, false);
        SpanCollector collected;
        for (const StreamItem& item : items_of(stream, tokens)) feed_item(parser, tokens, item, collected);
        return parser.ends_turn(end);
    };
    EXPECT_TRUE(ends("<|channel|>final Hello."));
    EXPECT_FALSE(ends("<|channel|>final"));
    EXPECT_FALSE(ends("<|channel|>analysis Hm."));
}

}  // namespace
}  // namespace soliloquy::testing
