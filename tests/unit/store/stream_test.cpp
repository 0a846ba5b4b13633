/// tests/unit/store/stream_test.cpp: a stream in chunks is the stream in one piece; what a crash leaves; flat cost.
#include <SQLiteCpp/SQLiteCpp.h>

#include <chrono>
#include <cstdio>
#include <random>

#include "app/store/token_codec.h"
#include "tests/unit/store/store_fixture.h"

namespace soliloquy::store {
namespace {

TEST_F(StoreTest, BothRowsAreThereBeforeTheFirstToken) {
    const ConversationId id = new_conversation();
    const auto turn = store->begin_turn({.conversation = id, .question = "why?", .model_name = "m", .now = 5});
    ASSERT_TRUE(turn.ok());
    const auto path = store->active_path(id);
    ASSERT_EQ(path->size(), 2u);
    EXPECT_EQ((*path)[0].text_of(PartKind::text), "why?");
    EXPECT_EQ((*path)[1].status, MessageStatus::streaming);
    EXPECT_EQ((*path)[1].model_name, "m");
    EXPECT_EQ(store->conversation(id)->updated, 5);
}

TEST_F(StoreTest, ChunksFoldIntoPartsAndColumnsAtEveryCut) {
    std::mt19937 random(3);
    for (int round = 0; round < 20; ++round) {
        const ConversationId id = new_conversation();
        const auto turn = store->begin_turn({.conversation = id, .question = "q"});
        std::string thought, answer;
        TokenColumns tokens;
        StreamChunk chunk;
        for (uint32_t i = 0; i < 120; ++i) {
            const bool in_thought = i < 70;
            const std::string word = numbered("w", random() % 50) + " ";
            (in_thought ? thought : answer) += word;
            chunk.text.push_back({.kind = in_thought ? PartKind::reasoning : PartKind::text,
                                  .begins_part = i == 0 || i == 70,
                                  .text = word,
                                  .token_begin = i,
                                  .token_end = i + 1});
            chunk.tokens.append(some_tokens(i, 1));
            tokens.append(some_tokens(i, 1));
            if (random() % 9 == 0) {
                ASSERT_TRUE(store->append_stream(turn->assistant, chunk).ok());
                chunk = {};
                if (random() % 8 == 0) {
                    ASSERT_EQ(store->message(turn->assistant)->text_of(PartKind::reasoning), thought);
                }
            }
        }
        ASSERT_TRUE(store->append_stream(turn->assistant, chunk).ok());
        ASSERT_TRUE(store->finish_stream(turn->assistant, {.thought_closed_by = ClosedBy::model, .counters = {.tokens = 120}}).ok());
        const auto message = store->message(turn->assistant);
        ASSERT_EQ(message->parts.size(), 2u);
        EXPECT_EQ(message->parts[0], (Part{.kind = PartKind::reasoning, .text = thought, .token_begin = 0, .token_end = 70}));
        EXPECT_EQ(message->parts[1], (Part{.kind = PartKind::text, .text = answer, .token_begin = 70, .token_end = 120}));
        EXPECT_EQ(*store->tokens(turn->assistant), tokens);
        EXPECT_EQ(message->status, MessageStatus::finished);
        EXPECT_EQ(message->counters.tokens, 120u);
    }
}

TEST_F(StoreTest, TwoThoughtsInARowStayTwoParts) {
    const auto turn = store->begin_turn({.conversation = new_conversation(), .question = "q"});
    const auto append = [&](bool begins, const char* text) {
        const TextRun run{.kind = PartKind::reasoning, .begins_part = begins, .text = text};
        ASSERT_TRUE(store->append_stream(turn->assistant, {.text = {run}}).ok());
    };
    append(true, "one ");
    append(false, "goes on");
    append(true, "two");
    ASSERT_TRUE(store->finish_stream(turn->assistant, {}).ok());
    const auto message = store->message(turn->assistant);
    ASSERT_EQ(message->parts.size(), 2u);
    EXPECT_EQ(message->parts[0].text, "one goes on");
    EXPECT_EQ(message->parts[1].text, "two");
}

TEST_F(StoreTest, WhatWasLeftStreamingIsInterruptedWithAllThatWasFlushed) {
    const ConversationId id = new_conversation();
    const auto turn = store->begin_turn({.conversation = id, .question = "q"});
    StreamChunk chunk;
    chunk.text = {{.kind = PartKind::reasoning, .begins_part = true, .text = "Let me see", .token_begin = 0, .token_end = 3}};
    chunk.tokens = some_tokens(0, 3);
    chunk.prompt_opens_thought = true;
    chunk.counters.thought_ms = 900;
    ASSERT_TRUE(store->append_stream(turn->assistant, chunk).ok());
    reopen();
    EXPECT_EQ(store->recovered_messages(), 1u);
    const auto message = store->message(turn->assistant);
    EXPECT_EQ(message->status, MessageStatus::interrupted);
    EXPECT_EQ(message->text_of(PartKind::reasoning), "Let me see");
    EXPECT_TRUE(message->prompt_opens_thought);
    EXPECT_EQ(message->counters.thought_ms, 900u);
    EXPECT_EQ(*store->tokens(turn->assistant), some_tokens(0, 3));
    EXPECT_EQ(store->search("let", SearchScope::thoughts)->size(), 1u);
    reopen();
    EXPECT_EQ(store->recovered_messages(), 0u);
}

TEST_F(StoreTest, AResumedStreamGoesOnInItsLastPart) {
    const ConversationId id = new_conversation();
    const auto turn = store->begin_turn({.conversation = id, .question = "q"});
    StreamChunk chunk;
    chunk.text = {{.kind = PartKind::reasoning, .begins_part = true, .text = "one ", .token_begin = 0, .token_end = 2}};
    chunk.tokens = some_tokens(0, 2);
    ASSERT_TRUE(store->append_stream(turn->assistant, chunk).ok());
    ASSERT_TRUE(store->finish_stream(turn->assistant, {.status = MessageStatus::error, .error = "the device was lost"}).ok());
    EXPECT_EQ(store->message(turn->assistant)->text_of(PartKind::error), "the device was lost");
    EXPECT_FALSE(store->append_stream(turn->assistant, chunk).ok());  // it is not streaming

    ASSERT_TRUE(store->resume_stream(turn->assistant).ok());
    chunk.text = {{.kind = PartKind::reasoning, .text = "two", .token_begin = 2, .token_end = 4, .origins = origin_bit(Origin::edited)},
                  {.kind = PartKind::text, .begins_part = true, .text = "answer", .token_begin = 5, .token_end = 6}};
    chunk.tokens = some_tokens(2, 4);
    ASSERT_TRUE(store->append_stream(turn->assistant, chunk).ok());
    ASSERT_TRUE(store->finish_stream(turn->assistant, {}).ok());
    const auto message = store->message(turn->assistant);
    ASSERT_EQ(message->parts.size(), 2u);
    EXPECT_EQ(message->parts[0].text, "one two");
    EXPECT_EQ(message->parts[0].token_end, 4u);
    EXPECT_EQ(message->parts[0].origins, origin_bit(Origin::edited));
    EXPECT_EQ(message->parts[1].text, "answer");
    EXPECT_EQ(*store->tokens(turn->assistant), some_tokens(0, 6));
    EXPECT_EQ(store->search("one", SearchScope::thoughts)->size(), 1u);
    EXPECT_EQ(store->search("two", SearchScope::thoughts)->size(), 1u);
}

TEST(TokenCodec, ColumnsComeBackAndDamageIsAnError) {
    for (const uint32_t count : {0u, 1u, 7u, 1000u}) {
        const TokenColumns tokens = some_tokens(3, count);
        EXPECT_EQ(decode_tokens(encode_tokens(tokens)), tokens);
    }
    EncodedTokens encoded = encode_tokens(some_tokens(0, 100));
    encoded.count = 101;
    EXPECT_THROW((void)decode_tokens(encoded), StoreError);
    encoded.count = 0xFFFFFFFF;
    EXPECT_THROW((void)decode_tokens(encoded), StoreError);
    std::mt19937 random(1);
    const EncodedTokens good = encode_tokens(some_tokens(0, 100));
    for (int i = 0; i < 5000; ++i) {
        EncodedTokens bad = good;
        std::string& blob = bad.blobs[random() % bad.blobs.size()];
        if (random() % 4 == 0) {
            blob.resize(random() % (blob.size() + 1));
        } else {
            blob[random() % blob.size()] = static_cast<char>(random());
        }
        try {
            (void)decode_tokens(bad);
        } catch (const StoreError& error) {
            EXPECT_EQ(error.code, StoreErrorCode::broken);
        }
    }
}

// A checkpoint appends. The bound is loose, because tests share the machine; a rewrite of the message would be a hundred times slower.
TEST_F(StoreTest, ACheckpointCostsTheSameAtTheEndOfALongStream) {
    const ConversationId id = new_conversation();
    const auto turn = store->begin_turn({.conversation = id, .question = "q"});
    const auto checkpoint = [&](uint32_t first) {
        StreamChunk chunk;
        chunk.tokens = some_tokens(first, 50);
        chunk.text = {{.kind = PartKind::reasoning, .text = chunk.tokens.bytes, .token_begin = first, .token_end = first + 50}};
        const auto began = std::chrono::steady_clock::now();
        EXPECT_TRUE(store->append_stream(turn->assistant, chunk).ok());
        return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count();
    };
    std::vector<double> times;
    for (uint32_t first = 0; first < 100'000; first += 50) times.push_back(checkpoint(first));
    const auto median_of = [&](size_t from, size_t to) {
        std::vector<double> some(times.begin() + static_cast<long>(from), times.begin() + static_cast<long>(to));
        std::nth_element(some.begin(), some.begin() + static_cast<long>(some.size() / 2), some.end());
        return some[some.size() / 2];
    };
    const double early = median_of(10, 110), late = median_of(1900, 2000);
    const auto began = std::chrono::steady_clock::now();
    ASSERT_TRUE(store->finish_stream(turn->assistant, {}).ok());
    const double fold = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count();
    std::printf("checkpoint of 50 tokens: %.2f ms after about 1,000 tokens, %.2f ms after 100,000; fold of 100,000: %.0f ms\n", early, late,
                fold);
    EXPECT_LT(late, 3 * early + 1.0);
    EXPECT_EQ(store->tokens(turn->assistant)->size(), 100'000u);
}

TEST_F(StoreTest, DamagedTokensOfAnInterruptedAnswerDoNotHideTheText) {
    const ConversationId id = new_conversation();
    const auto turn = store->begin_turn({.conversation = id, .question = "q"});
    StreamChunk chunk;
    chunk.text = {{.kind = PartKind::text, .begins_part = true, .text = "what was written"}};
    chunk.tokens = some_tokens(0, 3);
    ASSERT_TRUE(store->append_stream(turn->assistant, chunk).ok());
    store.reset();
    SQLite::Database(file.string(), SQLite::OPEN_READWRITE).exec("UPDATE stream_tokens SET ids = x'00112233'");
    reopen();
    EXPECT_EQ(store->recovered_messages(), 1u);
    EXPECT_EQ(store->message(turn->assistant)->text_of(PartKind::text), "what was written");
    EXPECT_EQ(store->message(turn->assistant)->status, MessageStatus::interrupted);
    EXPECT_TRUE(store->tokens(turn->assistant)->empty());
}

TEST_F(StoreTest, AWriteThatFoundALockLeavesTheNextOneAsSafeAsBefore) {
    const ConversationId id = new_conversation();
    store.reset();
    store = std::move(*ConversationStore::open(file, {.busy_timeout_ms = 20}));
    const auto turn = store->begin_turn({.conversation = id, .question = "q"});
    SQLite::Database other(file.string(), SQLite::OPEN_READWRITE);
    other.exec("BEGIN IMMEDIATE");
    const auto refused = store->append_stream(turn->assistant, {.text = {{.kind = PartKind::text, .text = "more"}}});
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, StoreErrorCode::busy);
    other.exec("ROLLBACK");
    EXPECT_TRUE(store->commits_are_synced());
}

}  // namespace
}  // namespace soliloquy::store
