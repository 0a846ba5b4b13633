/// tests/unit/chat_session/chat_states_test.cpp: the states in their order, loading and cancelling, times on a turned clock, refusals.
#include "tests/unit/chat_session/chat_fixture.h"

namespace soliloquy {
namespace {

using store::MessageStatus;
using testing::long_stream;
using testing::think_then_answer;

TEST_F(ChatTest, StatesComeInTheirOrder) {
    model->set_load(5, 5000);
    auto script = think_then_answer("a b c d e f g h", "i j k l m n o p", 8000);
    script.prompt_delay_us = 3000;
    model->push(script);
    std::string states;
    float load_seen = 0;
    uint32_t prompt_seen = 0;
    QObject::connect(session.get(), &ChatSession::state_changed, [&] { states += std::string(chat_state_name(session->state())) + " "; });
    QObject::connect(session.get(), &ChatSession::load_progress_changed,
                     [&] { load_seen = std::max(load_seen, session->load_progress().fraction); });
    QObject::connect(session.get(), &ChatSession::prompt_progress_changed,
                     [&] { prompt_seen = std::max(prompt_seen, session->prompt_progress().tokens_done); });
    ask("q");
    EXPECT_EQ(states, "loading_model reading_prompt thinking answering idle ");
    EXPECT_EQ(load_seen, 1.0f);
    EXPECT_EQ(prompt_seen, 12u);
    states.clear();
    ask("again");  // loaded already
    EXPECT_EQ(states, "reading_prompt thinking answering idle ");
    EXPECT_EQ(model->loads(), 1u);
}

TEST_F(ChatTest, TimesRunOnTheGivenClockAndPausesDoNotCount) {
    model->push(long_stream(4000, 3900, 500));
    ASSERT_TRUE(session->send("q"));
    ASSERT_TRUE(wait_for([&] { return last().counters.tokens > 10; }));
    clock.now += 12'000;
    ASSERT_TRUE(wait_for([&] { return last().counters.thought_ms >= 12'000; }));
    session->stop();
    finish();
    EXPECT_EQ(last().counters.thought_ms, 12'000u);
    EXPECT_EQ(last().counters.answer_ms, 0u);
    clock.now += 3'600'000;  // an hour's pause
    ASSERT_TRUE(session->continue_thinking(last().id));
    ASSERT_TRUE(wait_for_state(ChatState::thinking));
    clock.now += 5'000;
    ASSERT_TRUE(wait_for([&] { return last().counters.thought_ms >= 17'000; }));
    session->answer_now();
    session->answer_now();
    ASSERT_TRUE(wait_for([&] { return session->state() != ChatState::thinking; }));
    const auto thought_ms = last().counters.thought_ms;
    clock.now += 2'000;
    finish();
    EXPECT_EQ(thought_ms, 17'000u);
    EXPECT_EQ(last().counters.thought_ms, 17'000u);
    EXPECT_LE(last().counters.answer_ms, 2'000u);
    EXPECT_EQ(store->message(last().id)->counters.thought_ms, 17'000u);
}

TEST_F(ChatTest, LoadingInAdvanceReportsCancelsAndFails) {
    model->set_load(1000, 2000);
    session->load_model();
    ASSERT_TRUE(wait_for([&] { return session->load_progress().fraction > 0.01f; }));
    EXPECT_EQ(session->state(), ChatState::loading_model);
    session->cancel_load();
    finish();
    EXPECT_FALSE(session->model_info().has_value());
    EXPECT_EQ(troubles, "");  // the user asked for it

    model->set_load(1, 0);
    model->fail_load({ErrorCode::io, "cannot read scripted.gguf"});
    session->load_model();
    ASSERT_TRUE(wait_for([&] { return !troubles.empty(); }));
    EXPECT_THAT(troubles, ::testing::HasSubstr("cannot read scripted.gguf"));
    model->load_works();
    session->load_model();
    ASSERT_TRUE(wait_for([&] { return session->model_info().has_value(); }));
    EXPECT_EQ(session->model_info()->name, "Scripted");
}

TEST_F(ChatTest, StopWhileLoadingEndsTheTurnWithoutATrace) {
    model->set_load(1000, 2000);
    model->push(think_then_answer("t", "a"));
    ASSERT_TRUE(session->send("q"));
    ASSERT_TRUE(wait_for_state(ChatState::loading_model));
    session->stop();
    finish();
    EXPECT_EQ(last().status, MessageStatus::stopped);
    EXPECT_TRUE(last().parts.isEmpty());
    EXPECT_TRUE(last().can_retry);
    model->set_load(1, 0);
    finish(session->retry(last().id));
    EXPECT_EQ(answer(), "a");
}

TEST_F(ChatTest, StopWhileThePromptIsRead) {
    auto script = think_then_answer("t", "a");
    script.prompt_tokens = 10'000;
    script.prompt_delay_us = 1000;
    model->push(script);
    ASSERT_TRUE(session->send("q"));
    ASSERT_TRUE(wait_for([&] { return session->prompt_progress().tokens_done > 5; }));
    EXPECT_EQ(session->state(), ChatState::reading_prompt);
    session->stop();
    finish();
    EXPECT_EQ(last().status, MessageStatus::stopped);
    EXPECT_EQ(model->tokens_emitted(), 0u);
}

// A stop that comes at any moment of a turn ends it.
TEST_F(ChatTest, StopAtAnyMomentEndsTheTurn) {
    for (int i = 0; i < 40; ++i) {
        auto script = long_stream(100, 50, 50);
        script.endless = true;
        model->push(script);
        ASSERT_TRUE(session->send("q"));
        wait_for([] { return false; }, i % 8);
        session->stop();
        ASSERT_TRUE(wait_for([&] { return !session->busy(); })) << i;
        ASSERT_EQ(last().status, MessageStatus::stopped);
    }
}

TEST_F(ChatTest, CommandsThatCannotBeAreRefused) {
    model->push(long_stream(1000, 500, 2000));
    EXPECT_FALSE(session->send("   \n"));
    EXPECT_FALSE(session->regenerate(1));
    EXPECT_FALSE(session->edit(1, "x"));
    EXPECT_FALSE(session->open_conversation(77));
    session->stop();
    session->answer_now();
    ASSERT_TRUE(session->send("q"));
    ASSERT_TRUE(wait_for_state(ChatState::thinking));
    EXPECT_FALSE(session->send("another"));
    EXPECT_FALSE(session->regenerate(last().id));
    EXPECT_FALSE(session->edit(session->messages()[0].id, "x"));
    EXPECT_FALSE(session->forget_thought(last().id));
    session->stop();
    finish();
    EXPECT_FALSE(session->continue_answer(last().id));
    EXPECT_EQ(store->all_messages(session->conversation())->size(), 2u);
}

TEST_F(ChatTest, DeletingTheConversationThatIsWrittenStopsIt) {
    model->push(long_stream(10'000, 5000, 500));
    ASSERT_TRUE(session->send("q"));
    ASSERT_TRUE(wait_for([&] { return !session->messages().isEmpty() && last().counters.tokens > 5; }));
    const auto id = session->conversation();
    session->delete_conversation(id);
    session->purge_deleted();  // not while it still ends
    finish();
    EXPECT_EQ(troubles, "");
    session->undo_delete(id);
    ASSERT_TRUE(session->open_conversation(id));
    EXPECT_EQ(last().status, MessageStatus::stopped);
    EXPECT_FALSE(thought().empty());
}

TEST_F(ChatTest, SettingsTextsOfAnyKindGiveSettings) {
    EXPECT_EQ(ChatSettings::from_json("").thinking, ThinkingMode::automatic);
    EXPECT_EQ(ChatSettings::from_json("[1,2").max_tokens, 0u);
    const auto odd = ChatSettings::from_json(
        R"({"thinking":7,"temperature":-3,"top_p":"x","top_k":-1,"seed":1.5,"max_tokens":99999999999,"system_prompt":{},"more":1})");
    EXPECT_EQ(odd.to_json(), ChatSettings{}.to_json());
    ChatSettings all{
        .thinking = ThinkingMode::on, .system_prompt = "Ü\n\"", .sampling = {.temperature = 0.7f, .top_k = 40}, .max_tokens = 9};
    EXPECT_EQ(ChatSettings::from_json(all.to_json()).to_json(), all.to_json());
}

}  // namespace
}  // namespace soliloquy
