/// app/cli/commands.h: what each word after `soliloquy` does. Every function returns the exit code of the process.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "app/cli/command_line.h"
#include "app/cli/exit_code.h"
#include "app/cli/terminal.h"
#include "engine/engine.h"

namespace soliloquy::cli {

/// In the place of open_engine(): tests give a scripted one.
using EngineOpener = std::function<Result<std::shared_ptr<Engine>>(const std::filesystem::path&, const LoadOptions&)>;

struct Streams {
    TerminalStream& out;
    TerminalStream& err;
};

/// `piped` is what came through stdin; it is appended to the question after a blank line.
int run_ask(const CommandLine& line, std::string_view piped, const EngineOpener& open, Streams streams);
int run_inspect(const CommandLine& line, Streams streams);
int run_bench(const CommandLine& line, Streams streams);
int run_export(const CommandLine& line, Streams streams);
int run_models(const CommandLine& line, Streams streams);
int run_devices(const CommandLine& line, Streams streams);

/// The whole terminal program: parses, runs, prints.
int run_terminal(int argc, const char* const* argv);

/// The model named on the command line, or the bundled one.
[[nodiscard]] Result<std::filesystem::path> model_of(const CommandLine& line);
/// Device, threads, context and folders of the command line.
[[nodiscard]] LoadOptions load_options_of(const CommandLine& line);
/// Prints the error after "soliloquy: " and returns kExitError.
int fail(Streams streams, std::string_view message);

}  // namespace soliloquy::cli
