/// tests/unit/export/json_export_test.cpp: JSON out and in again is the same; hostile documents are errors.
#include <limits>
#include <nlohmann/json.hpp>
#include <random>

#include "app/export/base64.h"
#include "tests/unit/export/export_fixture.h"

namespace soliloquy {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

store::TokenColumns odd_tokens() {
    store::TokenColumns tokens;
    tokens.id = {7, 4'000'000'000u, 9};
    tokens.origin = {0, 3, 1};
    tokens.time_ms = {0, 31, 64};
    tokens.logprob = {-0.1f, -std::numeric_limits<float>::infinity(), -12.345678f};
    tokens.entropy = {0.3f, 0.0f, 2.7182817f};
    tokens.byte_count = {3, 0, 2};
    tokens.bytes = std::string("a\0\xff\xe4 ", 5);
    tokens.alternative_count = {2, 0, 1};
    tokens.alternative_id = {7, 8, 9};
    tokens.alternative_logprob = {-0.1f, -2.5f, -12.345678f};
    return tokens;
}

TEST_F(ExportTest, JsonComesBackAsItWas) {
    const auto id = example();
    const auto last = store->active_path(id)->back().id;
    add(id, last, store::Role::user, {plain("odd letters: \x01 \u2028 </script> \"\\ π 🎉 \n\r\t")});
    add(id, store->active_path(id)->back().id, store::Role::assistant, {thought("x"), plain("y")}, store::MessageStatus::unfinished,
        odd_tokens());
    ASSERT_TRUE(store->set_settings(id, R"({"thinking":"off","top_k":3})").ok());
    const ExportOptions everything{.tokens = true};
    const auto text = *export_conversations(*store, id, ExportFormat::json, everything);
    EXPECT_THAT(text, Not(HasSubstr("<")));
    EXPECT_THAT(text, Not(HasSubstr("\u2028")));
    const auto read = from_json(text);
    ASSERT_TRUE(read.ok()) << read.error().message;
    const auto original = *gather(*store, id, everything);
    ASSERT_EQ(read->size(), 1u);
    EXPECT_EQ(read->front().messages, original.messages);
    EXPECT_EQ(read->front().conversation.title, original.conversation.title);
    EXPECT_EQ(read->front().conversation.settings, original.conversation.settings);
    EXPECT_EQ(to_json(*read, everything), text);

    auto other = std::move(*store::ConversationStore::open_in_memory());
    add(*store->create_conversation({.title = "shifts the ids"}), 0, store::Role::user, {plain("x")});
    const auto imported = import_conversation(*other, read->front());
    ASSERT_TRUE(imported.ok()) << imported.error().message;
    EXPECT_EQ(gather(*other, *imported, everything)->messages, original.messages);
    const auto path = *other->active_path(*imported), first_path = *store->active_path(id);
    ASSERT_EQ(path.size(), first_path.size());
    for (size_t i = 0; i < path.size(); ++i) EXPECT_EQ(path[i].parts, first_path[i].parts);
}

TEST_F(ExportTest, ThoughtsLeftOutAreLeftOutEverywhere) {
    const auto id = example();
    auto tokens = odd_tokens();
    tokens.bytes = "HIDDE";
    add(id, store->active_path(id)->back().id, store::Role::assistant, {thought("HIDDENTHOUGHT four"), plain("y")},
        store::MessageStatus::finished, tokens);
    const auto text = *export_conversations(*store, id, ExportFormat::json, {.thoughts = false, .tokens = true});
    EXPECT_THAT(text, Not(HasSubstr("HIDDEN")));
    EXPECT_THAT(text, Not(HasSubstr(to_base64("HIDDE"))));
    EXPECT_THAT(text, Not(HasSubstr("\"reasoning\"")));
    EXPECT_TRUE(from_json(text).ok());
    const auto document = nlohmann::json::parse(text);
    EXPECT_EQ(document["thoughts"], false);
    EXPECT_EQ(document["conversations"][0]["messages"].size(), 6u);  // all branches
}

TEST_F(ExportTest, EditsForcedEndsAndPartialMessagesAreMarked) {
    const auto document = nlohmann::json::parse(*export_conversations(*store, example(), ExportFormat::json, {}));
    const auto& stopped = document["conversations"][0]["messages"][1];
    EXPECT_EQ(stopped["status"], "stopped");
    EXPECT_EQ(stopped["active"], false);
    EXPECT_EQ(stopped["thought_closed_by"], "user");
    EXPECT_EQ(stopped["parts"][0]["origins"], nlohmann::json({"sampled", "edited"}));
}

TEST_F(ExportTest, WrongDocumentsAreErrorsThatNameTheKey) {
    const auto good = nlohmann::json::parse(*export_conversations(*store, example(), ExportFormat::json, {}));
    const auto message_with = [&](const char* path, const nlohmann::json& value) {
        auto document = good;
        document[nlohmann::json::json_pointer(path)] = value;
        const auto read = from_json(document.dump());
        EXPECT_FALSE(read.ok()) << path;
        return read.ok() ? std::string() : read.error().message;
    };
    EXPECT_THAT(message_with("/schema", "other/2"), HasSubstr("schema"));
    EXPECT_THAT(message_with("/conversations/0/messages/0/role", "king"), HasSubstr("role"));
    EXPECT_THAT(message_with("/conversations/0/messages/1/parent", 77), HasSubstr("parent"));
    EXPECT_THAT(message_with("/conversations/0/messages/1/id", 1), HasSubstr("id"));
    EXPECT_THAT(message_with("/conversations/0/messages/1/created", -5), HasSubstr("created"));
    EXPECT_THAT(message_with("/conversations/0/title", 5), HasSubstr("title"));
    EXPECT_THAT(message_with("/conversations/0/messages/1/parts/0/token_end", -1), HasSubstr("token_end"));
    EXPECT_THAT(message_with("/conversations/0/messages/1/parts/0/origins/0", "heaven"), HasSubstr("origins"));
    EXPECT_THAT(message_with("/conversations", "none"), HasSubstr("conversations"));
    EXPECT_FALSE(from_json("").ok());
    EXPECT_FALSE(from_json(std::string(10'000'000, '[')).ok());
    EXPECT_FALSE(from_json("{\"schema\":" + std::string(100'000, '{')).ok());
}

TEST_F(ExportTest, MutatedDocumentsNeverCrash) {
    const auto id = example();
    add(id, store->active_path(id)->back().id, store::Role::assistant, {thought("x"), plain("y")}, store::MessageStatus::finished,
        odd_tokens());
    const std::string good = *export_conversations(*store, id, ExportFormat::json, {.tokens = true});
    std::mt19937 random(2);
    int accepted = 0;
    for (int i = 0; i < 3000; ++i) {
        std::string bad = good;
        for (size_t n = 1 + random() % 3; n > 0; --n) {
            const size_t at = random() % bad.size();
            switch (random() % 4) {
                case 0:
                    bad[at] = static_cast<char>(random());
                    break;
                case 1:
                    bad.erase(at, random() % 40);
                    break;
                case 2:
                    bad.insert(at, bad.substr(random() % bad.size(), random() % 40));
                    break;
                default:
                    bad[at] = "0123456789-\"[]{},"[random() % 17];
            }
        }
        const auto read = from_json(bad);
        if (!read.ok()) continue;
        ++accepted;
        for (const auto& conversation : *read) (void)import_conversation(*store, conversation);
    }
    EXPECT_GT(accepted, 50);
}

TEST(Base64, IsItsOwnInverse) {
    std::mt19937 random(1);
    EXPECT_EQ(to_base64("Man"), "TWFu");
    EXPECT_EQ(to_base64("Ma"), "TWE=");
    EXPECT_EQ(to_base64("M"), "TQ==");
    for (size_t n = 0; n < 100; ++n) {
        std::string bytes(n, ' ');
        for (char& c : bytes) c = static_cast<char>(random());
        EXPECT_EQ(from_base64(to_base64(bytes)), bytes);
    }
    for (const char* bad : {"A", "AA=A", "====", "A===", "AAAA=AAA", "AA!A"}) EXPECT_EQ(from_base64(bad), std::nullopt) << bad;
}

}  // namespace
}  // namespace soliloquy
