/// tests/unit/cli/export_command_test.cpp: `export` reads a data folder, beside its owner, and changes nothing in it.
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

#include "app/cli/commands.h"
#include "app/platform/paths.h"
#include "app/store/conversation_store.h"

namespace soliloquy::cli {
namespace {

struct Outcome {
    int code = 0;
    std::string out, err;
};

std::string content(std::FILE* file) {
    std::string bytes(static_cast<size_t>(std::ftell(file)), '\0');
    std::rewind(file);
    EXPECT_EQ(std::fread(bytes.data(), 1, bytes.size(), file), bytes.size());
    std::fclose(file);
    return bytes;
}

Outcome run(const CommandLine& line) {
    std::FILE* out_file = std::tmpfile();
    std::FILE* err_file = std::tmpfile();
    TerminalStream out(out_file, false, false);
    TerminalStream err(err_file, false, false);
    Outcome outcome;
    outcome.code = run_export(line, Streams{out, err});
    outcome.out = content(out_file);
    outcome.err = content(err_file);
    return outcome;
}

class Export : public ::testing::Test {
  protected:
    void SetUp() override {
        folder_ = std::filesystem::path(::testing::TempDir()) /
                  ("export_" + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()));
        std::filesystem::remove_all(folder_);
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    /// A conversation with a thought, still open in its owner.
    void fill() {
        std::filesystem::create_directories(folder_);
        auto opened = store::ConversationStore::open(conversations_file(folder_));
        ASSERT_TRUE(opened.ok()) << opened.error().message;
        owner_ = std::move(*opened);
        store::Conversation wanted;
        wanted.title = "Sums";
        const auto id = owner_->create_conversation(wanted);
        ASSERT_TRUE(id.ok());
        id_ = *id;
        store::Message question;
        question.conversation = id_;
        question.parts = {{.kind = store::PartKind::text, .text = "What is 2 + 2?"}};
        const auto asked = owner_->add_message(question);
        ASSERT_TRUE(asked.ok()) << asked.error().message;
        store::Message answer;
        answer.conversation = id_;
        answer.parent = *asked;
        answer.role = store::Role::assistant;
        answer.status = store::MessageStatus::stopped;
        answer.parts = {{.kind = store::PartKind::reasoning, .text = "two and two"}, {.kind = store::PartKind::text, .text = "It is 4."}};
        ASSERT_TRUE(owner_->add_message(answer).ok());
    }
    [[nodiscard]] CommandLine line() const {
        CommandLine line;
        line.command = Command::export_conversations;
        line.data = folder_;
        return line;
    }

    std::filesystem::path folder_;
    std::unique_ptr<store::ConversationStore> owner_;
    store::ConversationId id_ = 0;
};

TEST_F(Export, MarkdownWithAndWithoutThoughts) {
    fill();
    Outcome outcome = run(line());
    EXPECT_EQ(outcome.code, kExitOk) << outcome.err;
    for (const char* text : {"Sums", "What is 2 + 2?", "two and two", "It is 4."})
        EXPECT_NE(outcome.out.find(text), std::string::npos) << text;
    CommandLine without = line();
    without.export_command.thoughts = false;
    outcome = run(without);
    EXPECT_EQ(outcome.out.find("two and two"), std::string::npos);
    EXPECT_NE(outcome.out.find("It is 4."), std::string::npos);
}

TEST_F(Export, JsonIntoAFile) {
    fill();
    CommandLine into = line();
    into.export_command.json = true;
    into.export_command.id = id_;
    into.export_command.output = folder_ / "out.json";
    const Outcome outcome = run(into);
    EXPECT_EQ(outcome.code, kExitOk) << outcome.err;
    EXPECT_TRUE(outcome.out.empty());
    std::ifstream file(into.export_command.output, std::ios::binary);
    const auto json = nlohmann::json::parse(std::string{std::istreambuf_iterator<char>(file), {}});
    EXPECT_NE(json.dump().find("two and two"), std::string::npos);
    into.export_command.output = folder_ / "no" / "such" / "folder.json";
    EXPECT_EQ(run(into).code, kExitError);
}

TEST_F(Export, WhatIsNotThereIsAnErrorAndIsNotMade) {
    const Outcome outcome = run(line());
    EXPECT_EQ(outcome.code, kExitError);
    EXPECT_NE(outcome.err.find("--data"), std::string::npos);
    EXPECT_FALSE(std::filesystem::exists(folder_));
    fill();
    CommandLine missing = line();
    missing.export_command.id = id_ + 100;
    EXPECT_EQ(run(missing).code, kExitError);
}

TEST_F(Export, ABrokenFileIsAnErrorAndIsNotTouched) {
    std::filesystem::create_directories(folder_);
    const auto file = conversations_file(folder_);
    std::ofstream(file) << std::string(5000, 'x');
    const Outcome outcome = run(line());
    EXPECT_EQ(outcome.code, kExitError);
    EXPECT_FALSE(outcome.err.empty());
    EXPECT_EQ(std::filesystem::file_size(file), 5000u);
}

}  // namespace
}  // namespace soliloquy::cli
