/// tests/unit/cli/command_line_test.cpp: what the words after `soliloquy` mean, and which are mistakes.
#include "app/cli/command_line.h"

#include <gtest/gtest.h>

#include <fstream>
#include <vector>

#include "app/cli/exit_code.h"

namespace soliloquy::cli {
namespace {

using Words = std::vector<const char*>;

ParsedCommandLine parse(Words words) {
    words.insert(words.begin(), "soliloquy");
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    ParsedCommandLine parsed = parse_command_line(static_cast<int>(words.size()), words.data());
    ::testing::internal::GetCapturedStdout();
    ::testing::internal::GetCapturedStderr();
    return parsed;
}

bool is_for_terminal(Words words) {
    words.insert(words.begin(), "soliloquy");
    return is_terminal_command(static_cast<int>(words.size()), words.data());
}

TEST(CommandLine, AskTakesEveryOption) {
    const auto parsed =
        parse({"ask",       "--seed",       "7",     "--temp",   "0.6",       "--top-p",  "0.95", "--top-k",   "40",         "--min-p",
               "0.05",      "--max-tokens", "100",   "--model",  "m.gguf",    "--device", "cpu",  "--threads", "3",          "--context",
               "2048",      "--think",      "off",   "--system", "Be brief.", "--data",   "d",    "--json",    "--thoughts", "none",
               "--profile", "qwen3",        "Hello", "there"});
    ASSERT_TRUE(parsed.command.has_value());
    const CommandLine& line = *parsed.command;
    EXPECT_EQ(line.command, Command::ask);
    EXPECT_EQ(line.ask.question, "Hello there");
    EXPECT_EQ(line.ask.sampling.seed, 7u);
    EXPECT_FLOAT_EQ(line.ask.sampling.temperature, 0.6f);
    EXPECT_FLOAT_EQ(line.ask.sampling.top_p, 0.95f);
    EXPECT_EQ(line.ask.sampling.top_k, 40u);
    EXPECT_FLOAT_EQ(line.ask.sampling.min_p, 0.05f);
    EXPECT_EQ(line.ask.max_tokens, 100u);
    EXPECT_EQ(line.model, "m.gguf");
    EXPECT_EQ(line.device.device, Device::cpu);
    EXPECT_EQ(line.threads, 3u);
    EXPECT_EQ(line.context, 2048u);
    EXPECT_EQ(line.ask.thinking, std::optional<bool>(false));
    EXPECT_EQ(line.ask.profile, "qwen3");
    EXPECT_EQ(line.ask.system, "Be brief.");
    EXPECT_EQ(line.data, "d");
    EXPECT_TRUE(line.ask.json);
    EXPECT_EQ(line.ask.thoughts, ThoughtPlace::nowhere);
}

TEST(CommandLine, DefaultsAreTheModelsOwn) {
    const auto parsed = parse({"ask", "Hi"});
    ASSERT_TRUE(parsed.command.has_value());
    EXPECT_EQ(parsed.command->ask.thinking, std::nullopt);
    EXPECT_EQ(parsed.command->ask.thoughts, ThoughtPlace::standard_error);
    EXPECT_EQ(parsed.command->device.device, Device::automatic);
    EXPECT_TRUE(parsed.command->model.empty());
    EXPECT_EQ(parsed.command->ask.sampling.temperature, 0.0f);
}

TEST(CommandLine, DataMayStandBeforeTheCommand) {
    const auto parsed = parse({"--data", "d", "export", "12", "--format", "json", "--no-thoughts", "-o", "out.json"});
    ASSERT_TRUE(parsed.command.has_value());
    EXPECT_EQ(parsed.command->data, "d");
    EXPECT_EQ(parsed.command->export_command.id, 12);
    EXPECT_TRUE(parsed.command->export_command.json);
    EXPECT_FALSE(parsed.command->export_command.thoughts);
    EXPECT_EQ(parsed.command->export_command.output, "out.json");
}

TEST(CommandLine, BenchTakesDepths) {
    const auto parsed = parse({"bench", "m.gguf", "--depths", "0,4096", "--prompt", "64", "--tokens", "32", "--repeat", "2", "--json"});
    ASSERT_TRUE(parsed.command.has_value());
    EXPECT_EQ(parsed.command->bench.depths, (std::vector<uint32_t>{0, 4096}));
    EXPECT_EQ(parsed.command->bench.prompt_tokens, 64u);
    EXPECT_EQ(parsed.command->bench.generated_tokens, 32u);
    EXPECT_EQ(parsed.command->bench.repeats, 2u);
    EXPECT_TRUE(parsed.command->json);
}

TEST(CommandLine, MistakesAreUsageErrors) {
    for (const Words& words : {Words{"ask", "--temp", "-1", "x"}, Words{"ask", "--temp", "nan", "x"}, Words{"ask", "--top-p", "nan", "x"},
                               Words{"ask", "--seed", "-2", "x"}, Words{"ask", "--top-p", "1.5", "x"}, Words{"ask", "--seed", "many", "x"},
                               Words{"ask", "--device", "gpu", "x"}, Words{"ask", "--think", "maybe", "x"}, Words{"ask", "--nothing", "x"},
                               Words{"ask", "--thoughts", "file", "x"}, Words{"frobnicate"}, Words{}, Words{"export", "--format", "html"},
                               Words{"export", "zero"}, Words{"export", "-1"}, Words{"bench", "--depths", "x"}, Words{"help", "nothing"},
                               Words{"ask", "--max-tokens", "-5", "x"}, Words{"ask", "--threads", "0", "x"}}) {
        const auto parsed = parse(words);
        EXPECT_FALSE(parsed.command.has_value());
        EXPECT_EQ(parsed.exit_code, kExitUsage) << ::testing::PrintToString(words);
    }
}

TEST(CommandLine, HelpAndVersionSucceed) {
    for (const Words& words : {Words{"--help"}, Words{"-h"}, Words{"--version"}, Words{"help"}, Words{"help", "ask"},
                               Words{"ask", "--help"}, Words{"export", "--help"}}) {
        const auto parsed = parse(words);
        EXPECT_FALSE(parsed.command.has_value());
        EXPECT_EQ(parsed.exit_code, kExitOk) << ::testing::PrintToString(words);
    }
}

TEST(CommandLine, TheWindowGetsWhatIsNoCommand) {
    EXPECT_FALSE(is_for_terminal({}));
    EXPECT_FALSE(is_for_terminal({"--data", "ask"})) << "the folder may be called ask";
    EXPECT_FALSE(is_for_terminal({"--data=somewhere"}));
    EXPECT_TRUE(is_for_terminal({"--data", "d", "ask", "x"}));
    EXPECT_TRUE(is_for_terminal({"ask"}));
    EXPECT_TRUE(is_for_terminal({"--version"}));
    EXPECT_TRUE(is_for_terminal({"aks", "x"})) << "a mistyped command is an error in the terminal";
    const auto file = ::testing::TempDir() + "model_for_the_window.gguf";
    std::ofstream(file) << "x";
    EXPECT_FALSE(is_for_terminal({file.c_str()})) << "a file that exists is for the window";
}

}  // namespace
}  // namespace soliloquy::cli
