/// app/cli/json_printer.cpp: an answer for a program: events, one JSON object a line on stdout.
#include <nlohmann/json.hpp>
#include <string>

#include "app/cli/ask_printer.h"

namespace soliloquy::cli {

namespace {

using Json = nlohmann::ordered_json;

std::string_view channel_name(Channel channel) {
    switch (channel) {
        case Channel::thought:
            return "thought";
        case Channel::answer:
            return "answer";
        case Channel::tool:
            return "tool";
    }
    return "answer";
}

std::string_view origin_name(Origin origin) {
    switch (origin) {
        case Origin::sampled:
            return "sampled";
        case Origin::edited:
            return "edited";
        case Origin::injected:
            return "injected";
        case Origin::forced_close:
            return "forced_close";
        case Origin::budget:
            return "budget";
        case Origin::prompt:
            return "prompt";
    }
    return "sampled";
}

std::string hexadecimal(std::string_view bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string digits;
    for (const char byte : bytes) {
        const auto value = static_cast<unsigned char>(byte);
        digits += kDigits[value >> 4];
        digits += kDigits[value & 15];
    }
    return digits;
}

class JsonPrinter final : public AskPrinter {
  public:
    JsonPrinter(const AskOptions& options, TerminalStream& out, TerminalStream& err) : options_(options), out_(out), err_(err) {}

    void loading(float) override {}

    void model(const ModelInfo& info) override {
        print({{"event", "model"},
               {"name", info.name},
               {"path", info.path.string()},
               {"architecture", info.architecture},
               {"quantization", info.quantization},
               {"context_length", info.context_length},
               {"reasoning_profile", info.reasoning_profile},
               {"device", device_name(info.device.device)},
               {"device_description", info.device.description},
               {"device_reason", info.device.reason},
               {"device_placement", info.device.placement}});
    }

    void warning(std::string_view text) override {
        print({{"event", "warning"}, {"message", text}});
        say(text);
    }

    void on_prompt(const PromptProgress& progress) override {
        stop_if_interrupted();
        print({{"event", "prompt"}, {"done", progress.tokens_done}, {"total", progress.tokens_total}, {"reused", progress.tokens_reused}});
    }

    void on_token(const TokenEvent& event) override {
        stop_if_interrupted();
        if (!options_.tokens) return;
        Json alternatives = Json::array();
        for (const Alternative& other : event.alternatives) alternatives.push_back({{"id", other.id}, {"logprob", other.logprob}});
        // A token may be half a letter: its bytes are exact, the text events are whole.
        print({{"event", "token"},
               {"index", event.index},
               {"id", event.id},
               {"origin", origin_name(event.origin)},
               {"ms", event.time_ms},
               {"bytes", hexadecimal(event.bytes)},
               {"logprob", event.logprob},
               {"entropy", event.entropy},
               {"alternatives", std::move(alternatives)}});
    }

    void on_text(const TextEvent& event) override {
        if (event.channel == Channel::thought && options_.thoughts == ThoughtPlace::nowhere) return;
        print({{"event", "text"},
               {"channel", channel_name(event.channel)},
               {"text", event.text},
               {"token", event.token_index},
               {"begins_span", event.begins_span}});
    }

    void on_thought_closed(uint32_t token_index) override { print({{"event", "thought_closed"}, {"token", token_index}}); }

    void done(const GenerationResult& result, int exit_code) override {
        Json event{{"event", "done"},
                   {"finish", finish_reason_name(result.finish)},
                   {"thought", thought_status_name(result.thought)},
                   {"closed_by", closed_by_name(result.closed_by)},
                   {"prompt_tokens", result.prompt_tokens},
                   {"reused_tokens", result.reused_tokens},
                   {"generated_tokens", result.generated_tokens},
                   {"prefill_seconds", result.prefill_seconds},
                   {"decode_seconds", result.decode_seconds},
                   {"exit_code", exit_code}};
        if (result.finish == FinishReason::error) event["message"] = result.error.message;
        print(event);
        if (result.finish == FinishReason::error) say(result.error.message);
    }

    void error(const Error& error, int exit_code) override {
        print({{"event", "error"}, {"message", error.message}, {"exit_code", exit_code}});
        say(error.message);
    }

  private:
    /// JSON escapes control characters, so a line is safe on a terminal too. Numbers that JSON lacks (infinity) become null.
    void print(const Json& event) { out_.write(event.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"); }

    /// Errors are on stderr too, as for every command.
    void say(std::string_view message) { err_.write("soliloquy: " + std::string(message) + "\n"); }

    const AskOptions& options_;
    TerminalStream& out_;
    TerminalStream& err_;
};

}  // namespace

std::unique_ptr<AskPrinter> make_json_printer(const AskOptions& options, TerminalStream& out, TerminalStream& err) {
    return std::make_unique<JsonPrinter>(options, out, err);
}

}  // namespace soliloquy::cli
