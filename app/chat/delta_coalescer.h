/// app/chat/delta_coalescer.h: from the events of the engine thread to one delta per flush of the window.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/chat/clock.h"
#include "app/chat/spsc_queue.h"
#include "app/store/records.h"
#include "engine/engine.h"

namespace soliloquy {

/// Text of one span that came in a row, or the end of a thought.
struct StreamPiece {
    bool closes_thought = false;
    Channel channel = Channel::answer;
    bool begins_span = false;
    std::string text{};
    uint32_t token_begin = 0, token_end = 0;  ///< of the turn
    uint32_t origins = 0;                     ///< store::origin_bit() of the tokens in it
    int64_t at_ms = 0;                        ///< clock time of its first token
};

/// Everything since the last flush, in order.
struct GenerationDelta {
    std::optional<bool> opens_thought{};  ///< a generation began: does its prompt end inside a thought
    std::optional<PromptProgress> prompt{};
    int64_t prompt_read_ms = -1;  ///< clock time at which the prompt was read; -1 = not in this delta
    std::vector<StreamPiece> pieces{};
    store::TokenColumns tokens{};
    uint32_t thought_tokens = 0;  ///< of `tokens`, those up to and with the one that closes the thought

    [[nodiscard]] bool empty() const noexcept {
        return !opens_thought && !prompt && prompt_read_ms < 0 && pieces.empty() && tokens.empty();
    }
};

/// The sink of a generation. The on_* functions run on the engine thread, take() on the other; neither waits.
class DeltaCoalescer final : public GenerationSink {
  public:
    explicit DeltaCoalescer(const Clock& clock) : clock_(clock) {}

    /// On the engine thread, before a generation. `first_token` = tokens the turn already has, `in_thought` = where they end.
    void begin(bool prompt_opens_thought, bool in_thought, uint32_t first_token);
    /// Moves all that came into `delta`; its work is in proportion to what came.
    void take(GenerationDelta& delta);

    void on_prompt(const PromptProgress& progress) override;
    void on_token(const TokenEvent& token) override;
    void on_text(const TextEvent& text) override;
    void on_thought_closed(uint32_t token_index) override;

  private:
    enum class Kind : uint8_t { begin, prompt, prompt_read, token, text, thought_closed };
    struct Record {
        Kind kind = Kind::token;
        bool in_thought = false;
        PromptProgress prompt{};
        int64_t at_ms = 0;
        StreamPiece piece{};
        // token
        TokenId id = 0;
        Origin origin = Origin::sampled;
        uint8_t n_alternatives = 0;
        uint32_t time_ms = 0;
        float logprob = 0.0f, entropy = 0.0f;
        std::array<Alternative, 8> alternatives{};
    };
    void note_prompt_read();
    static void add_token(GenerationDelta& delta, const Record& record);
    static void add_piece(GenerationDelta& delta, StreamPiece&& piece);

    const Clock& clock_;
    SpscQueue<Record, 64> records_;
    // engine thread only
    bool prompt_read_ = false;
    bool in_thought_ = false;
    uint32_t next_begin_ = 0;  // first token that belongs to no piece yet
    uint32_t origins_ = 0;     // of the tokens since then
};

}  // namespace soliloquy
