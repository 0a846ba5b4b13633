/// tests/unit/chat_session/chat_fixture.h: a session on a scripted model, a store in a folder of its own and a clock that can be turned.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <QCoreApplication>
#include <QElapsedTimer>
#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "app/chat/chat_session.h"
#include "tests/support/scripted_engine.h"

namespace soliloquy {

class TurnedClock final : public Clock {
  public:
    int64_t monotonic_ms() const noexcept override { return now; }
    int64_t unix_ms() const noexcept override { return 1'700'000'000'000 + now; }
    std::atomic<int64_t> now{1000};
};

/// Lets events run until `done`, at most `limit_ms`.
inline bool wait_for(const std::function<bool()>& done, int limit_ms = 10'000) {
    QElapsedTimer timer;
    timer.start();
    while (!done()) {
        if (timer.elapsed() > limit_ms) return false;
        QCoreApplication::processEvents(QEventLoop::AllEvents | QEventLoop::WaitForMoreEvents, 5);
    }
    return true;
}

class ChatTest : public ::testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = (std::filesystem::temp_directory_path() / "soliloquy-chat-XXXXXX").string();
        ASSERT_NE(mkdtemp(pattern.data()), nullptr);
        folder = pattern;
        model = std::make_shared<testing::ScriptedModel>();
        restart();
    }
    void TearDown() override {
        session.reset();
        store.reset();
        std::filesystem::remove_all(folder);
    }
    void restart(int busy_timeout_ms = 5000) {
        session.reset();
        store.reset();
        auto opened = store::ConversationStore::open(folder / "conversations.db", {.busy_timeout_ms = busy_timeout_ms});
        ASSERT_TRUE(opened.ok()) << opened.error().message;
        store = std::move(*opened);
        session = std::make_unique<ChatSession>(ChatSession::Setup{.store = store.get(),
                                                                   .open_engine = testing::opener(model),
                                                                   .clock = &clock,
                                                                   .model = "scripted.gguf",
                                                                   .flush_interval_ms = 5,
                                                                   .save_again_interval_ms = 20,
                                                                   .checkpoint_interval_ms = 20});
        QObject::connect(session.get(), &ChatSession::trouble, [this](const QString& what, const QString& details) {
            troubles += (what + u'|' + details + u'\n').toStdString();
        });
        QObject::connect(session.get(), &ChatSession::turn_finished, [this] { ++finished; });
    }
    /// Runs the turn that a command began to its end.
    void finish(bool began = true) {
        ASSERT_TRUE(began);
        ASSERT_TRUE(wait_for([this] { return !session->busy(); })) << "still " << chat_state_name(session->state());
    }
    void ask(const QString& text) { finish(session->send(text)); }
    bool wait_for_state(ChatState state) {
        return wait_for([this, state] { return session->state() == state; });
    }
    [[nodiscard]] const MessageView& last() const { return session->messages().back(); }
    [[nodiscard]] std::string thought() const { return session->thought_text(last().id).toStdString(); }
    [[nodiscard]] std::string answer() const { return session->answer_text(last().id).toStdString(); }

    std::filesystem::path folder;
    TurnedClock clock;
    std::shared_ptr<testing::ScriptedModel> model;
    std::unique_ptr<store::ConversationStore> store;
    std::unique_ptr<ChatSession> session;
    std::string troubles;
    int finished = 0;
};

}  // namespace soliloquy
