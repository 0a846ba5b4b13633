/// tests/support/collecting_sink.h: keeps everything that generate() says.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/engine.h"

namespace soliloquy::testing {

class CollectingSink : public GenerationSink {
  public:
    void on_prompt(const PromptProgress& progress) override { prompts.push_back(progress); }
    void on_token(const TokenEvent& event) override {
        tokens.push_back({event.id, event.origin});
        bytes += event.bytes;
        logprobs.push_back(event.logprob);
        alternatives.push_back(event.alternatives.empty() ? Alternative{} : event.alternatives[0]);
        if (each_token) each_token(event);
    }
    void on_text(const TextEvent& event) override {
        auto& text = event.channel == Channel::thought ? thought : event.channel == Channel::answer ? answer : tool;
        text += event.text;
    }
    void on_thought_closed(uint32_t) override { ++thoughts_closed; }

    std::vector<PromptProgress> prompts;
    std::vector<PastToken> tokens;
    std::vector<float> logprobs;
    std::vector<Alternative> alternatives;
    std::string bytes, thought, answer, tool;
    int thoughts_closed = 0;
    std::function<void(const TokenEvent&)> each_token;
};

}  // namespace soliloquy::testing
