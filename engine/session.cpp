/// engine/session.cpp: one timeline: prompt to tokens, prefill of what is new, the decode loop, and commands between tokens.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <new>
#include <utility>

#include "engine/loaded_model.h"
#include "engine/sampling/sampler.h"

namespace soliloquy {
namespace {

using Clock = std::chrono::steady_clock;

constexpr uint32_t kLineBoundaryTokens = 24;  // a thought without line ends is closed after so many tokens

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
        : loaded_(std::move(loaded)), decoder_(std::move(decoder)), notice_(std::move(notice)) {}

    Result<GenerationResult> generate(const GenerateRequest& request, GenerationSink& sink) override;
    void stop() noexcept override { stop_.store(true); }
    void close_thought(Boundary boundary) noexcept override { close_request_.store(1 + static_cast<int>(boundary)); }
    Result<PromptPreview> preview(const GenerateRequest& request) const override;
    uint32_t tokens_in_cache() const noexcept override { return decoder_->length(); }
    Result<std::vector<float>> score(std::span<const TokenId> ids) override;

  private:
    struct Turn;
    Result<GenerationResult> run(const GenerateRequest& request, GenerationSink& sink);
    Status prefill(Turn& turn, std::span<const TokenId> ids);
    Status decode(Turn& turn);
    Status emit(Turn& turn, const SampledToken& token, Origin origin);
    Status force_close(Turn& turn);
    bool close_is_due(Turn& turn, std::string_view last_bytes);
    Status append(std::span<const TokenId> ids, LogitsFor wanted);
    Status go_on_with_cpu(const Error& why);

    std::shared_ptr<const LoadedModel> loaded_;
    std::unique_ptr<Decoder> decoder_;
    std::string notice_;           // told with the next result
    bool left_device_ = false;     // the decoder is the CPU's, though the model is on a device
    std::vector<TokenId> cached_;  // ids of the positions in the decoder's cache
    std::atomic<bool> stop_{false};
    std::atomic<int> close_request_{0};  // 0 = none, else 1 + Boundary
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
    uint32_t index = 0;               // of the next token in the assistant's turn
    uint32_t tokens_since_close = 0;  // since closing the thought was asked for
    bool finished = false;
};

/// Tokens that `a` and `b` begin with alike.
size_t common_prefix(std::span<const TokenId> a, std::span<const TokenId> b) {
    const auto [at, unused] = std::mismatch(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(std::min(a.size(), b.size())), b.begin());
    return static_cast<size_t>(at - a.begin());
}

/// As Decoder::append. When a device that was chosen automatically fails, the CPU goes on: it reads again what the cache held.
Status ModelSession::append(std::span<const TokenId> ids, LogitsFor wanted) {
    Status status = decoder_->append(ids, wanted);
    const bool device_failed = !status.ok() && !left_device_ && loaded_->may_fall_back && loaded_->model->placement().uses_device() &&
                               (status.error().code == ErrorCode::device || status.error().code == ErrorCode::out_of_memory);
    if (!device_failed) return status;
    RETURN_IF_ERROR(go_on_with_cpu(status.error()));
    return decoder_->append(ids, wanted);
}

Status ModelSession::go_on_with_cpu(const Error& why) {
    decoder_.reset();  // gives the device's memory back first
    ASSIGN_OR_RETURN(decoder_, make_decoder(*loaded_, true));
    left_device_ = true;
    notice_ = "The GPU failed, so this conversation goes on with the CPU: " + why.message;
    const std::vector<TokenId> held = std::exchange(cached_, {});
    for (size_t at = 0; at < held.size(); at += kPrefillBatch) {
        RETURN_IF_ERROR(decoder_->append(std::span(held).subspan(at, std::min<size_t>(kPrefillBatch, held.size() - at)), LogitsFor::none));
    }
    cached_ = held;
    return Status::success();
}

Status ModelSession::prefill(Turn& turn, std::span<const TokenId> ids) {
    // The last token is always evaluated: its logits choose the next.
    const size_t reused = std::min(common_prefix(cached_, ids), ids.size() - 1);
    decoder_->truncate(static_cast<uint32_t>(reused));
    cached_.resize(reused);
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
        RETURN_IF_ERROR(append(ids.subspan(at, n), at + n == ids.size() ? LogitsFor::last : LogitsFor::none));
        cached_.insert(cached_.end(), ids.begin() + static_cast<std::ptrdiff_t>(at), ids.begin() + static_cast<std::ptrdiff_t>(at + n));
        at += n;
        progress.tokens_done += static_cast<uint32_t>(n);
        turn.sink.on_prompt(progress);
    }
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
    if (decoder_->length() >= decoder_->context_length()) {
        turn.result.finish = FinishReason::context_full;
        turn.finished = true;
        return Status::success();
    }
    RETURN_IF_ERROR(append(std::span(&token.id, 1), LogitsFor::last));
    cached_.push_back(token.id);
    return Status::success();
}

Status ModelSession::force_close(Turn& turn) {
    close_request_.store(0);
    TracedText close;
    close.append(bytes_for_forced_close(loaded_->profile), TextSource::from_template);
    ASSIGN_OR_RETURN(const auto ids, loaded_->tokenizer->encode(close));
    for (const TokenId id : ids) {
        if (turn.finished) break;
        RETURN_IF_ERROR(emit(turn, turn.sampler.measure(decoder_->logits().row(0), id), Origin::forced_close));
    }
    return Status::success();
}

/// Whether a close that was asked for may happen after a token that ended in `last_bytes`.
bool ModelSession::close_is_due(Turn& turn, std::string_view last_bytes) {
    const int asked = close_request_.load();
    if (asked == 0 || !turn.parser.in_thought()) return false;
    const auto boundary = static_cast<Boundary>(asked - 1);
    if (boundary == Boundary::now) return true;
    if (boundary == Boundary::utf8) return turn.letters.at_boundary();
    ++turn.tokens_since_close;
    const bool line_end = !last_bytes.empty() && last_bytes.back() == '\n';
    return (line_end || turn.tokens_since_close >= kLineBoundaryTokens) && turn.letters.at_boundary();
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
        const SampledToken token = turn.sampler.sample(decoder_->logits().row(0));
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
    if (prompt.ids.size() >= decoder_->context_length()) {
        return Error{ErrorCode::context_full, "the conversation needs " + std::to_string(prompt.ids.size()) +
                                                  " tokens and the context holds " + std::to_string(decoder_->context_length()) +
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
    turn.result.notice = std::exchange(notice_, {});
    turn.parser.finish(turn.result.finish == FinishReason::end_of_turn, turn.forwarder);
    turn.result.thought = turn.parser.status();
    turn.result.closed_by = turn.parser.closed_by();
    return turn.result;
}

Result<GenerationResult> ModelSession::generate(const GenerateRequest& request, GenerationSink& sink) {
    stop_.store(false);
    close_request_.store(0);
    try {
        return run(request, sink);
    } catch (const std::bad_alloc&) {
        return Error{ErrorCode::out_of_memory, "not enough memory to go on; close other programs or open the model with a shorter context"};
    } catch (const std::exception& error) {
        return Error{ErrorCode::internal, error.what()};
    }
}

Result<PromptPreview> ModelSession::preview(const GenerateRequest& request) const {
    try {
        ASSIGN_OR_RETURN(EncodedPrompt prompt, encode_prompt(*loaded_, request));
        const auto tokens = static_cast<uint32_t>(prompt.ids.size() + request.continuation.size());
        return PromptPreview{.text = std::move(prompt.text), .tokens = tokens, .opens_thought = prompt.opens_thought};
    } catch (const std::exception& error) {
        return Error{ErrorCode::internal, error.what()};
    }
}

Result<std::vector<float>> ModelSession::score(std::span<const TokenId> ids) {
    if (ids.size() > decoder_->context_length()) {
        return Error{ErrorCode::context_full,
                     std::to_string(ids.size()) + " tokens do not fit a context of " + std::to_string(decoder_->context_length())};
    }
    try {
        std::vector<float> logits;
        logits.reserve(ids.size() * loaded_->info.vocabulary_size);
        decoder_->truncate(0);
        cached_.clear();
        for (size_t at = 0; at < ids.size(); at += kPrefillBatch) {
            const auto batch = ids.subspan(at, std::min<size_t>(kPrefillBatch, ids.size() - at));
            RETURN_IF_ERROR(append(batch, LogitsFor::all));
            cached_.insert(cached_.end(), batch.begin(), batch.end());
            const auto rows = decoder_->logits();
            for (size_t t = 0; t < rows.rows; ++t) logits.insert(logits.end(), rows.row(t).begin(), rows.row(t).end());
        }
        return logits;
    } catch (const std::bad_alloc&) {
        return Error{ErrorCode::out_of_memory, "not enough memory for the logits of " + std::to_string(ids.size()) + " tokens"};
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
