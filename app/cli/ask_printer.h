/// app/cli/ask_printer.h: shows one answer as it is written: for a person, or as JSON lines for a program.
#pragma once

#include <memory>
#include <string_view>

#include "app/cli/command_line.h"
#include "app/cli/terminal.h"
#include "engine/engine.h"

namespace soliloquy::cli {

/// Every call comes from the one thread of the command. The sink's part shows the stream; the rest what is around it.
class AskPrinter : public GenerationSink {
  public:
    virtual void loading(float fraction) = 0;
    virtual void model(const ModelInfo& info) = 0;
    virtual void warning(std::string_view text) = 0;
    virtual void done(const GenerationResult& result, int exit_code) = 0;
    virtual void error(const Error& error, int exit_code) = 0;

    /// on_prompt() and on_token() stop the session once Ctrl+C was pressed.
    void watch(Session& session) { session_ = &session; }

  protected:
    void stop_if_interrupted();

  private:
    Session* session_ = nullptr;
};

[[nodiscard]] std::unique_ptr<AskPrinter> make_text_printer(const AskOptions& options, TerminalStream& out, TerminalStream& err);
/// Events, one JSON object a line, each with the key "event": model, prompt, text, thought_closed, token, warning, done, error.
[[nodiscard]] std::unique_ptr<AskPrinter> make_json_printer(const AskOptions& options, TerminalStream& out, TerminalStream& err);

}  // namespace soliloquy::cli
