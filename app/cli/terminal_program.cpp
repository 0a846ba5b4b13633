/// app/cli/terminal_program.cpp: parses the command line and runs the command it names.
#include <exception>
#include <string>

#include "app/cli/commands.h"
#include "app/cli/interrupt.h"
#include "app/platform/paths.h"

namespace soliloquy::cli {

Result<std::filesystem::path> model_of(const CommandLine& line) {
    if (!line.model.empty()) return line.model;
    return bundled_model_path();
}

LoadOptions load_options_of(const CommandLine& line) {
    LoadOptions load;
    load.device = line.device.device;
    load.which_device = line.device.which;
    load.gpu_layers = line.gpu_layers;
    load.cpu_experts = line.cpu_experts;
    load.cache_folder = cache_folder(line.data);
    load.threads = line.threads;
    load.context_length = line.context;
    return load;
}

int fail(Streams streams, std::string_view message) {
    streams.out.end_line_if_begun();
    streams.err.clear_progress();
    streams.err.write("soliloquy: " + std::string(message) + "\n");
    return kExitError;
}

int run_terminal(int argc, const char* const* argv) {
    TerminalStream out(stdout);
    TerminalStream err(stderr);
    const Streams streams{out, err};
    try {
        const ParsedCommandLine parsed = parse_command_line(argc, argv);
        if (!parsed.command) return parsed.exit_code;
        const CommandLine& line = *parsed.command;
        watch_for_interrupt();
        switch (line.command) {
            case Command::ask: {
                bool too_long = false;
                const std::string piped = read_piped_input(too_long);
                if (interrupted()) return kExitInterrupted;
                if (too_long) return fail(streams, "more than 64 MiB were piped in; a question of that length fits no model");
                return run_ask(line, piped, open_engine, streams);
            }
            case Command::inspect:
                return run_inspect(line, streams);
            case Command::bench:
                return run_bench(line, streams);
            case Command::export_conversations:
                return run_export(line, streams);
            case Command::models:
                return run_models(line, streams);
            case Command::devices:
                return run_devices(line, streams);
            case Command::help:
                return kExitOk;
        }
        return kExitUsage;
    } catch (const std::exception& error) {  // out of memory, a file name that the system refuses
        return fail(streams, error.what());
    }
}

}  // namespace soliloquy::cli
