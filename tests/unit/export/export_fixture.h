/// tests/unit/export/export_fixture.h: a store in memory with a conversation of every kind of message.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/export/conversation_export.h"

namespace soliloquy {

class ExportTest : public ::testing::Test {
  protected:
    void SetUp() override { store = std::move(*store::ConversationStore::open_in_memory()); }

    store::MessageId add(store::ConversationId conversation, store::MessageId parent, store::Role role, std::vector<store::Part> parts,
                         store::MessageStatus status = store::MessageStatus::finished, const store::TokenColumns& tokens = {}) {
        store::Message message{.conversation = conversation, .parent = parent, .role = role, .status = status, .parts = std::move(parts)};
        if (role == store::Role::assistant) {
            message.model_name = "pocket";
            message.thought_closed_by = store::ClosedBy::user;
            message.counters = {
                .prompt_tokens = 3, .tokens = 4, .thought_tokens = 2, .thought_ms = 12'400, .answer_ms = 7, .tokens_per_second = 31.25};
        }
        const auto id = store->add_message(message, tokens);
        EXPECT_TRUE(id.ok());
        return *id;
    }
    static store::Part thought(const std::string& text) { return {.kind = store::PartKind::reasoning, .text = text, .token_end = 2}; }
    static store::Part plain(const std::string& text) { return {.kind = store::PartKind::text, .text = text}; }

    /// A question, a stopped and edited answer, its finished sibling (active), and a failed one after another question.
    store::ConversationId example() {
        const auto id = *store->create_conversation({.title = "Numbers", .created = 1'700'000'000'000, .updated = 1'700'000'001'000});
        const auto question = add(id, 0, store::Role::user, {plain("Is 7 odd?")});
        auto edited = thought("HIDDENTHOUGHT one");
        edited.origins = store::origin_bit(store::Origin::sampled) | store::origin_bit(store::Origin::edited);
        add(id, question, store::Role::assistant, {edited}, store::MessageStatus::stopped);
        const auto answer = add(id, question, store::Role::assistant, {thought("HIDDENTHOUGHT two"), plain("Yes.")});
        const auto more = add(id, answer, store::Role::user, {plain("Why?")});
        add(id, more, store::Role::assistant, {thought("HIDDENTHOUGHT three"), {.kind = store::PartKind::error, .text = "device lost"}},
            store::MessageStatus::error);
        return id;
    }

    std::unique_ptr<store::ConversationStore> store;
};

}  // namespace soliloquy
