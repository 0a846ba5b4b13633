/// tests/unit/store/search_test.cpp: the index against a scan of all texts; scopes, phrases, scripts without spaces, hostile queries.
#include <algorithm>
#include <random>
#include <set>

#include "tests/unit/store/store_fixture.h"

namespace soliloquy::store {
namespace {

std::set<MessageId> messages_of(const std::vector<SearchHit>& hits) {
    std::set<MessageId> ids;
    for (const SearchHit& hit : hits) ids.insert(hit.message);
    return ids;
}

TEST_F(StoreTest, ScopesKeepThoughtsAndAnswersApart) {
    const ConversationId id = new_conversation("Numbers");
    const Turn turn = add_turn(id, 0, "Is seven odd?", "Seven divided by two leaves one.", "Yes, seven is odd.");
    EXPECT_EQ(store->search("seven", SearchScope::everything)->size(), 3u);
    const auto thoughts = store->search("divided", SearchScope::thoughts);
    ASSERT_EQ(thoughts->size(), 1u);
    const SearchHit& hit = thoughts->front();
    EXPECT_EQ(hit.kind, PartKind::reasoning);
    EXPECT_EQ(hit.message, turn.assistant);
    EXPECT_EQ(hit.title, "Numbers");
    ASSERT_EQ(hit.marks.size(), 1u);
    EXPECT_EQ(hit.snippet.substr(hit.marks[0].first, hit.marks[0].second - hit.marks[0].first), "divided");
    EXPECT_TRUE(store->search("divided", SearchScope::answers)->empty());
    EXPECT_EQ(messages_of(*store->search("odd", SearchScope::questions)), (std::set{turn.user}));
}

TEST_F(StoreTest, WordsPhrasesBeginningsAndAccents) {
    const ConversationId id = new_conversation();
    add_turn(id, 0, "q", "t", "The quick brown fox jumps. Müller went home.");
    const auto count = [&](const char* query) { return store->search(query, SearchScope::answers)->size(); };
    EXPECT_EQ(count("brown quick"), 1u);
    EXPECT_EQ(count("\"brown quick\""), 0u);
    EXPECT_EQ(count("\"quick brown\""), 1u);
    EXPECT_EQ(count("bro"), 1u);
    EXPECT_EQ(count("bro "), 0u);  // a space ends the word
    EXPECT_EQ(count("muller"), 1u);
    EXPECT_EQ(count("quick zebra"), 0u);
}

TEST_F(StoreTest, TextWithoutSpacesIsFoundInside) {
    const ConversationId id = new_conversation();
    add_turn(id, 0, "q", "我们需要比较大小", "答案是九点九");
    const auto hits = store->search("比较", SearchScope::thoughts);
    ASSERT_EQ(hits->size(), 1u);
    const auto [begin, end] = hits->front().marks.at(0);
    EXPECT_EQ(hits->front().snippet.substr(begin, end - begin), "比较");
    EXPECT_TRUE(store->search("比较", SearchScope::answers)->empty());
}

TEST_F(StoreTest, RemovedConversationsAreNotFound) {
    const ConversationId id = new_conversation();
    add_turn(id, 0, "zebra", "zebra", "zebra");
    ASSERT_TRUE(store->remove_conversation(id, 10).ok());
    EXPECT_TRUE(store->search("zebra", SearchScope::everything)->empty());
    ASSERT_TRUE(store->restore_conversation(id).ok());
    EXPECT_EQ(store->search("zebra", SearchScope::everything)->size(), 3u);
}

TEST_F(StoreTest, NoQueryBreaksTheSearch) {
    const ConversationId id = new_conversation();
    add_turn(id, 0, "q", "t", "a \x02 b AND OR NOT near");
    std::mt19937 random(5);
    const std::string letters = "ab\"*():^{}-+ANDORT '%_\\,.;\x01\x02\xff\xe4 é比";
    for (int i = 0; i < 3000; ++i) {
        std::string query;
        for (size_t n = random() % 12; n > 0; --n) query += letters[random() % letters.size()];
        const auto found = store->search(query, static_cast<SearchScope>(random() % 4));
        ASSERT_TRUE(found.ok()) << "query: " << query << ": " << found.error().message;
    }
    EXPECT_TRUE(store->search("", SearchScope::everything)->empty());
    EXPECT_EQ(store->search("AND NOT", SearchScope::answers)->size(), 1u);
    EXPECT_TRUE(store->search(std::string(100'000, 'x'), SearchScope::everything).ok());
}

// What the index says equals what looking at every text says, through adding, deleting, forgetting and resuming.
TEST_F(StoreTest, IndexEqualsScanOnRandomQueries) {
    std::mt19937 random(11);
    const auto word = [&] { return numbered("w", random() % 40); };
    const auto text = [&] {
        std::string words;
        for (size_t n = 1 + random() % 30; n > 0; --n) words += word() + (random() % 5 == 0 ? ", " : " ");
        return words;
    };
    std::vector<ConversationId> conversations;
    for (int i = 0; i < 30; ++i) {
        const ConversationId id = new_conversation();
        conversations.push_back(id);
        MessageId parent = 0;
        for (int turn = 0; turn < 4; ++turn) parent = add_turn(id, parent, text(), text(), text()).assistant;
        if (i % 5 == 0) {
            ASSERT_TRUE(store->forget_thought(parent).ok());
        }
        if (i % 7 == 0) {
            ASSERT_TRUE(store->forget_conversation(id).ok());
        } else if (i % 11 == 3) {
            ASSERT_TRUE(store->remove_conversation(id, 1).ok());
        }
    }
    const auto words_in = [](const std::string& body) {
        std::set<std::string> words;
        std::string current;
        for (const char c : body + " ") {
            if (c == ' ' || c == ',') {
                words.insert(current);
                current.clear();
            } else {
                current += c;
            }
        }
        return words;
    };
    std::vector<Message> messages;
    for (const Conversation& conversation : *store->conversations()) {
        for (const Message& message : *store->all_messages(conversation.id)) messages.push_back(message);
    }
    size_t total = 0;
    for (int query = 0; query < 400; ++query) {
        const std::string first = word(), second = word();
        const auto scope = static_cast<SearchScope>(random() % 4);
        std::set<std::pair<MessageId, PartKind>> expected;
        for (const Message& message : messages) {
            for (const Part& part : message.parts) {
                const SearchScope field = part.kind == PartKind::reasoning ? SearchScope::thoughts
                                          : message.role == Role::user     ? SearchScope::questions
                                                                           : SearchScope::answers;
                if (scope != SearchScope::everything && scope != field) continue;
                const auto words = words_in(part.text);
                if (words.contains(first) && words.contains(second)) expected.emplace(message.id, part.kind);
            }
        }
        std::set<std::pair<MessageId, PartKind>> found;
        for (const SearchHit& hit : *store->search(first + " " + second + " ", scope, 10'000)) found.emplace(hit.message, hit.kind);
        ASSERT_EQ(found, expected) << first << " " << second;
        total += expected.size();
    }
    EXPECT_GT(total, 1000u);  // the queries did find things
}

}  // namespace
}  // namespace soliloquy::store
