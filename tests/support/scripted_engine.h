/// tests/support/scripted_engine.h: an Engine without a model that says what a script says, at the script's pace, with the script's faults.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "engine/engine.h"

namespace soliloquy::testing {

struct ScriptedToken {
    TokenId id = 0;
    std::string bytes{};  ///< may end inside a UTF-8 letter; empty for control tokens
    Channel channel = Channel::answer;
    float logprob = -0.1f;
    float entropy = 0.3f;
    std::vector<Alternative> alternatives{};
    uint32_t delay_us = 0;  ///< before the token
    bool closes_thought = false;
};

/// What one call of generate() does. A continuation of n tokens starts the script at its token n.
struct Script {
    std::vector<ScriptedToken> tokens{};
    bool endless = false;  ///< starts again at its first token when it is through, until stopped
    uint32_t prompt_tokens = 12;
    uint32_t prompt_delay_us = 0;  ///< per prompt token; progress is reported after each
    bool prompt_opens_thought = false;
    FinishReason finish = FinishReason::end_of_turn;
    int64_t fault_at = -1;  ///< token number before which generation fails with `fault`
    Error fault{ErrorCode::device, "the device was lost (scripted)"};
    std::optional<Error> refuse{};  ///< generate() returns this Error before the first token
};

/// <think>THOUGHT</think>ANSWER: one token per word (with its space), delay before each. An empty thought gives none at all.
[[nodiscard]] Script think_then_answer(std::string_view thought, std::string_view answer, uint32_t delay_us = 0);
/// Ends its turn inside its thought.
[[nodiscard]] Script unfinished_thought(std::string_view thought, uint32_t delay_us = 0);
/// `tokens` numbered words ("w0 w1 ..."), the first `thought_tokens` of them thought; words of lines of about 12.
[[nodiscard]] Script long_stream(uint32_t tokens, uint32_t thought_tokens, uint32_t delay_us = 0);

/// The file as the opener sees it; shared by tests and the engines it opened. Thread-safe.
class ScriptedModel {
  public:
    ScriptedModel();
    /// Scripts are used in order, one per generate(); the last one is used again for ever.
    void push(Script script);
    void set_load(uint32_t steps, uint32_t step_delay_us);  ///< progress is reported after each step and can cancel
    void fail_load(Error error);                            ///< every load fails from now on
    void load_works();
    ModelInfo info;  ///< change before opening

    [[nodiscard]] std::vector<GenerateRequest> requests() const;  ///< all that generate() got
    [[nodiscard]] uint32_t loads() const;
    [[nodiscard]] LoadOptions last_load() const;  ///< without its progress; a context length is taken over by the model
    [[nodiscard]] uint64_t tokens_emitted() const;
    /// Called on the engine thread for each token, before the sink sees it.
    void set_token_hook(std::function<void(const TokenEvent&)> hook);

    /// In the place of open_engine().
    [[nodiscard]] Result<std::shared_ptr<Engine>> open(const std::filesystem::path& path, const LoadOptions& options);

  private:
    friend class ScriptedSession;
    friend class ScriptedEngine;
    struct State;
    std::shared_ptr<State> state_;
};

/// A function with the signature of open_engine() that opens the model.
[[nodiscard]] std::function<Result<std::shared_ptr<Engine>>(const std::filesystem::path&, const LoadOptions&)> opener(
    std::shared_ptr<ScriptedModel> model);

}  // namespace soliloquy::testing
