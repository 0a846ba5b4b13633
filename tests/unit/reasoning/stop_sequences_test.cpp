/// tests/unit/reasoning/stop_sequences_test.cpp: a stop is found wherever tokens cut it, and nothing else is lost.
#include "engine/chat/stop_sequences.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace soliloquy {
namespace {

TEST(StopSequences, HoldsBackOnlyWhatMayBecomeAStop) {
    StopSequences stops({"\nUser:", "###"});
    std::string out;
    EXPECT_FALSE(stops.feed("hello\nUs", out));
    EXPECT_EQ(out, "hello");
    EXPECT_FALSE(stops.feed("ual ##", out));
    EXPECT_EQ(out, "hello\nUsual ");
    EXPECT_TRUE(stops.feed("#after", out));
    EXPECT_EQ(out, "hello\nUsual ");
    EXPECT_TRUE(stops.feed("more", out));
    stops.finish(out);
    EXPECT_EQ(out, "hello\nUsual ");
}

TEST(StopSequences, WithoutAStopEverythingComesOut) {
    StopSequences stops({"aab", ""});
    std::string out;
    EXPECT_FALSE(stops.feed("aaaa", out));
    stops.finish(out);
    EXPECT_EQ(out, "aaaa");
    EXPECT_FALSE(StopSequences({}).feed("x", out));
}

TEST(StopSequences, AgreesWithASearchOfTheWholeText) {
    std::mt19937 random(3);
    for (int round = 0; round < 20000; ++round) {
        const auto word = [&](size_t most) {
            std::string text(1 + random() % most, 'a');
            for (char& letter : text) letter = random() % 3 == 0 ? 'b' : 'a';
            return text;
        };
        const std::vector<std::string> sequences{word(4), word(6)};
        const std::string text = word(24);
        // The one that is complete first; of two that end together the longer one, which begins earlier.
        size_t end = std::string::npos, begin = text.size();
        for (const std::string& sequence : sequences) {
            const size_t at = text.find(sequence);
            if (at == std::string::npos) continue;
            const size_t complete = at + sequence.size();
            if (end == std::string::npos || complete < end) {
                end = complete;
                begin = at;
            } else if (complete == end) {
                begin = std::min(begin, at);
            }
        }
        StopSequences stops(sequences);
        std::string out;
        for (size_t at = 0; at < text.size();) {
            const size_t length = 1 + random() % 4;
            stops.feed(std::string_view(text).substr(at, length), out);
            at += length;
        }
        stops.finish(out);
        EXPECT_EQ(out, text.substr(0, begin)) << text << " " << sequences[0] << " " << sequences[1];
        EXPECT_EQ(stops.stopped(), end != std::string::npos);
    }
}

}  // namespace
}  // namespace soliloquy
