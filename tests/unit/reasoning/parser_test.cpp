/// tests/unit/reasoning/parser_test.cpp: what the golden vectors cannot say: streaming, letters cut between tokens, who closed, bounds.
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "tests/support/span_collector.h"

namespace soliloquy::testing {
namespace {

struct Parse {
    explicit Parse(std::string_view family, bool start_in_thought, std::vector<TokenId> turn_ends = {})
        : tokens(find_reasoning_family(family)),
          profile(resolve_reasoning_profile(find_reasoning_family(family), tokens.lookup(), std::move(turn_ends))),
          parser(profile, start_in_thought) {}
    Parse& text(std::string_view bytes) {
        parser.feed(FamilyTokens::kText, bytes, collected);
        return *this;
    }
    Parse& token(std::string_view name, ClosedBy closer = ClosedBy::model) {
        parser.feed(tokens.find(name).value(), name, collected, closer);
        return *this;
    }

    FamilyTokens tokens;
    ReasoningProfile profile;
    SpanCollector collected;
    ReasoningParser parser;
};

TEST(ReasoningParser, HandsOverTextAsItArrives) {
    Parse parse("r1", true);
    parse.text("\nWell");
    EXPECT_EQ(parse.collected.spans, (std::vector<NamedSpan>{{"thought", "Well"}}));
    parse.text(", so");
    EXPECT_EQ(parse.collected.spans.front().second, "Well, so");
    EXPECT_TRUE(parse.parser.in_thought());
    EXPECT_EQ(parse.parser.status(), ThoughtStatus::unfinished);
    parse.token("</think>").text("4");
    EXPECT_EQ(parse.collected.spans.back(), (NamedSpan{"answer", "4"}));
    EXPECT_EQ(parse.parser.status(), ThoughtStatus::finished);
    EXPECT_EQ(parse.collected.thoughts_closed, 1);
}

TEST(ReasoningParser, HoldsACutLetterBackAndReplacesOneThatNeverEnds) {
    Parse parse("r1", false);
    parse.text("a\xC3");
    EXPECT_EQ(parse.collected.spans.back().second, "a");
    parse.text("\xA9\xF0\x9F");
    EXPECT_EQ(parse.collected.spans.back().second, "a\xC3\xA9");
    parse.parser.finish(true, parse.collected);
    EXPECT_EQ(parse.collected.spans.back().second, "a\xC3\xA9\xEF\xBF\xBD");
}

TEST(ReasoningParser, AStopInsideALetterLeavesNoReplacement) {
    Parse parse("r1", false);
    parse.text("a\xF0\x9F");
    parse.parser.finish(false, parse.collected);
    EXPECT_EQ(parse.collected.spans.back().second, "a");
}

TEST(ReasoningParser, ALetterDoesNotJoinAcrossAMark) {
    Parse parse("r1", true);
    parse.text("a\xC3").token("</think>").text("\xA9");
    parse.parser.finish(true, parse.collected);
    EXPECT_EQ(parse.collected.spans, (std::vector<NamedSpan>{{"thought", "a\xEF\xBF\xBD"}, {"answer", "\xEF\xBF\xBD"}}));
}

TEST(ReasoningParser, SaysWhoClosed) {
    Parse parse("r1", true);
    parse.text("a").token("</think>", ClosedBy::user).text("b");
    EXPECT_EQ(parse.parser.closed_by(), ClosedBy::user);
}

TEST(ReasoningParser, EndOfTurnIsNeverShown) {
    Parse parse("r1", true, {5});
    parse.text("a").token("</think>").text("b");
    EXPECT_TRUE(parse.parser.ends_turn(5));
    EXPECT_FALSE(parse.parser.ends_turn(FamilyTokens::kText));
    parse.parser.feed(5, "<end>", parse.collected);
    parse.parser.finish(true, parse.collected);
    EXPECT_EQ(parse.collected.spans.back(), (NamedSpan{"answer", "b"}));
    EXPECT_EQ(parse.collected.everything, "a</think>b<end>");
}

TEST(ReasoningParser, TheEndOfAHarmonyThoughtDoesNotEndTheTurn) {
    Parse parse("harmony", false, {FamilyTokens::kFirstId + 5});  // <|return|>
    const TokenId end = parse.tokens.find("<|end|>").value();
    parse.token("<|channel|>").text("analysis").token("<|message|>").text("a");
    EXPECT_TRUE(parse.parser.in_thought());
    EXPECT_FALSE(parse.parser.ends_turn(end));
    parse.token("<|end|>").token("<|start|>").text("assistant").token("<|channel|>").text("final").token("<|message|>").text("b");
    EXPECT_TRUE(parse.parser.ends_turn(end));
    EXPECT_TRUE(parse.parser.ends_turn(parse.tokens.find("<|return|>").value()));
    EXPECT_EQ(parse.parser.status(), ThoughtStatus::finished);
}

TEST(ReasoningParser, AMarkThatClosesAThoughtDoesNotEndTheTurnEither) {
    Parse parse("solar", false, {FamilyTokens::kFirstId + 2});
    const TokenId end = parse.tokens.find("<|end|>").value();
    ASSERT_EQ(end, FamilyTokens::kFirstId + 2);
    parse.token("<|think|>").text("a");
    EXPECT_FALSE(parse.parser.ends_turn(end));
    parse.token("<|end|>").token("<|content|>").text("b");
    EXPECT_TRUE(parse.parser.ends_turn(end));
}

TEST(ReasoningParser, WithoutAProfileEverythingIsAnswer) {
    const ReasoningProfile none;
    ReasoningParser parser(none, true);
    SpanCollector collected;
    parser.feed(1, "\n<think>a</think>\n", collected);
    parser.finish(true, collected);
    EXPECT_EQ(collected.spans, (std::vector<NamedSpan>{{"answer", "\n<think>a</think>\n"}}));
    EXPECT_EQ(parser.status(), ThoughtStatus::none);
}

TEST(ReasoningParser, ACutMarkWaitsAndThenShows) {
    Parse parse("olmo3", true);
    parse.text("a </thi");
    EXPECT_EQ(parse.collected.spans.back().second, "a");
    parse.text("ng");
    EXPECT_EQ(parse.collected.spans.back().second, "a </thing");
}

/// 1 MiB of what makes naive parsers slow; the same work per byte as for prose.
TEST(ReasoningParser, StaysLinearAndFlat) {
    using Clock = std::chrono::steady_clock;
    const auto seconds = [](std::string_view family, std::string_view piece) {
        Parse parse(family, true);
        std::string bytes;
        while (bytes.size() < (size_t{1} << 20)) bytes += piece;
        struct : SpanSink {
            void on_text(Channel, std::string_view text, bool) override { shown += text.size(); }
            void on_format(std::string_view text) override { shown += text.size(); }
            size_t shown = 0;
        } sink;
        const auto begun = Clock::now();
        for (size_t at = 0; at < bytes.size(); at += 4) {
            const std::string_view token = std::string_view(bytes).substr(at, 4);
            parse.parser.feed(FamilyTokens::kText, token, sink);
            EXPECT_LE(at, sink.shown + 8192);
        }
        return std::chrono::duration<double>(Clock::now() - begun).count();
    };
    const double prose = seconds("olmo3", "The quick brown fox. ");
    for (const std::string_view piece : {"<", " ", "</think", "</", "\n", "\xF0\x9F\x99\x82"}) {
        EXPECT_LT(seconds("olmo3", piece), 40.0 * prose + 1.0) << piece;
    }
}

}  // namespace
}  // namespace soliloquy::testing
