/// tests/unit/chat_session/chat_resume_test.cpp: stop, continue, answer now, answer from here, errors and retry: nothing is lost.
#include "tests/unit/chat_session/chat_fixture.h"

namespace soliloquy {
namespace {

using store::MessageStatus;
using testing::long_stream;
using testing::think_then_answer;
using testing::unfinished_thought;

std::string words(int from, int to) {
    std::string text;
    for (int i = from; i < to; ++i) {
        text += 'w';
        text += std::to_string(i);
        text += i % 12 == 11 ? '\n' : ' ';
    }
    return text;
}

TEST_F(ChatTest, StopKeepsEverythingAndTheThoughtGoesOnWithTheStoredTokens) {
    model->push(long_stream(400, 300, 500));
    ASSERT_TRUE(session->send("go"));
    ASSERT_TRUE(wait_for([&] { return !session->messages().isEmpty() && last().counters.tokens > 50; }));
    session->stop();
    EXPECT_EQ(session->state(), ChatState::stopping);
    finish();
    EXPECT_EQ(last().status, MessageStatus::stopped);
    EXPECT_TRUE(last().can_continue_thinking);
    EXPECT_TRUE(last().can_answer_from_here);
    EXPECT_FALSE(last().can_continue_answer);
    const auto count = static_cast<int>(last().counters.tokens);
    EXPECT_EQ(thought(), words(0, count));

    restart();
    ASSERT_TRUE(session->open_conversation(store->conversations()->front().id));
    EXPECT_EQ(thought(), words(0, count));
    finish(session->continue_thinking(last().id));
    const auto request = model->requests().back();
    ASSERT_EQ(static_cast<int>(request.continuation.size()), count);
    EXPECT_EQ(request.messages.size(), 1u);  // the history ends before the message that goes on
    EXPECT_EQ(last().status, MessageStatus::finished);
    ASSERT_EQ(last().parts.size(), 2);  // the thought went on in its part
    EXPECT_EQ(thought(), words(0, 300));
    EXPECT_EQ(answer(), words(300, 400));
    EXPECT_EQ(last().counters.tokens, 401u);
    EXPECT_EQ(last().counters.thought_tokens, 301u);  // with the one that closes it
    EXPECT_EQ(store->tokens(last().id)->size(), 401u);
    const auto times = store->tokens(last().id)->time_ms;
    EXPECT_TRUE(std::is_sorted(times.begin(), times.end()));
}

TEST_F(ChatTest, AnUnfinishedThoughtOffersBothWaysOut) {
    model->push(unfinished_thought("I wonder whether"));
    ask("q");
    EXPECT_EQ(last().status, MessageStatus::unfinished);
    EXPECT_EQ(thought(), "I wonder whether");
    EXPECT_EQ(answer(), "");
    EXPECT_TRUE(last().can_continue_thinking);
    EXPECT_TRUE(last().can_answer_from_here);

    const auto id = last().id;
    auto next = std::make_shared<testing::ScriptedModel>();
    next->push(think_then_answer("I wonder whether", "Seven."));
    model = next;
    restart();
    ASSERT_TRUE(session->open_conversation(store->conversations()->front().id));
    finish(session->answer_from_here(id));
    EXPECT_TRUE(model->requests().back().close_thought);
    EXPECT_EQ(model->requests().back().continuation.size(), 3u);
    EXPECT_EQ(last().status, MessageStatus::finished);
    EXPECT_EQ(last().thought_closed_by, store::ClosedBy::user);
    EXPECT_EQ(thought(), "I wonder whether");
    EXPECT_EQ(answer(), "Seven.");
    EXPECT_FALSE(last().can_answer_from_here);
}

TEST_F(ChatTest, AnswerNowClosesTheThoughtAndMarksWhoDidIt) {
    model->push(long_stream(2000, 1990, 300));
    ASSERT_TRUE(session->send("go"));
    ASSERT_TRUE(wait_for([&] { return session->state() == ChatState::thinking && last().counters.tokens > 20; }));
    session->answer_now();
    ASSERT_TRUE(wait_for([&] { return session->state() == ChatState::answering || !session->busy(); }));
    finish();
    EXPECT_EQ(last().status, MessageStatus::finished);
    EXPECT_EQ(last().thought_closed_by, store::ClosedBy::user);
    EXPECT_THAT(thought(), ::testing::EndsWith("\n"));  // at a line end
    EXPECT_LT(last().counters.thought_tokens, 1000u);
    EXPECT_EQ(answer(), words(1990, 2000));
    const auto origins = store->tokens(last().id)->origin;
    EXPECT_EQ(std::count(origins.begin(), origins.end(), static_cast<uint8_t>(store::Origin::forced_close)), 1);
}

TEST_F(ChatTest, AnErrorInTheMiddleKeepsTheTextAndCanBeContinued) {
    auto script = long_stream(100, 50);
    script.fault_at = 70;
    model->push(script);
    model->push(long_stream(100, 50));
    ask("go");
    EXPECT_EQ(session->state(), ChatState::error);
    EXPECT_EQ(last().status, MessageStatus::error);
    EXPECT_EQ(last().parts.back().kind, store::PartKind::error);
    EXPECT_THAT(last().parts.back().text.toStdString(), ::testing::HasSubstr("device was lost"));
    EXPECT_TRUE(last().can_continue_answer);
    EXPECT_TRUE(last().can_retry);
    const std::string before = answer();
    EXPECT_FALSE(before.empty());
    restart();
    ASSERT_TRUE(session->open_conversation(store->conversations()->front().id));
    EXPECT_EQ(answer(), before);
    EXPECT_EQ(last().parts.back().kind, store::PartKind::error);
    finish(session->continue_answer(last().id));
    EXPECT_EQ(last().status, MessageStatus::finished);
    EXPECT_EQ(thought() + answer(), words(0, 100));
    EXPECT_EQ(last().parts.size(), 2);  // the error is gone, the answer went on in its part
}

TEST_F(ChatTest, AFailedStartIsRetriedInPlace) {
    model->fail_load({ErrorCode::invalid_file, "scripted.gguf: expected GGUF, found a letter"});
    ask("go");
    EXPECT_EQ(session->state(), ChatState::error);
    ASSERT_EQ(last().parts.size(), 1);
    EXPECT_EQ(last().parts[0].kind, store::PartKind::error);
    EXPECT_THAT(last().parts[0].text.toStdString(), ::testing::HasSubstr("expected GGUF"));
    EXPECT_EQ(last().counters.tokens, 0u);
    model->load_works();
    model->push(think_then_answer("t", "works"));
    const auto id = last().id;
    finish(session->retry(id));
    EXPECT_EQ(last().id, id);
    EXPECT_EQ(last().status, MessageStatus::finished);
    EXPECT_EQ(answer(), "works");
    EXPECT_EQ(last().sibling_count, 1);
}

TEST_F(ChatTest, ARefusedPromptIsAnErrorPart) {
    auto script = think_then_answer("t", "a");
    script.refuse = Error{ErrorCode::context_full, "The conversation has 40,000 tokens, the context 32,768"};
    model->push(script);
    ask("too long");
    EXPECT_EQ(last().status, MessageStatus::error);
    EXPECT_THAT(last().parts.back().text.toStdString(), ::testing::HasSubstr("40,000"));
    // A question after a failed answer: the failure is not part of what the model is given.
    model->push(think_then_answer("t", "a"));
    ask("shorter");
    ASSERT_EQ(model->requests().back().messages.size(), 1u);
    EXPECT_EQ(model->requests().back().messages[0].content, "too long\n\nshorter");
}

TEST_F(ChatTest, TheTokenLimitCutsAnAnswerThatCanGoOn) {
    model->push(long_stream(100, 10));
    ChatSettings settings;
    settings.max_tokens = 40;
    session->set_settings(settings);
    ask("go");
    EXPECT_EQ(last().status, MessageStatus::cut);
    EXPECT_TRUE(last().can_continue_answer);
    finish(session->continue_answer(last().id));
    finish(session->continue_answer(last().id));
    EXPECT_EQ(thought() + answer(), words(0, 100));
    EXPECT_EQ(last().status, MessageStatus::finished);
}

TEST_F(ChatTest, LeavingWhileItStreamsKeepsWhatCame) {
    model->push(long_stream(5000, 4000, 300));
    ASSERT_TRUE(session->send("go"));
    ASSERT_TRUE(wait_for([&] { return last().counters.tokens > 100; }));
    const auto shown = thought();
    restart();
    ASSERT_TRUE(session->open_conversation(store->conversations()->front().id));
    EXPECT_EQ(last().status, MessageStatus::interrupted);
    EXPECT_TRUE(last().can_continue_thinking);
    EXPECT_THAT(thought(), ::testing::StartsWith(shown));
    EXPECT_EQ(thought(), words(0, static_cast<int>(last().counters.tokens)));
}

TEST_F(ChatTest, LettersCutBetweenTokensArriveWhole) {
    testing::Script script;
    const std::string text = "Zahl π ≈ 3, 数字 🎉 fertig";
    for (const char c : text) {
        testing::ScriptedToken token;
        token.id = 100 + static_cast<uint8_t>(c);
        token.bytes = std::string(1, c);
        script.tokens.push_back(token);
    }
    model->push(script);
    ask("q");
    EXPECT_EQ(answer(), text);
    EXPECT_EQ(store->tokens(last().id)->bytes, text);
}

}  // namespace
}  // namespace soliloquy
