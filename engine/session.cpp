/// engine/session.cpp: one timeline: prompt to tokens, prefill of what is new, the decode loop, and commands between tokens.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <new>
#include <utility>

#include "engine/close_request.h"
#include "engine/loaded_model.h"
#include "engine/sampling/sampler.h"
#include "engine/timeline.h"

namespace soliloquy {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

ClosedBy closer(Origin origin) noexcept {
    switch (origin) {
        case Origin::sampled:
        case Origin::prompt:
            return ClosedBy::model;
        case Origin::budget:
            return ClosedBy::budget;
        case Origin::edited:
        case Origin::injected:
        case Origin::forced_close:
            break;
    }
    return ClosedBy::user;
}

/// Follows the bytes of a turn and knows whether they end between two UTF-8 letters.
class LetterBoundary {
  public:
    void feed(std::string_view bytes) noexcept {
        for (const char c : bytes) {
            const auto byte = static_cast<unsigned char>(c);
            if ((byte & 0xC0u) == 0x80u) {
                if (missing_ > 0) --missing_;
            } else {
                missing_ = byte >= 0xF0u ? 3 : byte >= 0xE0u ? 2 : byte >= 0xC0u ? 1 : 0;
            }
        }
    }
    [[nodiscard]] bool at_boundary() const noexcept { return missing_ == 0; }

  private:
    int missing_ = 0;
};

/// Hands the parser's text to the caller with the index of the token at work; silent while past tokens are fed again.
class SpanForwarder final : public SpanSink {
  public:
    explicit SpanForwarder(GenerationSink& sink) : sink_(sink) {}
    void on_text(Channel channel, std::string_view text, bool begins_span) override {
        if (!silent) sink_.on_text({.channel = channel, .text = text, .token_index = token_index, .begins_span = begins_span});
    }
    void on_thought_closed(ClosedBy) override {
        if (!silent) sink_.on_thought_closed(token_index);
    }

    uint32_t token_index = 0;
    bool silent = false;

  private:
    GenerationSink& sink_;
};

class ModelSession final : public Session {
  public:
    ModelSession(std::shared_ptr<const LoadedModel> loaded, std::unique_ptr<Decoder> decoder, std::string notice)
        : loaded_(std::move(loaded)), timeline_(loaded_, std::move(decoder), std::move(notice)) {}

    Result<GenerationResult> generate(const GenerateRequest& request, GenerationSink& sink) override;
    void stop() noexcept override { stop_.store(true); }
    void close_thought(Boundary boundary) noexcept override { close_request_.ask(boundary); }
    Result<PromptPreview> preview(const GenerateRequest& request) const override;
    uint32_t tokens_in_cache() const noexcept override { return timeline_.length(); }
    Result<std::vector<float>> score(std::span<const TokenId> ids) override;

  private:
    struct Turn;
    Result<GenerationResult> run(const GenerateRequest& request, GenerationSink& sink);
    Status prefill(Turn& turn, std::span<const TokenId> ids);
    Status decode(Turn& turn);
    Status emit(Turn& turn, const SampledToken& token, Origin origin);
    Status force_close(Turn& turn);
    bool close_is_due(const Turn& turn, std::string_view last_bytes);
    Status append(Turn& turn, std::span<const TokenId> ids, LogitsFor wanted);

    std::shared_ptr<const LoadedModel> loaded_;
    Timeline timeline_;
    std::atomic<bool> stop_{false};
    CloseRequest close_request_;
};

/// What one call of generate() carries from step to step.
struct ModelSession::Turn {
    Turn(const GenerateRequest& asked, GenerationSink& receiver, const LoadedModel& loaded, bool opens_thought)
        : request(asked),
          sink(receiver),
          forwarder(receiver),
          parser(loaded.profile, opens_thought),
          sampler(asked.sampling, loaded.info.vocabulary_size) {}

    [[nodiscard]] uint32_t milliseconds() const { return static_cast<uint32_t>(seconds_since(start) * 1e3); }

    const GenerateRequest& request;
    GenerationSink& sink;
    SpanForwarder forwarder;
    ReasoningParser parser;
    LetterBoundary letters;
    Sampler sampler;
    GenerationResult result;
    Clock::time_point start = Clock::now();
    uint32_t read_tokens = 0;  // of the prompt and of what is continued
    uint32_t index = 0;        // of the next token in the assistant's turn
    bool finished = false;
};

/// As Timeline::append; a stop while it reads again what a failed device had held finishes the turn.
Status ModelSession::append(Turn& turn, std::span<const TokenId> ids, LogitsFor wanted) {
    const Timeline::Watch watch{stop_, turn.sink, turn.read_tokens};
    Status status = timeline_.append(ids, wanted, &watch);
    if (status.ok() || status.error().code != ErrorCode::cancelled) return status;
    turn.result.finish = FinishReason::stopped;
    turn.finished = true;
    return Status::success();
}

Status ModelSession::prefill(Turn& turn, std::span<const TokenId> ids) {
    turn.read_tokens = static_cast<uint32_t>(ids.size());
    const size_t reused = timeline_.reuse(ids, turn.request.repeatable);
    turn.result.reused_tokens = static_cast<uint32_t>(reused);
    PromptProgress progress{0, static_cast<uint32_t>(ids.size() - reused), static_cast<uint32_t>(reused)};
    turn.sink.on_prompt(progress);
    for (size_t at = reused; at < ids.size();) {
        if (stop_.load()) {
            turn.result.finish = FinishReason::stopped;
            turn.finished = true;
            return Status::success();
        }
        const size_t n = std::min<size_t>(kPrefillBatch, ids.size() - at);
        RETURN_IF_ERROR(append(turn, ids.subspan(at, n), at + n == ids.size() ? LogitsFor::last : LogitsFor::none));
        if (turn.finished) return Status::success();
        at += n;
        progress.tokens_done += static_cast<uint32_t>(n);
        turn.sink.on_prompt(progress);
    }
    // Of a turn that goes on, the prompt's own logits are worth more: the turn may be written anew.
    if (turn.request.continuation.empty()) timeline_.keep_logits();
    return Status::success();
}

/// Shows a token to the caller, the parser and the cache. After it the logits are those behind the token, unless the turn is finished.
Status ModelSession::emit(Turn& turn, const SampledToken& token, Origin origin) {
    const Vocabulary& vocabulary = loaded_->tokenizer->vocabulary();
    const std::string_view bytes = vocabulary.kind(token.id) == TokenKind::control ? std::string_view() : vocabulary.bytes(token.id);
    turn.sink.on_token({.id = token.id,
                        .origin = origin,
                        .index = turn.index,
                        .time_ms = turn.milliseconds(),
                        .bytes = bytes,
                        .logprob = token.logprob,
                        .entropy = token.entropy,
                        .alternatives = std::span(token.alternatives.data(), token.n_alternatives)});
    turn.forwarder.token_index = turn.index++;
    turn.result.generated_tokens += 1;
    turn.sampler.accept(token.id);
    if (origin == Origin::sampled && turn.parser.ends_turn(token.id)) {
        turn.result.finish = FinishReason::end_of_turn;
        turn.finished = true;
        return Status::success();
    }
    turn.parser.feed(token.id, shown_bytes(*loaded_, token.id), turn.forwarder, closer(origin));
    turn.letters.feed(bytes);
    if (timeline_.length() >= timeline_.context_length()) {
        turn.result.finish = FinishReason::context_full;
        turn.finished = true;
        return Status::success();
    }
    return append(turn, std::span(&token.id, 1), LogitsFor::last);
}

Status ModelSession::force_close(Turn& turn) {
    close_request_.clear();
    TracedText close;
    close.append(bytes_for_forced_close(loaded_->profile), TextSource::from_template);
    ASSIGN_OR_RETURN(const auto ids, loaded_->tokenizer->encode(close));
    for (const TokenId id : ids) {
        if (turn.finished) break;
        RETURN_IF_ERROR(emit(turn, turn.sampler.measure(timeline_.logits(), id), Origin::forced_close));
    }
    return Status::success();
}

/// Whether a close that was asked for may happen after a token that ended in `last_bytes`.
bool ModelSession::close_is_due(const Turn& turn, std::string_view last_bytes) {
    return close_request_.is_due(turn.parser.in_thought(), turn.letters.at_boundary(), last_bytes.ends_with('\n'));
}

Status ModelSession::decode(Turn& turn) {
    if (turn.request.close_thought && turn.parser.in_thought()) RETURN_IF_ERROR(force_close(turn));
    while (!turn.finished) {
        if (stop_.load()) {
            turn.result.finish = FinishReason::stopped;
            return Status::success();
        }
        if (turn.request.max_tokens > 0 && turn.result.generated_tokens >= turn.request.max_tokens) {
            turn.result.finish = FinishReason::max_tokens;
            return Status::success();
        }
        const SampledToken token = turn.sampler.sample(timeline_.logits());
        RETURN_IF_ERROR(emit(turn, token, Origin::sampled));
        if (!turn.finished && close_is_due(turn, loaded_->tokenizer->vocabulary().bytes(token.id))) RETURN_IF_ERROR(force_close(turn));
    }
    return Status::success();
}

Result<GenerationResult> ModelSession::run(const GenerateRequest& request, GenerationSink& sink) {
    ASSIGN_OR_RETURN(EncodedPrompt prompt, encode_prompt(*loaded_, request));
    const size_t prompt_tokens = prompt.ids.size();
    for (const PastToken& token : request.continuation) {
        if (token.id >= loaded_->info.vocabulary_size) {
            return Error{ErrorCode::invalid_argument, "the stored turn holds token " + std::to_string(token.id) + ", but this model has " +
                                                          std::to_string(loaded_->info.vocabulary_size) +
                                                          ": it was written by another model"};
        }
        prompt.ids.push_back(token.id);
    }
    if (prompt.ids.size() >= timeline_.context_length()) {
        return Error{ErrorCode::context_full, "the conversation needs " + std::to_string(prompt.ids.size()) +
                                                  " tokens and the context holds " + std::to_string(timeline_.context_length()) +
                                                  ": start a new chat, shorten the message, or open the model with a longer context"};
    }
    Turn turn(request, sink, *loaded_, prompt.opens_thought);
    turn.result.prompt_tokens = static_cast<uint32_t>(prompt_tokens);
    turn.forwarder.silent = true;
    for (const PastToken& token : request.continuation) {
        turn.forwarder.token_index = turn.index++;
        turn.parser.feed(token.id, shown_bytes(*loaded_, token.id), turn.forwarder, closer(token.origin));
        turn.sampler.accept(token.id);
        if (token.origin == Origin::sampled) turn.sampler.skip_draws(1);
    }
    turn.forwarder.silent = false;

    Status status = prefill(turn, prompt.ids);
    turn.result.prefill_seconds = seconds_since(turn.start);
    const auto decode_start = Clock::now();
    if (status.ok() && !turn.finished) status = decode(turn);
    turn.result.decode_seconds = seconds_since(decode_start);
    if (!status.ok()) {
        turn.result.finish = FinishReason::error;
        turn.result.error = status.error();
    }
    turn.result.notice = timeline_.take_notice();
    turn.parser.finish(turn.result.finish == FinishReason::end_of_turn, turn.forwarder);
    turn.result.thought = turn.parser.status();
    turn.result.closed_by = turn.parser.closed_by();
    return turn.result;
}

Result<GenerationResult> ModelSession::generate(const GenerateRequest& request, GenerationSink& sink) {
    stop_.store(false);
    close_request_.clear();
    try {
        return run(request, sink);
    } catch (const std::bad_alloc&) {
        return out_of_memory_error(
            [] { return std::string("not enough memory to go on; close other programs or open the model with a shorter context"); });
    } catch (const std::exception& error) {
        return Error{ErrorCode::internal, error.what()};
    }
}

Result<PromptPreview> ModelSession::preview(const GenerateRequest& request) const {
    try {
        ASSIGN_OR_RETURN(EncodedPrompt prompt, encode_prompt(*loaded_, request));
        const auto tokens = static_cast<uint32_t>(prompt.ids.size() + request.continuation.size());
        return PromptPreview{.text = std::move(prompt.text), .tokens = tokens, .opens_thought = prompt.opens_thought};
    } catch (const std::bad_alloc&) {
        return out_of_memory_error([] { return std::string("not enough memory for the prompt; close other programs"); });
    } catch (const std::exception& error) {
        return Error{ErrorCode::internal, error.what()};
    }
}

Result<std::vector<float>> ModelSession::score(std::span<const TokenId> ids) {
    if (ids.size() > timeline_.context_length()) {
        return Error{ErrorCode::context_full,
                     std::to_string(ids.size()) + " tokens do not fit a context of " + std::to_string(timeline_.context_length())};
    }
    try {
        std::vector<float> logits;
        logits.reserve(ids.size() * loaded_->info.vocabulary_size);
        timeline_.clear();
        for (size_t at = 0; at < ids.size(); at += kPrefillBatch) {
            const auto batch = ids.subspan(at, std::min<size_t>(kPrefillBatch, ids.size() - at));
            RETURN_IF_ERROR(timeline_.append(batch, LogitsFor::all, nullptr));
            const auto rows = timeline_.all_logits();
            for (size_t t = 0; t < rows.rows; ++t) logits.insert(logits.end(), rows.row(t).begin(), rows.row(t).end());
        }
        return logits;
    } catch (const std::bad_alloc&) {
        return out_of_memory_error([&] { return "not enough memory for the logits of " + std::to_string(ids.size()) + " tokens"; });
    } catch (const std::exception& error) {
        return Error{ErrorCode::internal, error.what()};
    }
}

}  // namespace

Result<std::unique_ptr<Decoder>> make_decoder(const LoadedModel& loaded, bool cpu_only) {
    return Decoder::create(loaded.model, loaded.threads,
                           DecoderOptions{.context_length = loaded.info.context_length, .max_batch = kPrefillBatch, .cpu_only = cpu_only});
}

std::unique_ptr<Session> make_session(std::shared_ptr<const LoadedModel> loaded, std::unique_ptr<Decoder> decoder, std::string notice) {
    return std::make_unique<ModelSession>(std::move(loaded), std::move(decoder), std::move(notice));
}

}  // namespace soliloquy
