/// tests/unit/reasoning/property_test.cpp: a million random streams: spans and removed bytes are the input, however it is cut.
#include <gtest/gtest.h>

#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include "tests/support/span_collector.h"

namespace soliloquy::testing {
namespace {

constexpr int kStreams = 1'000'000;

/// Pieces that matter to the family: its marks as tokens and as letters, halves of them, labels, headers, blanks, words.
std::vector<StreamItem> alphabet_of(const ReasoningFamily& family, const FamilyTokens& tokens) {
    std::vector<StreamItem> items{{false, "a"},        {false, " "},           {false, "\n"},         {false, "é"},
                                  {false, "🙂"},     {false, "<"},           {false, "</"},         {false, "{"},
                                  {false, "think"},    {false, "<tool_call>"}, {false, ">"},          {false, "<think>"},
                                  {false, "</think>"}, {false, " words"},      {false, "<function="}, {false, "\n\n"}};
    for (const Spellings* spellings : {&family.open, &family.close, &family.note_open, &family.note_close, &family.answer_open,
                                       &family.answer_close, &family.tool_start}) {
        for (const std::string_view mark : *spellings) {
            if (mark.empty()) continue;
            items.push_back({false, std::string(mark)});
            items.push_back({false, std::string(mark.substr(0, 1 + mark.size() / 2))});
        }
    }
    for (const std::string& name : tokens.names()) {
        for (int often = 0; often < 3; ++often) items.push_back({true, name});
    }
    if (!family.label.empty()) items.push_back({false, std::string(family.label)});
    if (family.harmony) {
        for (const char* word : {"analysis", "final", "commentary", "assistant", " to=functions.f", "json"}) items.push_back({false, word});
    }
    return items;
}

/// Halves of a mark may end inside a letter: such a stream is not valid UTF-8, and its spans hold U+FFFD instead.
bool is_whole(const std::string& bytes) { return to_valid_utf8(bytes) == bytes; }

TEST(ReasoningProperty, SpansAndMarksAreTheInputUnderEveryCut) {
    std::mt19937 random(20240607);
    const auto families = reasoning_families();
    uint64_t parsed = 0, symbols = 0, compared = 0;
    for (size_t f = 0; f < families.size(); ++f) {
        const FamilyTokens own(&families[f]);
        const FamilyTokens lost(std::vector<std::string>{});  // a vocabulary without the marks
        for (const FamilyTokens* tokens : {&own, &lost}) {
            const ReasoningProfile profile = resolve_reasoning_profile(&families[f], tokens->lookup());
            const std::vector<StreamItem> alphabet = alphabet_of(families[f], *tokens);
            const int streams = kStreams / static_cast<int>(2 * families.size()) + 1;
            for (int stream = 0; stream < streams; ++stream) {
                std::vector<StreamItem> items(1 + random() % 8);
                std::string input;
                for (StreamItem& item : items) input += (item = alphabet[random() % alphabet.size()]).text;
                const bool start_in_thought = random() % 2 == 0;
                ReasoningParser parser(profile, start_in_thought);
                SpanCollector collected;
                for (const StreamItem& item : items) feed_item(parser, *tokens, item, collected);
                parser.finish(true, collected);
                ++parsed;
                symbols += input.size();
                ASSERT_TRUE(collected.well_formed) << families[f].name << ": " << input;
                if (is_whole(input)) {
                    ASSERT_EQ(collected.everything, input) << families[f].name;
                }
                if (stream % 4 != 0) continue;
                ReasoningParser again(profile, start_in_thought);
                SpanCollector other;
                std::vector<size_t> cuts;
                for (size_t at = 1; at < input.size(); ++at) {
                    if (random() % 3 == 0) cuts.push_back(at);
                }
                for (const StreamItem& item : cut_items(items, cuts)) feed_item(again, *tokens, item, other);
                again.finish(true, other);
                ++compared;
                ASSERT_EQ(other.spans, collected.spans) << families[f].name << ": " << input;
                ASSERT_EQ(again.status(), parser.status());
                ASSERT_EQ(again.closed_by(), parser.closed_by());
                ASSERT_EQ(other.thoughts_closed, collected.thoughts_closed);
            }
        }
    }
    std::printf("%llu streams, %llu bytes, %llu streams cut a second way\n", static_cast<unsigned long long>(parsed),
                static_cast<unsigned long long>(symbols), static_cast<unsigned long long>(compared));
}

}  // namespace
}  // namespace soliloquy::testing
