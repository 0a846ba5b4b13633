/// engine/timeline.h: the cache of a session: whose rows it holds, how they were computed, and who computes them. Private to engine/*.cpp.
#pragma once

#include <atomic>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/loaded_model.h"

namespace soliloquy {

/// A decoder that remembers the ids of its rows. A device that was chosen automatically and fails, or whose numbers are not finite, is
/// left: the CPU reads again what the cache held and goes on from there.
///
/// A row depends on the size of the batch that it was computed in: kernels for many tokens round differently from those for one. A fresh
/// session reads n tokens in the batches [0, 256), [256, 512), ..., the last of them shorter: these are the fresh batches of n tokens.
class Timeline {
  public:
    Timeline(std::shared_ptr<const LoadedModel> loaded, std::unique_ptr<Decoder> decoder, std::string notice)
        : loaded_(std::move(loaded)), decoder_(std::move(decoder)), notice_(std::move(notice)) {}

    /// What ends and follows the reading again that a failed device makes necessary.
    struct Watch {
        const std::atomic<bool>& stop;
        GenerationSink& sink;
        uint32_t prompt_tokens;  ///< what the progress is told of: tokens that were written since are not counted
    };

    [[nodiscard]] uint32_t length() const noexcept { return static_cast<uint32_t>(ids_.size()); }
    [[nodiscard]] uint32_t context_length() const noexcept { return loaded_->info.context_length; }

    /// Forgets all rows but those that `prompt` can begin with, and tells how many these are. All of them when the logits behind the prompt
    /// are known as well (keep_logits); else at least one token is left to read. `repeatable`: only rows as the fresh batches make them.
    size_t reuse(std::span<const TokenId> prompt, bool repeatable);
    void clear() noexcept;

    /// Appends 1..kPrefillBatch tokens. Logits that are not finite are an Error that says what to do, and empty the cache. cancelled when
    /// `stop` was set while the CPU read again what a failed device had held; then some of that is in the cache, and not `ids`.
    Status append(std::span<const TokenId> ids, LogitsFor wanted, const Watch* watch);
    /// Keeps the logits of the last append for reuse().
    void keep_logits();

    /// Logits behind the last token, of append or of reuse().
    [[nodiscard]] std::span<const float> logits() const noexcept;
    /// Rows of logits of the last append.
    [[nodiscard]] Matrix<const float> all_logits() const noexcept { return decoder_->logits(); }
    /// What the next answer tells besides, once.
    [[nodiscard]] std::string take_notice() { return std::exchange(notice_, {}); }

  private:
    struct Batch {
        uint32_t begin = 0, count = 0;
    };
    void truncate(size_t length) noexcept;
    Status append_once(std::span<const TokenId> ids, LogitsFor wanted);
    [[nodiscard]] Status check_logits() const;
    [[nodiscard]] bool may_leave_device(const Error& why) const;
    Status go_on_with_cpu(const Error& why, const Watch* watch);
    [[nodiscard]] size_t rows_of_fresh_batches(size_t common, size_t n) const noexcept;

    std::shared_ptr<const LoadedModel> loaded_;
    std::unique_ptr<Decoder> decoder_;  // nullptr after a device failed and there was no memory for the CPU's
    std::string notice_;
    bool left_device_ = false;       // the decoder is the CPU's, though the model is on a device
    std::vector<TokenId> ids_;       // of the rows in the cache
    std::vector<Batch> batches_;     // that the rows were computed in; the last one may have lost rows since
    std::vector<float> kept_;        // logits behind the first kept_at_ rows, which are unchanged since
    size_t kept_at_ = 0;             // 0 = none
    bool kept_are_current_ = false;  // logits() are the kept ones
};

/// No NaN, no positive infinity, and at least one finite number.
[[nodiscard]] bool usable_logits(std::span<const float> logits) noexcept;
/// What to tell of logits that are not usable.
[[nodiscard]] Error unusable_logits_error(const LoadedModel& loaded, bool on_device);

}  // namespace soliloquy
