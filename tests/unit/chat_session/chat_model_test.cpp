/// tests/unit/chat_session/chat_model_test.cpp: the model on the desk: changed, closed, opened otherwise, and what single models prefer.
#include "tests/unit/chat_session/chat_fixture.h"

namespace soliloquy {
namespace {

class ChatModel : public ChatTest {
  protected:
    /// big.gguf is to be opened with `context` and begun at temperature 0.6.
    void prefer(uint32_t context) {
        wanted_context = context;
        session->set_model_preferences({.load =
                                            [this](const std::filesystem::path& file, LoadOptions general) {
                                                if (file == "big.gguf") general.context_length = wanted_context;
                                                if (file == "big.gguf") general.reasoning_profile = "qwen3";
                                                return general;
                                            },
                                        .begin =
                                            [](const std::filesystem::path& file, ChatSettings general) {
                                                if (file != "big.gguf") return general;
                                                general.sampling.temperature = 0.6f;
                                                general.system_prompt = QStringLiteral("Be brief.");
                                                return general;
                                            }});
    }
    bool wait_for_model() {
        return wait_for([this] { return session->model_info().has_value() && !session->busy(); });
    }
    uint32_t wanted_context = 0;
};

TEST_F(ChatModel, IsLoadedWithTheContextThatIsPreferredForIt) {
    prefer(777);
    session->set_model("big.gguf");
    session->load_model();
    ASSERT_TRUE(wait_for_model());
    EXPECT_EQ(model->last_load().context_length, 777u);
    EXPECT_EQ(model->last_load().reasoning_profile, "qwen3");
    EXPECT_EQ(session->model_info()->context_length, 777u);

    const uint32_t loads = model->loads();
    session->model_preferences_changed("big.gguf");
    EXPECT_TRUE(session->model_info().has_value()) << "nothing about its loading changed";
    session->model_preferences_changed("other.gguf");
    EXPECT_TRUE(session->model_info().has_value()) << "another model's preference";
    wanted_context = 1234;
    session->model_preferences_changed("big.gguf");
    EXPECT_FALSE(session->model_info().has_value()) << "it is closed";
    EXPECT_EQ(model->loads(), loads) << "and opened lazily";
    model->push(testing::think_then_answer("hm", "yes"));
    ask(QStringLiteral("Why?"));
    EXPECT_EQ(model->last_load().context_length, 1234u);
    EXPECT_EQ(session->model_info()->context_length, 1234u);

    session->set_model("scripted.gguf");
    session->load_model();
    ASSERT_TRUE(wait_for_model());
    EXPECT_EQ(model->last_load().context_length, 0u);
    EXPECT_EQ(model->last_load().reasoning_profile, "");
}

TEST_F(ChatModel, ChangedWhileAnotherIsBeingOpenedIsTheOneThatOpens) {
    model->set_load(100, 3'000);
    session->load_model();
    ASSERT_TRUE(wait_for_state(ChatState::loading_model));
    session->set_model("second.gguf");
    session->load_model();
    ASSERT_TRUE(wait_for_model());
    EXPECT_EQ(session->model_info()->path, "second.gguf");
    EXPECT_EQ(troubles, "");

    session->set_model("third.gguf");  // before the first word of the load came back
    session->load_model();
    session->set_model("fourth.gguf");
    session->load_model();
    ASSERT_TRUE(wait_for_model());
    EXPECT_EQ(session->model_info()->path, "fourth.gguf");

    session->unload_model();
    EXPECT_FALSE(session->model_info().has_value());
    session->load_model();
    ASSERT_TRUE(wait_for_model());
    EXPECT_EQ(session->model_info()->path, "fourth.gguf");
}

TEST_F(ChatModel, PreferencesOfOneModelDoNotReachTheOthers) {
    prefer(0);
    session->set_model("big.gguf");
    EXPECT_FLOAT_EQ(session->settings().sampling.temperature, 0.6f);
    EXPECT_EQ(session->settings().system_prompt, QStringLiteral("Be brief."));
    ChatSettings changed = session->settings();
    changed.sampling.top_p = 0.8f;
    session->set_settings(changed);
    EXPECT_FLOAT_EQ(session->general_settings().sampling.temperature, 0.0f);
    EXPECT_FLOAT_EQ(session->general_settings().sampling.top_p, 0.8f);
    EXPECT_EQ(session->general_settings().system_prompt, QString());
    session->set_model("other.gguf");
    EXPECT_FLOAT_EQ(session->settings().sampling.temperature, 0.0f);
    EXPECT_FLOAT_EQ(session->settings().sampling.top_p, 0.8f);
    session->set_model("big.gguf");
    session->new_conversation();
    EXPECT_FLOAT_EQ(session->settings().sampling.temperature, 0.6f) << "new conversations begin with it, too";
}

TEST_F(ChatModel, ChangedInsideAConversationLeavesItsSystemPromptAndSignsItsAnswers) {
    prefer(0);
    model->push(testing::think_then_answer("hm", "one"));
    ask(QStringLiteral("First?"));
    session->set_model("big.gguf");
    EXPECT_FLOAT_EQ(session->settings().sampling.temperature, 0.6f);
    EXPECT_EQ(session->settings().system_prompt, QString()) << "the conversation has begun without one";
    model->info.name = "Big";
    ask(QStringLiteral("Second?"));
    EXPECT_EQ(last().model_name, QStringLiteral("big")) << "its name is not known before it was opened";
    ask(QStringLiteral("Third?"));
    EXPECT_EQ(last().model_name, QStringLiteral("Big"));
    const auto kept = store->conversation(session->conversation());
    ASSERT_TRUE(kept.ok());
    EXPECT_EQ(kept->model, "big.gguf");
}

TEST_F(ChatModel, PastThoughtsAreAskedForAsTheConversationSays) {
    model->push(testing::think_then_answer("hm", "one"));
    ask(QStringLiteral("First?"));
    EXPECT_EQ(model->requests().back().keep_past_thoughts, std::nullopt);
    ChatSettings settings = session->settings();
    settings.keep_past_thoughts = false;
    session->set_settings(settings);
    ask(QStringLiteral("Second?"));
    EXPECT_EQ(model->requests().back().keep_past_thoughts, std::optional<bool>(false));
    EXPECT_EQ(ChatSettings::from_json(settings.to_json()), settings);
}

}  // namespace
}  // namespace soliloquy
