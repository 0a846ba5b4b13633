/// tests/unit/store/message_tree_test.cpp: branches, siblings and switching, against a simple model of a tree.
#include <map>
#include <random>

#include "tests/unit/store/store_fixture.h"

namespace soliloquy::store {
namespace {

std::vector<MessageId> ids_of(const std::vector<Message>& messages) {
    std::vector<MessageId> ids;
    for (const Message& message : messages) ids.push_back(message.id);
    return ids;
}

TEST_F(StoreTest, RegenerateAndEditMakeSiblings) {
    const ConversationId id = new_conversation();
    const Turn first = add_turn(id, 0, "one", "t1", "a1");
    const Turn second = add_turn(id, first.assistant, "two", "t2", "a2");
    EXPECT_EQ(ids_of(*store->active_path(id)), (std::vector{first.user, first.assistant, second.user, second.assistant}));

    const auto again = store->begin_turn({.conversation = id, .parent = first.user});
    ASSERT_TRUE(again.ok());
    EXPECT_EQ(again->user, 0);
    ASSERT_TRUE(store->finish_stream(again->assistant, {}).ok());
    EXPECT_EQ(ids_of(*store->active_path(id)), (std::vector{first.user, again->assistant}));
    EXPECT_EQ(*store->siblings(again->assistant), (std::vector{first.assistant, again->assistant}));
    const auto message = store->message(first.assistant);
    EXPECT_EQ(message->sibling_index, 0u);
    EXPECT_EQ(message->sibling_count, 2u);

    ASSERT_TRUE(store->activate(second.assistant).ok());
    EXPECT_EQ(ids_of(*store->active_path(id)), (std::vector{first.user, first.assistant, second.user, second.assistant}));

    const Turn edited = add_turn(id, 0, "one, edited", "t", "a");  // a second first message
    EXPECT_EQ(ids_of(*store->active_path(id)), (std::vector{edited.user, edited.assistant}));
    EXPECT_EQ(store->message(edited.user)->sibling_count, 2u);
    reopen();
    EXPECT_EQ(ids_of(*store->active_path(id)), (std::vector{edited.user, edited.assistant}));
    EXPECT_EQ(store->all_messages(id)->size(), 7u);
}

TEST_F(StoreTest, RandomTreesEqualAModel) {
    std::mt19937 random(7);
    const ConversationId id = new_conversation();
    std::map<MessageId, std::vector<MessageId>> children;
    std::map<MessageId, MessageId> parent, active;
    std::vector<MessageId> all = {0};
    for (int step = 0; step < 300; ++step) {
        const MessageId chosen = all[random() % all.size()];
        if (random() % 3 != 0 || chosen == 0) {
            const auto added = store->add_message({.conversation = id, .parent = chosen, .role = Role::user});
            ASSERT_TRUE(added.ok());
            children[chosen].push_back(*added);
            parent[*added] = chosen;
            active[chosen] = *added;
            all.push_back(*added);
        } else {
            ASSERT_TRUE(store->activate(chosen).ok());
            for (MessageId at = chosen; at != 0; at = parent[at]) active[parent[at]] = at;
        }
        std::vector<MessageId> expected;
        for (MessageId at = active[0]; at != 0; at = active.contains(at) ? active[at] : 0) expected.push_back(at);
        ASSERT_EQ(ids_of(*store->active_path(id)), expected) << "after step " << step;
        if (chosen != 0) {
            ASSERT_EQ(*store->siblings(chosen), children[parent[chosen]]);
        }
    }
}

TEST_F(StoreTest, AMessageCannotFollowOneOfAnotherConversation) {
    const ConversationId one = new_conversation(), two = new_conversation();
    const Turn turn = add_turn(one, 0, "q", "t", "a");
    EXPECT_EQ(store->begin_turn({.conversation = two, .parent = turn.assistant, .question = "x"}).error().code, StoreErrorCode::invalid);
    EXPECT_TRUE(store->active_path(two)->empty());
    EXPECT_FALSE(store->begin_turn({.conversation = 999, .question = "x"}).ok());
}

TEST_F(StoreTest, AWholeMessageComesBackAsItWas) {
    const ConversationId id = new_conversation();
    const Turn turn = add_turn(id, 0, "q", "t", "a");
    Message message{
        .conversation = id,
        .parent = turn.user,
        .role = Role::assistant,
        .status = MessageStatus::stopped,
        .thought_closed_by = ClosedBy::user,
        .created = 77,
        .parts = {{.kind = PartKind::reasoning, .text = "Hm\n", .token_begin = 1, .token_end = 3, .origins = 9},
                  {.kind = PartKind::text, .text = std::string("a\0b", 3), .token_begin = 4, .token_end = 6}},
        .counters = {.prompt_tokens = 1, .tokens = 2, .thought_tokens = 3, .thought_ms = 4, .answer_ms = 5, .tokens_per_second = 6.5},
        .model_name = "m",
        .model_hash = "h",
        .prompt_opens_thought = true};
    const TokenColumns tokens = some_tokens(0, 100);
    const auto added = store->add_message(message, tokens);
    ASSERT_TRUE(added.ok());
    const auto read = store->message(*added);
    EXPECT_EQ(read->parts, message.parts);
    EXPECT_EQ(read->counters, message.counters);
    EXPECT_EQ(read->status, message.status);
    EXPECT_EQ(read->thought_closed_by, message.thought_closed_by);
    EXPECT_EQ(read->model_name, "m");
    EXPECT_TRUE(read->prompt_opens_thought);
    EXPECT_EQ(*store->tokens(*added), tokens);
}

}  // namespace
}  // namespace soliloquy::store
