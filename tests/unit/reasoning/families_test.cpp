/// tests/unit/reasoning/families_test.cpp: streams of families whose marks are several tokens or messages, and of models whose template
/// says nothing of their thoughts; whole and at every cut.
#include <gtest/gtest.h>

#include <cstdio>
#include <string>
#include <vector>

#include "tests/support/span_collector.h"

namespace soliloquy::testing {
namespace {

using Spans = std::vector<NamedSpan>;

std::vector<StreamItem> items_of(std::string_view stream, const FamilyTokens& tokens) {
    std::vector<StreamItem> items;
    while (!stream.empty()) {
        size_t length = 0;
        for (const std::string& name : tokens.names()) {
            if (stream.starts_with(name)) length = std::max(length, name.size());
        }
        const bool token = length > 0;
        if (!token) {
            length = 1;
            const auto begins = [&](size_t at) {
                return std::any_of(tokens.names().begin(), tokens.names().end(),
                                   [&](const std::string& name) { return stream.substr(at).starts_with(name); });
            };
            while (length < stream.size() && !begins(length)) ++length;
        }
        items.push_back({token, std::string(stream.substr(0, length))});
        stream.remove_prefix(length);
    }
    return items;
}

void expect_spans(const ReasoningProfile& profile, const FamilyTokens& tokens, bool in_thought, const std::string& stream,
                  const Spans& spans) {
    const auto whole = items_of(stream, tokens);
    size_t bytes = 0;
    for (const StreamItem& item : whole) bytes += item.is_token ? 0 : item.text.size();
    for (size_t cut = 0; cut <= bytes; ++cut) {
        ReasoningParser parser(profile, in_thought);
        SpanCollector collected;
        for (const StreamItem& item : cut_items(whole, {cut})) feed_item(parser, tokens, item, collected);
        parser.finish(true, collected);
        ASSERT_EQ(collected.spans, spans) << profile.name() << ": " << stream << ", cut at " << cut;
        ASSERT_EQ(collected.everything, stream);
    }
}

struct Case {
    const char* family;
    bool in_thought;
    std::string stream;
    Spans spans;
};

TEST(FamilyStreams, MarksOfSeveralTokens) {
    const std::vector<std::string> marks = {"<|open|>",
                                            "<|close|>",
                                            "<|sep|>",
                                            "<|message_model|>",
                                            "<|content_thinking|>",
                                            "<|content_text|>",
                                            "<|content_invoke_tool_json|>",
                                            "<|end_message|>",
                                            "<|content_model_end_sampling|>",
                                            "<|start|>",
                                            "<|message|>",
                                            "<|eom|>",
                                            "<|eot|>",
                                            "<think>",
                                            "</think>",
                                            "<|tool_calls_section_begin|>",
                                            "<|tool_call_begin|>",
                                            "<minimax:tool_call>"};
    const FamilyTokens tokens(marks);
    const std::vector<Case> cases = {
        {"inkling",
         false,
         "<|content_thinking|>hm<|end_message|><|message_model|><|content_text|>hi<|content_model_end_sampling|>",
         {{"thought", "hm"}, {"answer", "hi"}}},
        {"inkling",
         false,
         "<|message_model|><|content_thinking|>a<|end_message|><|message_model|><|content_text|>b<|end_message|><|message_model|>"
         "<|content_thinking|>c<|end_message|><|message_model|><|content_text|>d<|end_message|><|content_model_end_sampling|>",
         {{"thought", "a"}, {"answer", "b"}, {"thought", "c"}, {"answer", "d"}}},
        {"inkling", false, "<|content_text|>only this<|end_message|>", {{"answer", "only this"}}},
        {"inkling",
         false,
         "<|content_thinking|>hm<|end_message|><|message_model|><|content_invoke_tool_json|>{}",
         {{"thought", "hm"}, {"tool", "<|message_model|><|content_invoke_tool_json|>"}, {"answer", "{}"}}},
        {"kimi-k3",
         true,
         "hm<|close|>think<|sep|><|open|>response<|sep|>hi<|close|>response<|sep|><|close|>message<|sep|>",
         {{"thought", "hm"}, {"answer", "hi"}}},
        {"kimi-k3", true, "hm<|open|>response<|sep|>hi<|close|>response<|sep|>", {{"thought", "hm"}, {"answer", "hi"}}},
        {"muse",
         false,
         " to=self<|message|>hm<|eom|><|start|>assistant to=user<|message|>hi<|eot|>",
         {{"thought", "hm"}, {"answer", "hi"}}},
        {"muse", false, " to=user<|message|>hi<|eot|>", {{"answer", "hi"}}},
        {"muse",
         false,
         " to=self<|message|>hm<|eom|><|start|>assistant to=self<|message|>more<|eom|><|start|>assistant to=user<|message|>hi",
         {{"thought", "hm"}, {"thought", "more"}, {"answer", "hi"}}},
        {"kimi2", false, "<think>hm<|tool_call_begin|>f", {{"thought", "hm"}, {"tool", "<|tool_call_begin|>"}, {"answer", "f"}}},
        {"m2", true, "part one</think>\n\n<response>ok</response>", {{"thought", "part one"}, {"answer", "<response>ok</response>"}}},
        {"m2",
         true,
         "one</think>and<think>second</think>done",
         {{"thought", "one"}, {"answer", "and"}, {"thought", "second"}, {"answer", "done"}}},
        {"m2", true, "hm<minimax:tool_call>", {{"thought", "hm"}, {"tool", "<minimax:tool_call>"}}},
    };
    for (const Case& test : cases) {
        const ReasoningFamily* family = find_reasoning_family(test.family);
        ASSERT_NE(family, nullptr) << test.family;
        expect_spans(resolve_reasoning_profile(family, tokens.lookup()), tokens, test.in_thought, test.stream, test.spans);
    }
    std::printf("%zu streams\n", cases.size());
}

TEST(FamilyStreams, ThoughtsOfWhichTheTemplateSaysNothing) {
    const FamilyTokens letters(std::vector<std::string>{}), tokens(std::vector<std::string>{"<think>", "</think>"});
    for (const FamilyTokens* vocabulary : {&letters, &tokens}) {
        ReasoningProfile profile = resolve_reasoning_profile(&untold_family(), vocabulary->lookup());
        profile.untold = true;
        EXPECT_EQ(profile.name(), "none");
        EXPECT_FALSE(profile.can_think());
        const auto expect = [&](const std::string& stream, const Spans& spans) {
            expect_spans(profile, *vocabulary, false, stream, spans);
        };
        expect("<think>\nLet me see.\n</think>\n\nIt is 4.", {{"thought", "Let me see."}, {"answer", "It is 4."}});
        expect("\n <think>a</think>b", {{"thought", "a"}, {"answer", "b"}});
        expect("[THINK]a[/THINK]b", {{"thought", "a"}, {"answer", "b"}});
        expect("The mark is <think>, and </think> ends it.", {{"answer", "The mark is <think>, and </think> ends it."}});
        expect("<think>a</think>b\n<think>c</think>", {{"thought", "a"}, {"answer", "b\n<think>c</think>"}});
        expect("  plain <tool_call>{} text", {{"answer", "  plain <tool_call>{} text"}});
    }
}

}  // namespace
}  // namespace soliloquy::testing
