/// tests/unit/viewmodels/message_parts_model_test.cpp: rows that grew one flush at a time equal rows that were built at once.
#include "app/viewmodels/message_parts_model.h"

#include <gtest/gtest.h>

#include <QAbstractItemModelTester>
#include <QCoreApplication>
#include <QElapsedTimer>
#include <QTimer>
#include <random>

#include "tests/support/scripted_engine.h"

namespace soliloquy {
namespace {

using Model = MessagePartsModel;

struct Room {
    std::shared_ptr<testing::ScriptedModel> scripted = std::make_shared<testing::ScriptedModel>();
    std::unique_ptr<store::ConversationStore> store = std::move(store::ConversationStore::open_in_memory().value());
    std::unique_ptr<ChatSession> session;
    std::unique_ptr<Model> model;

    Room() {
        ChatSession::Setup setup;
        setup.store = store.get();
        setup.open_engine = testing::opener(scripted);
        setup.model = "scripted.gguf";
        setup.flush_interval_ms = 1;
        session = std::make_unique<ChatSession>(std::move(setup));
        model = std::make_unique<Model>(*session);
    }
    bool wait_idle() const {
        QElapsedTimer timer;
        timer.start();
        while (session->busy() && timer.elapsed() < 20'000)
            QCoreApplication::processEvents(QEventLoop::AllEvents | QEventLoop::WaitForMoreEvents, 5);
        return !session->busy();
    }
};

QStringList rows_of(const Model& model) {
    QStringList rows;
    for (int i = 0; i < model.count(); ++i) {
        const QModelIndex at = model.index(i);
        rows << model.data(at, Model::PartRole).toString() + u'|' + model.data(at, Model::TextRole).toString() + u'|' +
                    model.data(at, Model::HtmlRole).toString() + u'|' + model.data(at, Model::GapRole).toString() + u'|' +
                    model.data(at, Model::MarkerRole).toString() + u'|' + model.data(at, Model::ContinuesRole).toString() +
                    model.data(at, Model::ContinuedRole).toString();
    }
    return rows;
}

QStringList parts_of(const Model& model) {
    QStringList parts;
    for (int i = 0; i < model.count(); ++i) parts << model.data(model.index(i), Model::PartRole).toString();
    return parts;
}

const char* const kPieces[] = {"Some **bold",
                               " text** here",
                               ".\n\n",
                               "- item",
                               "\n- more\n",
                               "  - inner\n\n",
                               "1. one\n2. two\n",
                               "```cpp\nint x;\n",
                               "```\n",
                               "| a | b |\n|---|---|\n",
                               "| 1 | 2 |\n",
                               "\n",
                               "> quote\n",
                               "# Head\n",
                               "---\n",
                               "[l](http://x) ",
                               "`c",
                               "` "};

TEST(MessagePartsModel, GrownRowsEqualRowsBuiltAtOnce) {
    std::mt19937 random(21);
    for (int run = 0; run < 25; ++run) {
        Room room;
        const QAbstractItemModelTester tester(room.model.get(), QAbstractItemModelTester::FailureReportingMode::Fatal);
        for (int turn = 0; turn < 2; ++turn) {
            testing::Script script = testing::think_then_answer("line one\nline two", "", 0);
            script.tokens.pop_back();
            script.tokens.push_back({.id = 1, .channel = Channel::thought, .closes_thought = true});
            for (unsigned n = 5 + random() % 60; n > 0; --n)
                script.tokens.push_back(
                    {.id = 2, .bytes = kPieces[random() % std::size(kPieces)], .delay_us = static_cast<uint32_t>(random() % 400)});
            room.scripted->push(std::move(script));
        }
        for (int turn = 0; turn < 2; ++turn) {
            ASSERT_TRUE(room.session->send(QStringLiteral("question %1").arg(turn)));
            ASSERT_TRUE(room.wait_idle());
        }
        const Model fresh(*room.session);
        ASSERT_EQ(rows_of(*room.model).join(u'\n'), rows_of(fresh).join(u'\n'));
        EXPECT_EQ(parts_of(*room.model).count(QStringLiteral("actions")), 2);
    }
}

/// While an answer is written no row but the last ones changes: that is why a flush costs the same at any length.
TEST(MessagePartsModel, AFlushTouchesTheEndOnly) {
    Room room;
    testing::Script script;
    for (int i = 0; i < 3000; ++i) script.tokens.push_back({.id = 2, .bytes = i % 20 == 19 ? "end.\n\n" : "word ", .delay_us = 50});
    room.scripted->push(std::move(script));
    int farthest = 0;
    QObject::connect(room.model.get(), &QAbstractItemModel::dataChanged, room.model.get(), [&](const QModelIndex& from) {
        if (room.session->busy() && room.model->count() > 20) farthest = std::max(farthest, room.model->count() - from.row());
    });
    int resets = 0;
    QObject::connect(room.model.get(), &QAbstractItemModel::modelReset, room.model.get(), [&resets] { ++resets; });
    ASSERT_TRUE(room.session->send(QStringLiteral("go")));
    const int resets_at_start = resets;
    ASSERT_TRUE(room.wait_idle());
    EXPECT_EQ(resets, resets_at_start);
    EXPECT_GT(room.model->count(), 140);
    EXPECT_GT(farthest, 0);
    EXPECT_LE(farthest, 40) << "a flush reached back to rows that were finished";
}

TEST(MessagePartsModel, WhatStandsBelowAMessageFollowsItsEnd) {
    Room room;
    room.scripted->push(testing::unfinished_thought("I was about to"));
    testing::Script broken;
    broken.refuse = Error{ErrorCode::context_full, "The context is full. Start a new chat."};
    room.scripted->push(broken);
    room.scripted->push(testing::think_then_answer("", "Plain."));
    for (int turn = 0; turn < 3; ++turn) {
        ASSERT_TRUE(room.session->send(QStringLiteral("question")));
        ASSERT_TRUE(room.wait_idle());
    }
    EXPECT_EQ(parts_of(*room.model), (QStringList{"user", "thought", "bar", "actions", "user", "error", "user", "text", "actions"}));
    EXPECT_TRUE(room.model->isExpanded(1)) << "an unfinished thought stays open";
    EXPECT_EQ(room.model->data(room.model->index(5), Model::TextRole).toString(), QStringLiteral("The context is full. Start a new chat."));
    EXPECT_EQ(room.model->lastThoughtRow(), 1);
}

TEST(MessagePartsModel, CodeInChunksIsCopiedWhole) {
    Room room;
    QString code;
    for (int i = 0; i < 150; ++i) code += QStringLiteral("line %1\n").arg(i);
    room.scripted->push(testing::think_then_answer("", ("```\n" + code + "```").toStdString()));
    ASSERT_TRUE(room.session->send(QStringLiteral("code")));
    ASSERT_TRUE(room.wait_idle());
    const QStringList parts = parts_of(*room.model);
    EXPECT_GE(parts.count(QStringLiteral("code")), 3);
    code.chop(1);
    EXPECT_EQ(room.model->codeAt(static_cast<int>(parts.indexOf(QStringLiteral("code")))), code);
    EXPECT_EQ(room.model->codeAt(static_cast<int>(parts.lastIndexOf(QStringLiteral("code")))), code);
}

}  // namespace
}  // namespace soliloquy
