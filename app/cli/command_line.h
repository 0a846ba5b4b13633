/// app/cli/command_line.h: the words after `soliloquy`, understood.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "engine/engine.h"

namespace soliloquy::cli {

enum class Command : uint8_t { ask, inspect, bench, export_conversations, models, devices, help };
enum class ThoughtPlace : uint8_t { standard_error, standard_output, nowhere };

struct AskOptions {
    std::string question;  ///< the words of the command line, joined by spaces
    std::string system;
    ThoughtPlace thoughts = ThoughtPlace::standard_error;
    std::optional<bool> thinking;
    std::string profile;  ///< reasoning profile; empty = chosen from the model
    SamplingOptions sampling;
    uint32_t max_tokens = 0;
    bool json = false, tokens = false, stats = false;
};

struct ExportCommand {
    int64_t id = 0;  ///< 0 = all
    bool json = false;
    bool thoughts = true;
    bool branches = false, tokens = false;
    std::filesystem::path output;  ///< empty = stdout
};

struct BenchCommand {
    uint32_t prompt_tokens = 512, generated_tokens = 128, repeats = 3;
    std::vector<uint32_t> depths{0};
    bool exact = false;
};

struct CommandLine {
    Command command = Command::help;
    std::filesystem::path data;   ///< empty = the default folder
    std::filesystem::path model;  ///< empty = the bundled one
    DeviceName device;
    std::optional<uint32_t> gpu_layers, cpu_experts;
    unsigned threads = 0;
    uint32_t context = 0;
    bool json = false;
    std::vector<std::filesystem::path> add;  ///< folders and files to list besides
    AskOptions ask;
    ExportCommand export_command;
    BenchCommand bench;
};

/// Either a command to run, or the exit code when there is none: help and version have been printed to stdout, a mistake to stderr.
struct ParsedCommandLine {
    std::optional<CommandLine> command;
    int exit_code = 0;
};
[[nodiscard]] ParsedCommandLine parse_command_line(int argc, const char* const* argv);

/// True when the words name a terminal command, help or the version; false when they are for the window: nothing, options, or a model file.
[[nodiscard]] bool is_terminal_command(int argc, const char* const* argv);

}  // namespace soliloquy::cli
