/// app/cli/ask_command.cpp: asks one question of one model.
#include <optional>
#include <string>

#include "app/cli/ask_printer.h"
#include "app/cli/commands.h"
#include "app/cli/interrupt.h"

namespace soliloquy::cli {

namespace {

std::string whole_question(std::string_view asked, std::string_view piped) {
    std::string question(asked);
    if (!question.empty() && !piped.empty()) question += "\n\n";
    question += piped;
    return question;
}

GenerateRequest request_of(const AskOptions& options, std::string question) {
    GenerateRequest request;
    if (!options.system.empty()) request.messages.push_back({.role = Role::system, .content = options.system, .reasoning = {}});
    request.messages.push_back({.role = Role::user, .content = std::move(question), .reasoning = {}});
    request.thinking = options.thinking;
    request.sampling = options.sampling;
    request.max_tokens = options.max_tokens;
    return request;
}

void warn_about_thinking(const AskOptions& options, const ModelInfo& info, AskPrinter& printer) {
    if (!options.thinking) return;
    if (*options.thinking && !info.can_think) {
        printer.warning("this model has no thoughts that its template marks: --think on changes nothing");
    } else if (!*options.thinking && info.can_think && !info.thinking_can_be_switched) {
        printer.warning("the template of this model cannot switch thinking off: --think off changes nothing");
    }
}

int exit_code_of(const GenerationResult& result) {
    if (interrupted()) return kExitInterrupted;
    if (result.finish == FinishReason::error) return kExitError;
    return result.thought == ThoughtStatus::unfinished ? kExitUnfinished : kExitOk;
}

}  // namespace

int run_ask(const CommandLine& line, std::string_view piped, const EngineOpener& open, Streams streams) {
    const AskOptions& options = line.ask;
    const std::string question = whole_question(options.question, piped);
    if (question.find_first_not_of(" \t\r\n") == std::string::npos) {
        streams.err.write("soliloquy: no question: write it after `ask`, or pipe it in\nTry: soliloquy ask --help\n");
        return kExitUsage;
    }
    const auto printer =
        options.json ? make_json_printer(options, streams.out, streams.err) : make_text_printer(options, streams.out, streams.err);
    const auto fail_with = [&](const Error& error) {
        const int code = interrupted() ? kExitInterrupted : kExitError;
        printer->error(error, code);
        return code;
    };
    const Result<std::filesystem::path> path = model_of(line);
    if (!path.ok()) return fail_with(path.error());
    LoadOptions load = load_options_of(line);
    load.reasoning_profile = options.profile;
    load.progress = [&](float fraction) {
        printer->loading(fraction);
        return !interrupted();
    };
    const Result<std::shared_ptr<Engine>> engine = open(*path, load);
    if (!engine.ok()) return fail_with(engine.error());
    printer->model((*engine)->info());
    if (const std::string& warning = (*engine)->info().device.warning; !warning.empty()) printer->warning(warning);
    warn_about_thinking(options, (*engine)->info(), *printer);
    const Result<std::unique_ptr<Session>> session = (*engine)->new_session();
    if (!session.ok()) return fail_with(session.error());
    printer->watch(**session);
    const Result<GenerationResult> result = (*session)->generate(request_of(options, question), *printer);
    if (!result.ok()) return fail_with(result.error());
    if (!result->notice.empty()) printer->warning(result->notice);
    const int code = exit_code_of(*result);
    printer->done(*result, code);
    return streams.out.failed() ? fail(streams, "cannot write the answer to stdout") : code;
}

}  // namespace soliloquy::cli
