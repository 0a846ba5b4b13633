/// tests/unit/cli/ask_command_test.cpp: `ask` against a scripted engine: what is printed where, and every exit code.
#include <gtest/gtest.h>

#include <cstdio>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "app/cli/commands.h"
#include "app/cli/interrupt.h"
#include "tests/support/scripted_engine.h"

namespace soliloquy::cli {
namespace {

using soliloquy::testing::Script;
using soliloquy::testing::ScriptedModel;
using soliloquy::testing::think_then_answer;
using soliloquy::testing::unfinished_thought;

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

Outcome ask(const std::shared_ptr<ScriptedModel>& model, const AskOptions& options, std::string_view piped = "", bool terminal = false) {
    CommandLine line;
    line.command = Command::ask;
    line.model = "scripted.gguf";
    line.ask = options;
    std::FILE* out_file = std::tmpfile();
    std::FILE* err_file = std::tmpfile();
    TerminalStream out(out_file, terminal, terminal);
    TerminalStream err(err_file, terminal, terminal);
    set_interrupted(false);
    Outcome outcome;
    outcome.code = run_ask(line, piped, soliloquy::testing::opener(model), Streams{out, err});
    set_interrupted(false);
    outcome.out = content(out_file);
    outcome.err = content(err_file);
    return outcome;
}

std::shared_ptr<ScriptedModel> model_with(Script script) {
    auto model = std::make_shared<ScriptedModel>();
    model->push(std::move(script));
    return model;
}

AskOptions question(std::string text = "Why?") {
    AskOptions options;
    options.question = std::move(text);
    return options;
}

TEST(Ask, ThoughtOnStderrAnswerOnStdout) {
    const Outcome outcome = ask(model_with(think_then_answer("let me see", "It is 4.")), question());
    EXPECT_EQ(outcome.code, kExitOk);
    EXPECT_EQ(outcome.out, "It is 4.\n");
    EXPECT_EQ(outcome.err, "let me see\n");
}

TEST(Ask, ThoughtsWhereTheyAreWanted) {
    AskOptions options = question();
    options.thoughts = ThoughtPlace::standard_output;
    Outcome outcome = ask(model_with(think_then_answer("let me see", "It is 4.")), options);
    EXPECT_EQ(outcome.out, "let me see\n\nIt is 4.\n");
    EXPECT_EQ(outcome.err, "");
    options.thoughts = ThoughtPlace::nowhere;
    outcome = ask(model_with(think_then_answer("let me see", "It is 4.")), options);
    EXPECT_EQ(outcome.out, "It is 4.\n");
    EXPECT_EQ(outcome.err, "");
}

TEST(Ask, ATerminalSeesNoEscapeOfTheModel) {
    const Outcome outcome = ask(model_with(think_then_answer("a\x1b[31m", "b\x1b]0;x\x07")), question(), "", true);
    EXPECT_EQ(outcome.out, "b␛]0;x␇\n");
    EXPECT_NE(outcome.err.find("\x1b[2ma␛[31m\x1b[0m"), std::string::npos) << outcome.err;
}

TEST(Ask, WhatIsPipedIsAppended) {
    const auto model = model_with(think_then_answer("", "ok"));
    EXPECT_EQ(ask(model, question("Review:"), "diff\n").code, kExitOk);
    EXPECT_EQ(ask(model, question(""), "alone").code, kExitOk);
    AskOptions with_system = question("Hi");
    with_system.system = "Be brief.";
    with_system.thinking = true;
    EXPECT_EQ(ask(model, with_system).code, kExitOk);
    const auto requests = model->requests();
    ASSERT_EQ(requests.size(), 3u);
    EXPECT_EQ(requests[0].messages.back().content, "Review:\n\ndiff\n");
    EXPECT_EQ(requests[1].messages.back().content, "alone");
    ASSERT_EQ(requests[2].messages.size(), 2u);
    EXPECT_EQ(requests[2].messages[0].role, Role::system);
    EXPECT_EQ(requests[2].thinking, std::optional<bool>(true));
}

TEST(Ask, NoQuestionIsAUsageError) {
    const auto model = model_with(think_then_answer("", "ok"));
    EXPECT_EQ(ask(model, question("  "), "\n").code, kExitUsage);
    EXPECT_EQ(model->loads(), 0u);
}

TEST(Ask, AnUnfinishedThoughtHasItsOwnCode) {
    const Outcome outcome = ask(model_with(unfinished_thought("so far so")), question());
    EXPECT_EQ(outcome.code, kExitUnfinished);
    EXPECT_EQ(outcome.out, "");
    EXPECT_NE(outcome.err.find("no answer"), std::string::npos) << outcome.err;
}

TEST(Ask, ErrorsAreOnStderr) {
    auto broken = model_with(think_then_answer("a", "b"));
    broken->fail_load(Error{ErrorCode::invalid_file, "scripted.gguf: expected GGUF, found ELF"});
    Outcome outcome = ask(broken, question());
    EXPECT_EQ(outcome.code, kExitError);
    EXPECT_EQ(outcome.err, "soliloquy: scripted.gguf: expected GGUF, found ELF\n");
    EXPECT_EQ(outcome.out, "");

    Script faulty = think_then_answer("", "one two three four");
    faulty.fault_at = 2;
    outcome = ask(model_with(faulty), question());
    EXPECT_EQ(outcome.code, kExitError);
    EXPECT_EQ(outcome.out.rfind("one", 0), 0u) << "what came before the fault stays";
    EXPECT_NE(outcome.err.find("the device was lost"), std::string::npos);

    Script refusing = think_then_answer("", "x");
    refusing.refuse = Error{ErrorCode::context_full, "the prompt is longer than the context"};
    outcome = ask(model_with(refusing), question());
    EXPECT_EQ(outcome.code, kExitError);
    EXPECT_NE(outcome.err.find("longer than the context"), std::string::npos);
}

TEST(Ask, CtrlCStopsBetweenTokensAndKeepsWhatCame) {
    Script script = think_then_answer("", "word word word word ");
    script.endless = true;
    auto model = model_with(script);
    int seen = 0;
    model->set_token_hook([&](const TokenEvent&) {
        if (++seen == 5) set_interrupted(true);
    });
    const Outcome outcome = ask(model, question());
    EXPECT_EQ(outcome.code, kExitInterrupted);
    EXPECT_EQ(outcome.out.rfind("word", 0), 0u);
    EXPECT_EQ(outcome.out.back(), '\n');
    EXPECT_LT(seen, 8);
}

TEST(Ask, CtrlCWhileLoading) {
    auto model = model_with(think_then_answer("", "x"));
    model->set_load(1000, 1000);
    CommandLine line;
    line.model = "scripted.gguf";
    line.ask = question();
    TerminalStream out(stdout, false, false), err(stderr, false, false);
    set_interrupted(true);
    EXPECT_EQ(run_ask(line, "", soliloquy::testing::opener(model), Streams{out, err}), kExitInterrupted);
    set_interrupted(false);
}

TEST(Ask, JsonIsOneEventALine) {
    AskOptions options = question();
    options.json = true;
    options.tokens = true;
    const Outcome outcome = ask(model_with(think_then_answer("let me\nsee", "It is \x1b 4.")), options);
    EXPECT_EQ(outcome.code, kExitOk);
    std::istringstream lines(outcome.out);
    std::string line, thought, answer, last;
    size_t tokens = 0;
    while (std::getline(lines, line)) {
        const auto event = nlohmann::json::parse(line);
        last = event.at("event");
        if (last == "text") (event.at("channel") == "thought" ? thought : answer) += event.at("text");
        if (last == "token") {
            ++tokens;
            EXPECT_TRUE(event.contains("logprob") && event.contains("entropy") && event.at("alternatives").is_array());
        }
        if (last == "done") {
            EXPECT_EQ(event.at("thought"), "finished");
            EXPECT_EQ(event.at("finish"), "end_of_turn");
            EXPECT_EQ(event.at("exit_code"), 0);
        }
    }
    EXPECT_EQ(last, "done");
    EXPECT_EQ(thought, "let me\nsee");
    EXPECT_EQ(answer, "It is \x1b 4.");
    EXPECT_GT(tokens, 4u);
    EXPECT_EQ(outcome.out.find('\x1b'), std::string::npos) << "control characters are escaped";
}

TEST(Ask, JsonErrorsAreEventsToo) {
    auto broken = model_with(think_then_answer("a", "b"));
    broken->fail_load(Error{ErrorCode::invalid_file, "not a \xFF model"});
    AskOptions options = question();
    options.json = true;
    const Outcome outcome = ask(broken, options);
    const auto event = nlohmann::json::parse(outcome.out);
    EXPECT_EQ(event.at("event"), "error");
    EXPECT_EQ(event.at("exit_code"), 1);
    EXPECT_FALSE(outcome.err.empty());
}

}  // namespace
}  // namespace soliloquy::cli
