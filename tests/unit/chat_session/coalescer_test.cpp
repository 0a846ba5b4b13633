/// tests/unit/chat_session/coalescer_test.cpp: the queue between two threads, and a delta that is the sum of its events.
#include <thread>

#include "app/chat/delta_coalescer.h"
#include "tests/unit/chat_session/chat_fixture.h"

namespace soliloquy {
namespace {

TEST(SpscQueue, EverythingArrivesInOrderAcrossThreads) {
    SpscQueue<std::string, 16> queue;
    constexpr int kCount = 200'000;
    std::thread producer([&] {
        for (int i = 0; i < kCount; ++i) queue.push(std::to_string(i));
    });
    int next = 0;
    std::string value;
    while (next < kCount) {
        if (!queue.pop(value)) continue;
        ASSERT_EQ(value, std::to_string(next));
        ++next;
    }
    producer.join();
    EXPECT_FALSE(queue.pop(value));
}

TEST(SpscQueue, FreesWhatWasNotRead) {
    SpscQueue<std::string, 4> queue;
    for (int i = 0; i < 100; ++i) queue.push("a string that is too long for its own inside");
    std::string value;
    for (int i = 0; i < 10; ++i) ASSERT_TRUE(queue.pop(value));
}

TEST(DeltaCoalescer, DeltasAtEveryCutSumUpToTheStream) {
    TurnedClock clock;
    for (uint32_t every = 1; every < 40; every += 3) {
        DeltaCoalescer coalescer(clock);
        coalescer.begin(true, true, 0);
        std::string thought, answer;
        store::TokenColumns tokens;
        uint32_t thought_tokens = 0;
        size_t spans = 0;
        const auto take = [&] {
            GenerationDelta delta;
            coalescer.take(delta);
            for (const StreamPiece& piece : delta.pieces) {
                if (piece.closes_thought) continue;
                (piece.channel == Channel::thought ? thought : answer) += piece.text;
                if (piece.begins_span) ++spans;
            }
            tokens.append(delta.tokens);
            thought_tokens += delta.thought_tokens;
        };
        std::string expected_thought, expected_answer;
        for (uint32_t i = 0; i < 60; ++i) {
            const std::string word = std::to_string(i) + ",";
            const Alternative alternatives[] = {{i, -0.5f}, {i + 1, -1.5f}};
            TokenEvent event;
            event.id = i;
            event.index = i;
            event.bytes = word;
            event.alternatives = std::span(alternatives, i % 3);
            coalescer.on_token(event);
            if (i == 40) {
                coalescer.on_thought_closed(i);
            } else {
                const Channel channel = i < 40 ? Channel::thought : Channel::answer;
                coalescer.on_text({.channel = channel, .text = word, .token_index = i, .begins_span = i == 0 || i == 41});
                (i < 40 ? expected_thought : expected_answer) += word;
            }
            if (i % every == 0) take();
        }
        take();
        EXPECT_EQ(thought, expected_thought);
        EXPECT_EQ(answer, expected_answer);
        EXPECT_EQ(tokens.size(), 60u);
        EXPECT_EQ(tokens.alternative_id.size(), 60u);
        EXPECT_EQ(thought_tokens, 41u);
        EXPECT_EQ(spans, 2u);
    }
}

}  // namespace
}  // namespace soliloquy
