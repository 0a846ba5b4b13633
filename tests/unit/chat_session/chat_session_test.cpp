/// tests/unit/chat_session/chat_session_test.cpp: turns, branches, conversations and what the model is given.
#include "tests/unit/chat_session/chat_fixture.h"

namespace soliloquy {
namespace {

using store::MessageStatus;
using testing::think_then_answer;

TEST_F(ChatTest, AQuestionIsAnsweredShownAndStored) {
    model->push(think_then_answer("Compare 0.11 with 0.9.\nThe second is larger.", "9.9 is larger."));
    ask("Which is larger, 9.11 or 9.9?");
    ASSERT_EQ(session->messages().size(), 2);
    EXPECT_EQ(thought(), "Compare 0.11 with 0.9.\nThe second is larger.");
    EXPECT_EQ(answer(), "9.9 is larger.");
    EXPECT_EQ(last().status, MessageStatus::finished);
    EXPECT_EQ(last().thought_closed_by, store::ClosedBy::model);
    EXPECT_EQ(session->title(), "Which is larger, 9.11 or 9.9?");
    EXPECT_EQ(session->state(), ChatState::idle);
    EXPECT_EQ(finished, 1);

    const store::ConversationId id = session->conversation();
    restart();
    EXPECT_TRUE(session->messages().isEmpty());
    ASSERT_TRUE(session->open_conversation(id));
    ASSERT_EQ(session->messages().size(), 2);
    EXPECT_EQ(thought(), "Compare 0.11 with 0.9.\nThe second is larger.");
    EXPECT_EQ(answer(), "9.9 is larger.");
    const auto tokens = store->tokens(last().id);
    ASSERT_TRUE(tokens.ok());
    EXPECT_EQ(tokens->size(), last().counters.tokens);
    EXPECT_GT(last().counters.thought_tokens, 0u);
    EXPECT_LT(last().counters.thought_tokens, last().counters.tokens);
    for (const PartView& part : last().parts) {  // token ranges are the bytes of those tokens
        std::string bytes;
        size_t at = 0;
        for (uint32_t i = 0; i < part.token_end; ++i) {
            if (i >= part.token_begin) bytes += tokens->bytes.substr(at, tokens->byte_count[i]);
            at += tokens->byte_count[i];
        }
        EXPECT_EQ(bytes, part.text.toStdString());
    }
}

TEST_F(ChatTest, BothRowsAreStoredBeforeTheModelIsLoaded) {
    model->set_load(1, 300'000);
    ASSERT_TRUE(session->send("hello"));
    const auto path = store->active_path(session->conversation());
    ASSERT_EQ(path->size(), 2u);
    EXPECT_EQ((*path)[1].status, MessageStatus::streaming);
    session->stop();
    finish();
}

TEST_F(ChatTest, TheWholeHistoryIsGivenThoughtsApart) {
    model->push(think_then_answer("first thought", "first answer"));
    ChatSettings settings;
    settings.system_prompt = "Be brief.";
    settings.thinking = ThinkingMode::off;
    settings.sampling.temperature = 0.5f;
    session->set_settings(settings);
    settings.thinking = ThinkingMode::automatic;
    ask("one");
    session->set_settings(settings);
    ask("two");
    const auto requests = model->requests();
    ASSERT_EQ(requests.size(), 2u);
    EXPECT_EQ(requests[0].thinking, false);
    EXPECT_EQ(requests[1].thinking, std::nullopt);
    EXPECT_EQ(requests[1].sampling.temperature, 0.5f);
    ASSERT_EQ(requests[1].messages.size(), 4u);
    EXPECT_EQ(requests[1].messages[0].role, Role::system);
    EXPECT_EQ(requests[1].messages[0].content, "Be brief.");
    EXPECT_EQ(requests[1].messages[1].content, "one");
    EXPECT_EQ(requests[1].messages[2].content, "first answer");
    EXPECT_EQ(requests[1].messages[2].reasoning, "");  // thinking was off
    EXPECT_EQ(requests[1].messages[3].content, "two");
    ask("three");
    EXPECT_EQ(model->requests()[2].messages[4].content, "first answer");
    EXPECT_EQ(model->requests()[2].messages[4].reasoning, "first thought");
}

TEST_F(ChatTest, RegenerateEditAndSwitchAreBranches) {
    model->push(think_then_answer("t", "one"));
    model->push(think_then_answer("t", "two"));
    model->push(think_then_answer("t", "three"));
    ask("question");
    const store::MessageId question = session->messages()[0].id, first = last().id;
    finish(session->regenerate(first));
    EXPECT_EQ(answer(), "two");
    EXPECT_EQ(last().sibling_index, 1);
    EXPECT_EQ(last().sibling_count, 2);
    ASSERT_TRUE(session->switch_branch(last().id, 0));
    EXPECT_EQ(answer(), "one");
    EXPECT_FALSE(session->switch_branch(last().id, 2));
    finish(session->edit(question, "better question"));
    ASSERT_EQ(session->messages().size(), 2);
    EXPECT_EQ(session->answer_text(session->messages()[0].id), "better question");
    EXPECT_EQ(answer(), "three");
    EXPECT_EQ(session->messages()[0].sibling_count, 2);
    ASSERT_TRUE(session->switch_branch(session->messages()[0].id, 0));
    EXPECT_EQ(answer(), "one");
    EXPECT_EQ(model->requests()[2].messages.size(), 1u);  // the edited question replaces the old one
}

TEST_F(ChatTest, ConversationsAreRenamedPinnedDeletedAndComeBack) {
    model->push(think_then_answer("t", "a"));
    ask("first");
    const auto first = session->conversation();
    session->new_conversation();
    EXPECT_EQ(session->conversation(), 0);
    EXPECT_TRUE(session->messages().isEmpty());
    ask("second");
    session->rename_conversation(first, "My title");
    session->set_pinned(first, true);
    EXPECT_EQ(store->conversations()->front().title, "My title");
    ASSERT_TRUE(session->open_conversation(first));
    EXPECT_EQ(session->title(), "My title");
    session->delete_conversation(first);
    EXPECT_EQ(session->conversation(), 0);
    EXPECT_EQ(store->conversations()->size(), 1u);
    session->undo_delete(first);
    EXPECT_EQ(store->conversations()->size(), 2u);
    session->delete_conversation(first);
    restart();  // the exit purges
    EXPECT_FALSE(store->conversation(first).ok());
    EXPECT_EQ(troubles, "");
}

TEST_F(ChatTest, SettingsAndDraftsBelongToTheirConversation) {
    model->push(think_then_answer("t", "a"));
    ChatSettings quiet;
    quiet.thinking = ThinkingMode::off;
    session->set_settings(quiet);  // of new chats, from now on
    session->save_draft("unsent");
    restart();
    EXPECT_EQ(session->settings().thinking, ThinkingMode::off);
    EXPECT_EQ(session->draft(), "unsent");
    ask("unsent and sent");
    EXPECT_EQ(session->draft(), "");
    const auto id = session->conversation();
    ChatSettings loud;
    loud.thinking = ThinkingMode::on;
    loud.sampling.seed = 18446744073709551615u;
    session->set_settings(loud);
    session->save_draft("next");
    session->new_conversation();
    EXPECT_EQ(session->settings().thinking, ThinkingMode::off);
    EXPECT_EQ(session->draft(), "");
    ASSERT_TRUE(session->open_conversation(id));
    EXPECT_EQ(session->settings().thinking, ThinkingMode::on);
    EXPECT_EQ(session->settings().sampling.seed, 18446744073709551615u);
    EXPECT_EQ(session->draft(), "next");
}

TEST_F(ChatTest, AStreamGoesOnWhileAnotherConversationIsShown) {
    model->push(think_then_answer("t", "short"));
    model->push(testing::long_stream(300, 100, 2000));
    ask("first");
    const auto first = session->conversation();
    session->new_conversation();
    ASSERT_TRUE(session->send("second"));
    const auto second = session->conversation();
    ASSERT_TRUE(wait_for_state(ChatState::thinking));
    ASSERT_TRUE(session->open_conversation(first));
    EXPECT_EQ(answer(), "short");
    EXPECT_EQ(session->streaming_conversation(), second);
    wait_for([] { return false; }, 100);
    EXPECT_EQ(answer(), "short");
    ASSERT_TRUE(session->open_conversation(second));
    EXPECT_FALSE(thought().empty());
    EXPECT_EQ(thought().substr(0, 9), "w0 w1 w2 ");
    finish();
    EXPECT_EQ(last().parts.size(), 2);
    EXPECT_THAT(answer(), ::testing::EndsWith("w299\n"));
    const std::string shown = thought() + answer();
    ASSERT_TRUE(session->open_conversation(second));
    EXPECT_EQ(thought() + answer(), shown);
}

// Events tell the same story as the list: a model that only follows the signals ends with the same texts.
TEST_F(ChatTest, SignalsAloneRebuildTheMessages) {
    model->push(testing::long_stream(2000, 1000, 50));
    QVector<MessageView> followed;
    int appended = 0;
    QObject::connect(session.get(), &ChatSession::messages_reset, [&] { followed = session->messages(); });
    QObject::connect(session.get(), &ChatSession::message_added, [&](int index) {
        ASSERT_EQ(index, followed.size());
        followed.push_back(session->messages()[index]);
    });
    QObject::connect(session.get(), &ChatSession::part_added, [&](int index, int part) {
        ASSERT_EQ(part, followed[index].parts.size());
        followed[index].parts.push_back(session->messages()[index].parts[part]);
    });
    QObject::connect(session.get(), &ChatSession::part_appended, [&](int index, int part, const QString& added) {
        followed[index].parts[part].text += added;
        ++appended;
    });
    ask("go");
    ASSERT_EQ(followed.size(), 2);
    ASSERT_EQ(followed[1].parts.size(), last().parts.size());
    for (int i = 0; i < followed[1].parts.size(); ++i) EXPECT_EQ(followed[1].parts[i].text, last().parts[i].text);
    EXPECT_GT(appended, 0);
    EXPECT_LT(appended, 500);  // flushes, not tokens
}

TEST_F(ChatTest, TheContextMeterCountsHistoryAndDraft) {
    model->push(think_then_answer("t", "a"));
    EXPECT_FALSE(session->context_meter().known);
    ask("first");
    ASSERT_TRUE(wait_for([&] { return session->context_meter().known && session->context_meter().used > 0; }));
    QCoreApplication::processEvents();
    wait_for([] { return false; }, 50);
    const uint32_t before = session->context_meter().used;
    EXPECT_EQ(session->context_meter().length, 32768u);
    session->update_context_meter(QString(4000, u'x'));
    ASSERT_TRUE(wait_for([&] { return session->context_meter().used >= before + 900; }));
}

TEST_F(ChatTest, AForgottenThoughtIsGoneFromDeskAndStore) {
    model->push(think_then_answer("secret thought", "answer"));
    ask("q");
    ASSERT_TRUE(session->forget_thought(last().id));
    EXPECT_EQ(thought(), "");
    EXPECT_EQ(answer(), "answer");
    EXPECT_TRUE(store->search("secret", store::SearchScope::everything)->empty());
}

TEST_F(ChatTest, EveryAnswerIsDrawnAnewUnlessASeedWasAskedFor) {
    model->push(think_then_answer("t", "a"));
    ask("q");
    finish(session->regenerate(last().id));
    finish(session->regenerate(last().id));
    ChatSettings settings = session->settings();
    settings.sampling.seed = 7;
    session->set_settings(settings);
    finish(session->regenerate(last().id));
    finish(session->regenerate(last().id));
    const auto requests = model->requests();
    ASSERT_EQ(requests.size(), 5u);
    EXPECT_NE(requests[0].sampling.seed, requests[1].sampling.seed);
    EXPECT_NE(requests[1].sampling.seed, requests[2].sampling.seed);
    EXPECT_FALSE(requests[2].repeatable);
    EXPECT_EQ(requests[3].sampling.seed, 7u);
    EXPECT_EQ(requests[4].sampling.seed, 7u);
    EXPECT_TRUE(requests[3].repeatable && requests[4].repeatable);
}

}  // namespace
}  // namespace soliloquy
