/// tests/support/scripted_engine.cpp: plays scripts through the engine's interface.
#include "tests/support/scripted_engine.h"

#include <algorithm>
#include <chrono>
#include <thread>

namespace soliloquy::testing {
namespace {

constexpr TokenId kOpenThought = 1, kCloseThought = 2, kEndOfTurn = 3, kFirstWord = 16;
constexpr uint32_t kLineCap = 24;  // tokens after which close_thought() stops waiting for a line end

TokenId word_id(std::string_view word) {
    uint32_t hash = 2166136261u;
    for (const char c : word) hash = (hash ^ static_cast<uint8_t>(c)) * 16777619u;
    return kFirstWord + hash % 4000;
}

ScriptedToken word_token(std::string_view word, Channel channel, uint32_t delay_us) {
    ScriptedToken token;
    token.id = word_id(word);
    token.bytes = word;
    token.channel = channel;
    token.delay_us = delay_us;
    token.alternatives = {{token.id, -0.1f}, {token.id + 1, -2.5f}};
    return token;
}

/// Cuts before each space that follows a letter, and after each line end, so that the pieces together are the text.
void append_words(std::vector<ScriptedToken>& tokens, std::string_view text, Channel channel, uint32_t delay_us) {
    size_t begin = 0;
    for (size_t i = 1; i <= text.size(); ++i) {
        const bool cut = i == text.size() || text[i - 1] == '\n' || (text[i] == ' ' && text[i - 1] != ' ');
        if (!cut) continue;
        tokens.push_back(word_token(text.substr(begin, i - begin), channel, delay_us));
        begin = i;
    }
}

ScriptedToken close_token(uint32_t delay_us) {
    ScriptedToken token;
    token.id = kCloseThought;
    token.channel = Channel::thought;
    token.closes_thought = true;
    token.delay_us = delay_us;
    return token;
}

void pause(uint32_t microseconds) {
    if (microseconds > 0) std::this_thread::sleep_for(std::chrono::microseconds(microseconds));
}

/// Length of the bytes at the end that begin a letter which is not complete yet.
size_t incomplete_tail(std::string_view text) {
    for (size_t back = 1; back <= std::min<size_t>(3, text.size()); ++back) {
        const auto byte = static_cast<unsigned char>(text[text.size() - back]);
        if ((byte & 0xC0) == 0x80) continue;
        const size_t length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1;
        return length > back ? back : 0;
    }
    return 0;
}

}  // namespace

Script think_then_answer(std::string_view thought, std::string_view answer, uint32_t delay_us) {
    Script script;
    script.prompt_opens_thought = !thought.empty();
    if (!thought.empty()) {
        append_words(script.tokens, thought, Channel::thought, delay_us);
        script.tokens.push_back(close_token(delay_us));
    }
    append_words(script.tokens, answer, Channel::answer, delay_us);
    return script;
}

Script unfinished_thought(std::string_view thought, uint32_t delay_us) {
    Script script;
    script.prompt_opens_thought = true;
    append_words(script.tokens, thought, Channel::thought, delay_us);
    return script;
}

Script long_stream(uint32_t tokens, uint32_t thought_tokens, uint32_t delay_us) {
    Script script;
    script.prompt_opens_thought = thought_tokens > 0;
    script.tokens.reserve(tokens + 1);
    for (uint32_t i = 0; i < tokens; ++i) {
        if (i == thought_tokens && i > 0) script.tokens.push_back(close_token(delay_us));
        std::string word(1, 'w');
        word += std::to_string(i);
        word += i % 12 == 11 ? '\n' : ' ';
        script.tokens.push_back(word_token(word, i < thought_tokens ? Channel::thought : Channel::answer, delay_us));
    }
    return script;
}

struct ScriptedModel::State {
    mutable std::mutex mutex;
    std::deque<Script> scripts;
    std::vector<GenerateRequest> requests;
    std::function<void(const TokenEvent&)> hook;
    std::optional<Error> load_error;
    uint32_t load_steps = 1, load_step_delay_us = 0;
    LoadOptions last_load{};
    std::atomic<uint32_t> loads{0};
    std::atomic<uint64_t> emitted{0};

    Script next_script() {
        const std::lock_guard lock(mutex);
        if (scripts.empty()) return think_then_answer("Nothing was scripted.", "Nothing was scripted.");
        Script script = scripts.front();
        if (scripts.size() > 1) scripts.pop_front();
        return script;
    }
    Script current_script() const {
        const std::lock_guard lock(mutex);
        return scripts.empty() ? Script{} : scripts.front();
    }
};

/// The state of one generate(): where in the script, in which channel, and the letters held back.
class ScriptedSession final : public Session {
  public:
    ScriptedSession(std::shared_ptr<ScriptedModel::State> state, std::shared_ptr<Engine> engine, ModelInfo info)
        : state_(std::move(state)), engine_(std::move(engine)), info_(std::move(info)) {}

    Result<GenerationResult> generate(const GenerateRequest& request, GenerationSink& sink) override;
    void stop() noexcept override { stop_ = true; }
    void close_thought(Boundary boundary) noexcept override { close_ = 1 + static_cast<int>(boundary); }
    Result<PromptPreview> preview(const GenerateRequest& request) const override {
        PromptPreview preview;
        for (const ChatMessage& message : request.messages) {
            preview.text += static_cast<char>('0' + static_cast<int>(message.role));
            preview.text += ' ';
            preview.text += message.content;
            preview.text += '\n';
        }
        preview.tokens = static_cast<uint32_t>(preview.text.size() / 4 + 1);
        preview.opens_thought = state_->current_script().prompt_opens_thought && request.thinking.value_or(true);
        return preview;
    }
    uint32_t tokens_in_cache() const noexcept override { return in_cache_; }
    Result<std::vector<float>> score(std::span<const TokenId>) override {
        return Error{ErrorCode::unsupported, "a scripted engine has no logits"};
    }

  private:
    struct Run {
        explicit Run(GenerationSink& to) : sink(to) {}
        GenerationSink& sink;
        std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();
        uint32_t index = 0;
        bool thinks = true;
        bool in_thought = false;
        bool closed_by_force = false;
        bool begins_span = true;
        char last_byte = 0;
        uint32_t waited_for_line = 0;
        Channel channel = Channel::answer;
        std::string held;
        GenerationResult result;
    };
    bool read_prompt(const Script& script, Run& run);
    size_t resume(const Script& script, const GenerateRequest& request, Run& run);
    std::optional<FinishReason> ends_before(const Script& script, const GenerateRequest& request, Run& run) const;
    bool close_is_due(Run& run) const;
    void play(const Script& script, const GenerateRequest& request, Run& run);
    void emit(Run& run, const ScriptedToken& token, Origin origin);
    void force_close(Run& run);

    std::shared_ptr<ScriptedModel::State> state_;
    std::shared_ptr<Engine> engine_;
    ModelInfo info_;
    std::atomic<bool> stop_{false};
    std::atomic<int> close_{0};  // 0 = not asked, else 1 + Boundary
    uint32_t in_cache_ = 0;
};

bool ScriptedSession::read_prompt(const Script& script, Run& run) {
    run.result.prompt_tokens = script.prompt_tokens;
    for (uint32_t done = 0; done <= script.prompt_tokens; ++done) {
        if (stop_) return false;
        run.sink.on_prompt({.tokens_done = done, .tokens_total = script.prompt_tokens, .tokens_reused = 0});
        if (done < script.prompt_tokens) pause(script.prompt_delay_us);
    }
    return true;
}

void ScriptedSession::emit(Run& run, const ScriptedToken& token, Origin origin) {
    const auto elapsed = std::chrono::steady_clock::now() - run.began;
    TokenEvent event;
    event.id = token.id;
    event.origin = origin;
    event.index = run.index;
    event.time_ms = static_cast<uint32_t>(std::chrono::duration_cast<std::chrono::milliseconds>(elapsed).count());
    event.bytes = token.bytes;
    event.logprob = token.logprob;
    event.entropy = token.entropy;
    event.alternatives = token.alternatives;
    std::function<void(const TokenEvent&)> hook;
    {
        const std::lock_guard lock(state_->mutex);
        hook = state_->hook;
    }
    if (hook) hook(event);
    run.sink.on_token(event);
    ++state_->emitted;
    if (token.closes_thought) {
        run.in_thought = false;
        run.begins_span = true;
        run.sink.on_thought_closed(run.index);
    } else {
        if (token.channel != run.channel) run.begins_span = true;
        run.channel = token.channel;
        run.in_thought = token.channel == Channel::thought;
        run.held += token.bytes;
        const size_t whole = run.held.size() - incomplete_tail(run.held);
        if (whole > 0) {
            run.sink.on_text({.channel = token.channel,
                              .text = std::string_view(run.held).substr(0, whole),
                              .token_index = run.index,
                              .begins_span = run.begins_span});
            run.begins_span = false;
            run.held.erase(0, whole);
        }
    }
    ++run.index;
    ++run.result.generated_tokens;
}

void ScriptedSession::force_close(Run& run) {
    emit(run, close_token(0), Origin::forced_close);
    run.result.closed_by = ClosedBy::user;
    run.closed_by_force = true;
    close_ = 0;
}

// A continuation stands in the channel of its last token; a forced close is one token that the script does not have.
size_t ScriptedSession::resume(const Script& script, const GenerateRequest& request, Run& run) {
    size_t at = 0;
    run.thinks = request.thinking.value_or(true);
    run.in_thought = script.prompt_opens_thought && run.thinks;
    run.index = static_cast<uint32_t>(request.continuation.size());
    for (const PastToken& past : request.continuation) {
        if (past.id == kCloseThought) run.in_thought = false;
        if (past.origin == Origin::forced_close) {
            run.closed_by_force = true;
        } else {
            ++at;
        }
    }
    run.channel = run.in_thought ? Channel::thought : Channel::answer;
    run.begins_span = request.continuation.empty() || request.continuation.back().id == kCloseThought;
    if (request.close_thought && run.in_thought) force_close(run);
    return at;
}

/// Why the token at `at` is not emitted; nullopt = it is.
std::optional<FinishReason> ScriptedSession::ends_before(const Script& script, const GenerateRequest& request, Run& run) const {
    if (script.fault_at >= 0 && run.index == static_cast<uint64_t>(script.fault_at)) {
        run.result.error = script.fault;
        return FinishReason::error;
    }
    if (request.max_tokens > 0 && run.result.generated_tokens >= request.max_tokens) return FinishReason::max_tokens;
    if (stop_) return FinishReason::stopped;
    return std::nullopt;
}

bool ScriptedSession::close_is_due(Run& run) const {
    const int close = close_;
    if (close == 0 || !run.in_thought) return false;
    return close != 1 + static_cast<int>(Boundary::line) || run.last_byte == '\n' || run.waited_for_line++ >= kLineCap;
}

void ScriptedSession::play(const Script& script, const GenerateRequest& request, Run& run) {
    for (size_t at = resume(script, request, run);; ++at) {
        if (at >= script.tokens.size()) {
            if (!script.endless || script.tokens.empty()) {
                run.result.finish = script.finish;
                return;
            }
            at = 0;
        }
        const ScriptedToken& token = script.tokens[at];
        // After a forced close, and without thinking, the thought of the script is passed over.
        if ((run.closed_by_force || !run.thinks) && (token.channel == Channel::thought || token.closes_thought)) {
            if (stop_) break;
            continue;
        }
        pause(token.delay_us);
        if (const auto end = ends_before(script, request, run)) {
            run.result.finish = *end;
            return;
        }
        if (close_is_due(run)) {
            force_close(run);
            continue;
        }
        if (!token.bytes.empty()) run.last_byte = token.bytes.back();
        emit(run, token, Origin::sampled);
        if (token.closes_thought) run.result.closed_by = ClosedBy::model;
    }
    run.result.finish = FinishReason::stopped;
}

Result<GenerationResult> ScriptedSession::generate(const GenerateRequest& request, GenerationSink& sink) {
    stop_ = false;
    close_ = 0;
    const Script script = state_->next_script();
    {
        const std::lock_guard lock(state_->mutex);
        state_->requests.push_back(request);
    }
    if (script.refuse) return *script.refuse;
    Run run(sink);
    if (read_prompt(script, run)) {
        play(script, request, run);
    } else {
        run.result.finish = FinishReason::stopped;
    }
    const bool thought = script.prompt_opens_thought && run.thinks;
    run.result.thought = run.in_thought ? ThoughtStatus::unfinished : thought ? ThoughtStatus::finished : ThoughtStatus::none;
    run.result.decode_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - run.began).count();
    in_cache_ = script.prompt_tokens + run.index;
    return run.result;
}

class ScriptedEngine final : public Engine, public std::enable_shared_from_this<ScriptedEngine> {
  public:
    ScriptedEngine(std::shared_ptr<ScriptedModel::State> state, ModelInfo info) : state_(std::move(state)), info_(std::move(info)) {}
    const ModelInfo& info() const noexcept override { return info_; }
    Result<std::unique_ptr<Session>> new_session() override {
        return std::unique_ptr<Session>(std::make_unique<ScriptedSession>(state_, shared_from_this(), info_));
    }
    Result<std::vector<TokenId>> tokenize(std::string_view text, bool) const override {
        std::vector<ScriptedToken> tokens;
        append_words(tokens, text, Channel::answer, 0);
        std::vector<TokenId> ids;
        for (const ScriptedToken& token : tokens) ids.push_back(token.id);
        return ids;
    }
    std::string token_text(TokenId id) const override {
        if (id == kOpenThought) return "<think>";
        if (id == kCloseThought) return "</think>";
        if (id == kEndOfTurn) return "<end>";
        return "token " + std::to_string(id);
    }
    std::vector<Span> spans(std::span<const PastToken> turn, bool prompt_opens_thought) const override {
        std::vector<Span> spans;
        bool in_thought = prompt_opens_thought;
        for (uint32_t i = 0; i < turn.size(); ++i) {
            if (turn[i].id == kCloseThought) {
                in_thought = false;
                continue;
            }
            const Channel channel = in_thought ? Channel::thought : Channel::answer;
            if (spans.empty() || spans.back().channel != channel) spans.push_back({.channel = channel, .text = "", .token_begin = i});
            spans.back().text += token_text(turn[i].id);
            spans.back().token_end = i + 1;
        }
        return spans;
    }

  private:
    std::shared_ptr<ScriptedModel::State> state_;
    ModelInfo info_;
};

ScriptedModel::ScriptedModel() : state_(std::make_shared<State>()) {
    info.name = "Scripted";
    info.architecture = "scripted";
    info.quantization = "none";
    info.context_length = 32768;
    info.trained_context_length = 32768;
    info.vocabulary_size = 5000;
    info.parameters = 1000;
    info.active_parameters = 1000;
    info.reasoning_profile = "r1";
    info.can_think = true;
    info.thinking_can_be_switched = true;
    info.past_thoughts = "dropped";
    info.has_chat_template = true;
    info.device.description = "Script";
    info.device.reason = "a test";
}

void ScriptedModel::push(Script script) {
    const std::lock_guard lock(state_->mutex);
    state_->scripts.push_back(std::move(script));
}

void ScriptedModel::set_load(uint32_t steps, uint32_t step_delay_us) {
    const std::lock_guard lock(state_->mutex);
    state_->load_steps = steps;
    state_->load_step_delay_us = step_delay_us;
}

void ScriptedModel::fail_load(Error error) {
    const std::lock_guard lock(state_->mutex);
    state_->load_error = std::move(error);
}

void ScriptedModel::load_works() {
    const std::lock_guard lock(state_->mutex);
    state_->load_error.reset();
}

std::vector<GenerateRequest> ScriptedModel::requests() const {
    const std::lock_guard lock(state_->mutex);
    return state_->requests;
}

uint32_t ScriptedModel::loads() const { return state_->loads; }
LoadOptions ScriptedModel::last_load() const {
    const std::lock_guard lock(state_->mutex);
    return state_->last_load;
}
uint64_t ScriptedModel::tokens_emitted() const { return state_->emitted; }

void ScriptedModel::set_token_hook(std::function<void(const TokenEvent&)> hook) {
    const std::lock_guard lock(state_->mutex);
    state_->hook = std::move(hook);
}

Result<std::shared_ptr<Engine>> ScriptedModel::open(const std::filesystem::path& path, const LoadOptions& options) {
    std::optional<Error> error;
    uint32_t steps = 0, delay = 0;
    {
        const std::lock_guard lock(state_->mutex);
        error = state_->load_error;
        steps = state_->load_steps;
        delay = state_->load_step_delay_us;
        state_->last_load = options;
        state_->last_load.progress = nullptr;
    }
    ++state_->loads;
    for (uint32_t step = 0; step <= steps; ++step) {
        const float fraction = steps == 0 ? 1.0f : static_cast<float>(step) / static_cast<float>(steps);
        if (options.progress && !options.progress(fraction)) return Error{ErrorCode::cancelled, "loading was cancelled"};
        if (step < steps) pause(delay);
    }
    if (error) return *error;
    ModelInfo opened = info;
    opened.path = path;
    if (options.context_length > 0) opened.context_length = options.context_length;
    if (options.device != Device::automatic) opened.device.device = options.device;
    return std::shared_ptr<Engine>(std::make_shared<ScriptedEngine>(state_, std::move(opened)));
}

std::function<Result<std::shared_ptr<Engine>>(const std::filesystem::path&, const LoadOptions&)> opener(
    std::shared_ptr<ScriptedModel> model) {
    return [model = std::move(model)](const std::filesystem::path& path, const LoadOptions& options) { return model->open(path, options); };
}

}  // namespace soliloquy::testing
