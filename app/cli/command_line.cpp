/// app/cli/command_line.cpp: the words after `soliloquy`, understood.
#include "app/cli/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <random>
#include <string_view>

#include "app/cli/exit_code.h"

#ifndef SOLILOQUY_VERSION
#error "the build gives the version"
#endif

namespace soliloquy::cli {

namespace {

constexpr std::array<std::string_view, 7> kCommands{"ask", "inspect", "bench", "export", "models", "devices", "help"};
constexpr std::array<std::string_view, 8> kOptionsWithValue{"--data",    "--model",      "--device",      "--threads",
                                                            "--context", "--gpu-layers", "--cpu-experts", "-m"};

constexpr const char* kDescription =
    "Soliloquy runs a reasoning model on this computer and shows how it thinks.\n"
    "Without a command the window opens. Nothing is ever sent anywhere.";

constexpr const char* kFooter = R"(Examples:
  soliloquy                                      open the window
  soliloquy ask "Which is larger, 9.11 or 9.9?"  thought dimmed on stderr, answer on stdout
  soliloquy ask --thoughts none "Is 91 prime?"   the answer alone
  soliloquy ask --think off "2 + 2?"             answer at once, where the model can
  git diff | soliloquy ask "Review this:"        stdin is appended to the question
  soliloquy ask --json "Hi" | jq -r .event       one event per line
  soliloquy ask --temp 0.6 --top-p 0.95 --seed 7 "Tell a story"
  soliloquy ask --model FILE.gguf --device cpu --threads 4 "Hi"
  soliloquy ask --model FILE.gguf --device vulkan --cpu-experts 3 "Hi"
  soliloquy devices                              what models can run on, and which would be chosen
  soliloquy models                               models on this computer, and whether they fit
  soliloquy inspect FILE.gguf                    what is in a model file, and whether it runs here
  soliloquy bench FILE.gguf --depths 0,4096      speed beside the memory bandwidth of this machine
  soliloquy export --format md -o chats.md       every conversation; --no-thoughts leaves thoughts out
  soliloquy help ask                             all options of one command

Exit codes:
  0 done   1 error (the reason is on stderr)   2 the command line was not understood
  3 the model stopped inside its thought, there is no answer   130 interrupted by Ctrl+C

Environment:
  NO_COLOR        no dimming on terminals
  SOLILOQUY_INSTRUCTION_SET
                  scalar, avx2, avxvnni, avx512, amx or neon: what the CPU computes with (default: the best it has)
  XDG_DATA_HOME   where the data folder lies unless --data names one
  XDG_CACHE_HOME  where a GPU's compiled shaders are kept unless --data names a folder
)";

/// A range lets "nan" pass, which is neither below nor above anything.
CLI::Validator finite() {
    return {[](std::string& text) {
                double value = 0.0;
                return CLI::detail::lexical_cast(text, value) && std::isfinite(value) ? std::string() : "is a number, not '" + text + "'";
            },
            ""};
}

void add_data(CLI::App& app, CommandLine& line) {
    app.add_option("--data", line.data, "Folder for all that the program writes (default: soliloquy in the user's data folder)")
        ->type_name("DIR");
}

void add_device(CLI::App& app, CommandLine& line) {
    app.add_option_function<std::string>(
           "--device",
           [&line](const std::string& name) {
               const auto device = parse_device_name(name);
               if (!device)
                   throw CLI::ValidationError("--device", "is auto, cpu, vulkan, vulkan:N, vulkan:NAME or cuda, not '" + name + "'");
               line.device = *device;
           },
           "cpu, vulkan, cuda or auto; auto takes the best there is, the others fail when absent. vulkan:1 is the device of that "
           "number, vulkan:RTX one with RTX in its name; `soliloquy devices` lists them")
        ->type_name("NAME");
    app.add_option("--gpu-layers", line.gpu_layers, "The last N layers run on the GPU; 0 = none (default: as many as fit)")
        ->check(CLI::Range(0u, 1u << 20).description(""))
        ->type_name("N");
    app.add_option_function<std::string>(
           "--cpu-experts",
           [&line](const std::string& text) {
               uint32_t layers = UINT32_MAX;
               if (text != "all" && !CLI::detail::lexical_cast(text, layers))
                   throw CLI::ValidationError("--cpu-experts", "is a number of layers or all, not '" + text + "'");
               line.cpu_experts = layers;
           },
           "Experts of the first N layers that have any, or all, stay on the CPU (default: as many as must)")
        ->type_name("N|all");
    app.add_option("--threads", line.threads, "Threads of the CPU (default: every core)")
        ->check(CLI::Range(1, 1024).description(""))
        ->type_name("N");
}

void add_ask(CLI::App& app, CommandLine& line, std::vector<std::string>& words, std::string& thoughts, std::string& think) {
    AskOptions& ask = line.ask;
    app.add_option("question", words, "The question; what is piped in is appended to it")->type_name("TEXT");
    app.add_option("-m,--model", line.model, "Model file in GGUF format (default: the bundled model)")->type_name("FILE");
    app.add_option("--system", ask.system, "Instructions before the conversation")->type_name("TEXT");
    app.add_option("--thoughts", thoughts, "Where the thought goes: stderr (default), stdout, none")
        ->check(CLI::IsMember({"stderr", "stdout", "none"}).description(""))
        ->type_name("PLACE");
    app.add_option("--think", think, "on, off, or auto (default: as the model does by itself)")
        ->check(CLI::IsMember({"on", "off", "auto"}).description(""))
        ->type_name("MODE");
    app.add_option("--profile", ask.profile, "How thoughts are marked, when the model does not tell: r1, qwen3, harmony, none, ...")
        ->type_name("NAME");
    app.add_flag("--json", ask.json, "Events on stdout, one JSON object per line");
    app.add_flag("--tokens", ask.tokens, "With --json: an event for every token, with its log-probability and alternatives");
    app.add_flag("--stats", ask.stats, "Tokens and speed on stderr at the end");
    app.add_option_function<std::string>(
           "--seed",
           [&ask](const std::string& text) {
               if (text == "-1") {
                   ask.sampling.seed = std::random_device{}();
               } else if (text.empty() || text.front() == '-' || !CLI::detail::lexical_cast(text, ask.sampling.seed)) {
                   throw CLI::ValidationError("--seed", "is a whole number, or -1 for one by chance, not '" + text + "'");
               }
           },
           "The same seed, model and device give the same tokens (default 0); -1 draws one by chance")
        ->type_name("N");
    app.add_option("--temp,--temperature", ask.sampling.temperature, "Temperature; 0 (default) takes the most probable token")
        ->check(CLI::Range(0.0, 100.0).description("") & finite())
        ->type_name("T");
    app.add_option("--top-k", ask.sampling.top_k, "Draw among the K most probable tokens; 0 = off (default)")
        ->check(CLI::Range(0u, 1u << 24).description(""))
        ->type_name("K");
    app.add_option("--top-p", ask.sampling.top_p, "Draw among the most probable tokens that together reach P; 1 = off (default)")
        ->check(CLI::Range(0.0, 1.0).description("") & finite())
        ->type_name("P");
    app.add_option("--min-p", ask.sampling.min_p, "Leave out tokens less probable than P times the most probable; 0 = off (default)")
        ->check(CLI::Range(0.0, 1.0).description("") & finite())
        ->type_name("P");
    app.add_option("--repetition-penalty", ask.sampling.repetition_penalty, "Make recent tokens less likely; 1 = off (default)")
        ->check(CLI::Range(0.01, 100.0).description("") & finite())
        ->type_name("R");
    app.add_option("--max-tokens", ask.max_tokens, "Stop after N tokens, thought included; 0 (default) = when the context is full")
        ->type_name("N");
    app.add_option("--context", line.context, "Context length in tokens (default: the model's own, at most 32768)")
        ->check(CLI::Range(1u, 1u << 24).description(""))
        ->type_name("N");
    add_device(app, line);
    add_data(app, line);
    app.footer(
        "\nThe thought is dimmed on terminals. Exit code 3 means that the model stopped inside its thought.\n\nExamples:\n"
        "  soliloquy ask \"What is 487 + 356?\"\n"
        "  soliloquy ask --thoughts stdout --temp 0.6 --seed 3 \"Is 91 a prime number?\"\n"
        "  cat letter.txt | soliloquy ask \"Summarise:\"\n"
        "  soliloquy ask --json --tokens \"Hi\" > tokens.jsonl\n");
}

void add_inspect(CLI::App& app, CommandLine& line) {
    app.add_option("file", line.model, "Model file in GGUF format (default: the bundled model)")->type_name("FILE");
    app.add_flag("--json", line.json, "One JSON object instead of text");
    add_data(app, line);
    app.footer(
        "\nReads the header only: nothing is loaded. Exit code 1 means that the file is no readable GGUF file at all.\n\nExample:\n"
        "  soliloquy inspect FILE.gguf\n");
}

void add_bench(CLI::App& app, CommandLine& line) {
    BenchCommand& bench = line.bench;
    const auto amount = CLI::Range(0u, 1u << 20).description("");
    app.add_option("file", line.model, "Model file in GGUF format (default: the bundled model)")->type_name("FILE");
    app.add_option("--prompt", bench.prompt_tokens, "Tokens read at each depth (default 512); 0 = none")->check(amount)->type_name("N");
    app.add_option("--tokens", bench.generated_tokens, "Tokens written at each depth (default 128); 0 = none")
        ->check(amount)
        ->type_name("N");
    app.add_option("--depths", bench.depths, "Tokens already in the context (default 0)")
        ->delimiter(',')
        ->check(CLI::Range(0u, 1u << 24).description(""))
        ->type_name("N,N");
    app.add_option("--repeat", bench.repeats, "Measurements of each; the median counts (default 3)")
        ->check(CLI::Range(1u, 1000u).description(""))
        ->type_name("R");
    app.add_flag("--exact", bench.exact, "Measure the scalar oracle instead of the fast kernels");
    app.add_flag("--json", line.json, "One JSON object instead of a table");
    add_device(app, line);
    add_data(app, line);
    app.footer(
        "\nGB/s counts the bytes of weights and KV cache that one token must read; the last columns are its shares of the\n"
        "bandwidths of copying (bytes read plus written) and of reading, measured in the same run. Close other programs "
        "first.\n\nExample:\n"
        "  soliloquy bench FILE.gguf --prompt 512 --tokens 128 --depths 0,4096\n");
}

void add_export(CLI::App& app, CommandLine& line, std::string& format, bool& no_thoughts) {
    ExportCommand& out = line.export_command;
    app.add_option("id", out.id, "Number of one conversation (default: all)")
        ->check(CLI::Range(int64_t{1}, INT64_MAX).description(""))
        ->type_name("ID");
    app.add_option("--format", format, "md (Markdown, default) or json")
        ->check(CLI::IsMember({"md", "json"}).description(""))
        ->type_name("FORMAT");
    app.add_flag("--no-thoughts", no_thoughts, "Leave the thoughts out");
    app.add_flag("--branches", out.branches, "JSON: every branch of the conversation, not only the one shown");
    app.add_flag("--tokens", out.tokens, "JSON: every token with its origin, time and log-probability");
    app.add_option("-o,--output", out.output, "Write to this file instead of stdout")->type_name("FILE");
    add_data(app, line);
    app.footer(
        "\nMessages that were stopped or interrupted are marked as such.\n\nExamples:\n"
        "  soliloquy export --format md -o chats.md\n"
        "  soliloquy export 12 --format json --no-thoughts\n");
}

void add_models(CLI::App& app, CommandLine& line) {
    app.add_option("--add", line.add, "A folder or file to list besides; may be given several times")->type_name("PATH");
    app.add_flag("--json", line.json, "One JSON array instead of text");
    app.add_option("--context", line.context, "Context length in tokens for the memory needed (default: the model's own, at most 32768)")
        ->check(CLI::Range(1u, 1u << 24).description(""))
        ->type_name("N");
    add_data(app, line);
    app.footer(
        "\nLooks where LM Studio, Ollama, Jan, GPT4All, llama.cpp and the Hugging Face cache keep their models, and in the folders\n"
        "added in the window. Reads headers only; nothing is moved, copied or fetched.\n\nExample:\n"
        "  soliloquy models --add /media/usb --json\n");
}

void add_devices(CLI::App& app, CommandLine& line) {
    app.add_flag("--json", line.json, "One JSON object instead of text");
    app.footer(
        "\nThe device marked with * is the one that --device auto takes. Nothing is loaded.\n\nExample:\n  soliloquy devices --json\n");
}

void set_choices(CommandLine& line, const std::vector<std::string>& words, std::string_view thoughts, std::string_view think,
                 std::string_view format) {
    for (const std::string& word : words) line.ask.question += line.ask.question.empty() ? word : " " + word;
    if (thoughts == "stdout") line.ask.thoughts = ThoughtPlace::standard_output;
    if (thoughts == "none") line.ask.thoughts = ThoughtPlace::nowhere;
    if (think != "auto") line.ask.thinking = think == "on";
    line.export_command.json = format == "json";
}

}  // namespace

bool is_terminal_command(int argc, const char* const* argv) {
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        if (word == "-h" || word == "--help" || word == "--version") return true;
        if (std::find(kOptionsWithValue.begin(), kOptionsWithValue.end(), word) != kOptionsWithValue.end()) {
            ++i;
            continue;
        }
        if (word.starts_with("-")) continue;
        if (std::find(kCommands.begin(), kCommands.end(), word) != kCommands.end()) return true;
        std::error_code ignored;
        return !std::filesystem::exists(std::filesystem::path(word), ignored);  // a mistyped command: say so in the terminal
    }
    return false;
}

ParsedCommandLine parse_command_line(int argc, const char* const* argv) {
    CommandLine line;
    std::vector<std::string> words;
    std::string thoughts = "stderr", think = "auto", format = "md", topic;
    bool no_thoughts = false;
    CLI::App app(kDescription, "soliloquy");
    app.set_version_flag("--version", fmt::format("soliloquy {}", SOLILOQUY_VERSION), "Print the version");
    app.set_help_flag("-h,--help", "Print this help");
    app.require_subcommand(0, 1);
    app.fallthrough();
    app.footer(kFooter);
    add_data(app, line);
    CLI::App& ask = *app.add_subcommand("ask", "Ask one question and print the answer");
    CLI::App& inspect = *app.add_subcommand("inspect", "Show what a model file holds, and what of it is unsupported and why");
    CLI::App& bench = *app.add_subcommand("bench", "Measure the speed of a model");
    CLI::App& exporting = *app.add_subcommand("export", "Print conversations as Markdown or JSON");
    CLI::App& listing = *app.add_subcommand("models", "List the models that are on this computer");
    CLI::App& devices = *app.add_subcommand("devices", "List what models can run on, and which would be chosen");
    CLI::App& help = *app.add_subcommand("help", "Print the help of a command");
    add_ask(ask, line, words, thoughts, think);
    add_inspect(inspect, line);
    add_bench(bench, line);
    add_export(exporting, line, format, no_thoughts);
    add_models(listing, line);
    add_devices(devices, line);
    help.add_option("command", topic, "ask, inspect, bench, export, models or devices")->type_name("COMMAND");
    const auto mistake = [](std::string_view what, std::string_view where) {
        fmt::print(stderr, "soliloquy: {}\nTry: soliloquy {}--help\n", what, where);
        return ParsedCommandLine{std::nullopt, kExitUsage};
    };
    try {
        app.parse(argc, argv);
        if (help.parsed()) {
            const bool known = topic.empty() || std::find(kCommands.begin(), kCommands.end(), topic) != kCommands.end();
            if (!known) return mistake(fmt::format("there is no command \"{}\"", topic), "");
            fmt::print("{}", topic.empty() ? app.help() : app.get_subcommand(topic)->help(app.get_name()));
            return {std::nullopt, kExitOk};
        }
    } catch (const CLI::Success& asked_for) {  // --help, --version
        return {std::nullopt, app.exit(asked_for) == 0 ? kExitOk : kExitUsage};
    } catch (const CLI::Error& error) {
        const auto parsed = app.get_subcommands();
        return mistake(error.what(), parsed.empty() ? "" : parsed.front()->get_name() + " ");
    }
    if (app.get_subcommands().empty()) return mistake("no command given", "");
    set_choices(line, words, thoughts, think, format);
    line.export_command.thoughts = !no_thoughts;
    line.command = ask.parsed()       ? Command::ask
                   : inspect.parsed() ? Command::inspect
                   : bench.parsed()   ? Command::bench
                   : listing.parsed() ? Command::models
                   : devices.parsed() ? Command::devices
                                      : Command::export_conversations;
    return {std::move(line), kExitOk};
}

}  // namespace soliloquy::cli
