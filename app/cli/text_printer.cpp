/// app/cli/text_printer.cpp: an answer for a person: the thought dimmed, progress and warnings on stderr, the answer on stdout.
#include <fmt/format.h>

#include "app/cli/ask_printer.h"
#include "app/cli/exit_code.h"
#include "app/cli/interrupt.h"

namespace soliloquy::cli {

void AskPrinter::stop_if_interrupted() {
    if (interrupted() && session_ != nullptr) session_->stop();
}

namespace {

class TextPrinter final : public AskPrinter {
  public:
    TextPrinter(const AskOptions& options, TerminalStream& out, TerminalStream& err) : options_(options), out_(out), err_(err) {}

    void loading(float fraction) override { err_.progress(fmt::format("Opening the model: {:.0f} %", 100.0f * fraction)); }

    void model(const ModelInfo& info) override {
        err_.clear_progress();
        if (err_.is_terminal())
            err_.write(fmt::format("{} on {} ({}{}{})\n", info.name, info.device.description, info.device.reason,
                                   info.device.placement.empty() ? "" : "; ", info.device.placement),
                       true);
    }

    void warning(std::string_view text) override { err_.write(fmt::format("soliloquy: {}\n", text)); }

    void on_prompt(const PromptProgress& progress) override {
        stop_if_interrupted();
        err_.progress(fmt::format("Reading: {} of {} tokens", progress.tokens_done, progress.tokens_total));
    }

    void on_token(const TokenEvent&) override { stop_if_interrupted(); }

    void on_text(const TextEvent& event) override {
        err_.clear_progress();
        if (event.channel == Channel::thought) {
            if (options_.thoughts == ThoughtPlace::nowhere) {
                err_.progress("Thinking ...");
                return;
            }
            TerminalStream& place = options_.thoughts == ThoughtPlace::standard_output ? out_ : err_;
            if (event.begins_span) begin_paragraph();
            last_ = &place;
            place.write(event.text, true);
            return;
        }
        if (event.begins_span || last_ != nullptr) begin_paragraph();
        last_ = nullptr;
        out_.write(event.text);
        answered_ = true;
    }

    void done(const GenerationResult& result, int exit_code) override {
        err_.clear_progress();
        out_.end_line_if_begun();
        err_.end_line_if_begun();
        if (result.finish == FinishReason::error) warning(result.error.message);
        const bool unfinished = exit_code == kExitUnfinished;
        if (result.finish == FinishReason::max_tokens) {
            warning(unfinished ? "--max-tokens ended the thought: there is no answer" : "--max-tokens cut the answer");
        } else if (result.finish == FinishReason::context_full) {
            warning(unfinished ? "the context is full and the thought unfinished: there is no answer; try --context N or --think off"
                               : "the context is full: the answer is cut; --context N makes it longer if the model can");
        } else if (unfinished) {
            warning("the model stopped inside its thought: there is no answer; try --think off, or another --seed with --temp");
        }
        if (options_.stats) {
            const double decode = result.decode_seconds > 0.0 ? result.generated_tokens / result.decode_seconds : 0.0;
            err_.write(fmt::format("{} tokens read in {:.2f} s, {} written in {:.2f} s ({:.1f} tokens/s)\n", result.prompt_tokens,
                                   result.prefill_seconds, result.generated_tokens, result.decode_seconds, decode),
                       true);
        }
    }

    void error(const Error& error, int) override {
        err_.clear_progress();
        out_.end_line_if_begun();
        err_.end_line_if_begun();
        warning(error.message);
    }

  private:
    /// A blank line between thought and answer where both are read in one place.
    void begin_paragraph() {
        if (last_ == nullptr && !answered_) return;
        TerminalStream& place = last_ != nullptr ? *last_ : out_;
        place.end_line_if_begun();
        if (&place == &out_ || out_.is_terminal()) place.write("\n");
    }

    const AskOptions& options_;
    TerminalStream& out_;
    TerminalStream& err_;
    TerminalStream* last_ = nullptr;  // where the thought was written last; nullptr = the answer was
    bool answered_ = false;
};

}  // namespace

std::unique_ptr<AskPrinter> make_text_printer(const AskOptions& options, TerminalStream& out, TerminalStream& err) {
    return std::make_unique<TextPrinter>(options, out, err);
}

}  // namespace soliloquy::cli
