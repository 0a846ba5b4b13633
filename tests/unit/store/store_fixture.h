/// tests/unit/store/store_fixture.h: a store in a folder of its own, and short ways to fill it.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "app/store/conversation_store.h"

namespace soliloquy::store {

class StoreTest : public ::testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = (std::filesystem::temp_directory_path() / "soliloquy-store-XXXXXX").string();
        ASSERT_NE(mkdtemp(pattern.data()), nullptr);
        folder = pattern;
        file = folder / "data" / "conversations.db";
        reopen();
    }
    void TearDown() override {
        store.reset();
        std::filesystem::remove_all(folder);
    }
    void reopen() {
        store.reset();
        auto opened = ConversationStore::open(file);
        ASSERT_TRUE(opened.ok()) << opened.error().message;
        store = std::move(*opened);
    }
    ConversationId new_conversation(const std::string& title = "title", UnixMs now = 1) {
        auto id = store->create_conversation({.title = title, .created = now, .updated = now});
        EXPECT_TRUE(id.ok());
        return id.ok() ? *id : 0;
    }
    /// A finished turn; returns the answer's id.
    Turn add_turn(ConversationId conversation, MessageId parent, const std::string& question, const std::string& thought,
                  const std::string& answer) {
        auto turn = store->begin_turn({.conversation = conversation, .parent = parent, .question = question, .now = 2});
        EXPECT_TRUE(turn.ok()) << turn.error().message;
        StreamChunk chunk;
        chunk.text = {{.kind = PartKind::reasoning, .begins_part = true, .text = thought, .token_begin = 0, .token_end = 1},
                      {.kind = PartKind::text, .begins_part = true, .text = answer, .token_begin = 1, .token_end = 2}};
        EXPECT_TRUE(store->append_stream(turn->assistant, chunk).ok());
        EXPECT_TRUE(store->finish_stream(turn->assistant, {.now = 3}).ok());
        return *turn;
    }
    /// Every byte of every file in the folder of the test.
    [[nodiscard]] std::string all_bytes() const {
        std::string bytes;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
            if (!entry.is_regular_file()) continue;
            std::ifstream in(entry.path(), std::ios::binary);
            bytes.append(std::istreambuf_iterator<char>(in), {});
        }
        return bytes;
    }

    std::filesystem::path folder, file;
    std::unique_ptr<ConversationStore> store;
};

/// "w7". (By appending: adding strings makes GCC 12 warn of an overlap that is not there.)
inline std::string numbered(const char* word, uint64_t number) {
    std::string text = word;
    text += std::to_string(number);
    return text;
}

/// `count` tokens with numbers that depend on `first`, some with alternatives, some without bytes.
inline TokenColumns some_tokens(uint32_t first, uint32_t count) {
    TokenColumns tokens;
    for (uint32_t i = first; i < first + count; ++i) {
        tokens.id.push_back(i * 2654435761u);
        tokens.origin.push_back(i % 7 == 0 ? 3 : 0);
        tokens.time_ms.push_back(i * 31);
        tokens.logprob.push_back(-0.001f * static_cast<float>(i));
        tokens.entropy.push_back(0.5f + static_cast<float>(i % 13));
        const std::string bytes = i % 5 == 0 ? "" : numbered("t", i);
        tokens.byte_count.push_back(static_cast<uint32_t>(bytes.size()));
        tokens.bytes += bytes;
        tokens.alternative_count.push_back(static_cast<uint8_t>(i % 9));
        for (uint32_t k = 0; k < i % 9; ++k) {
            tokens.alternative_id.push_back(i + k);
            tokens.alternative_logprob.push_back(-static_cast<float>(k) - 0.25f);
        }
    }
    return tokens;
}

}  // namespace soliloquy::store
