/// engine/close_request.h: a request to close the current thought, and when it may be carried out.
#pragma once

#include <atomic>
#include <cstdint>

#include "engine/engine.h"

namespace soliloquy {

/// ask() may be called from any thread, everything else by the thread that generates. A request is for the thought that is open when it
/// comes: once that one is closed, by whomever, the request is over, and the next thought is left alone.
class CloseRequest {
  public:
    static constexpr uint32_t kLineBoundaryTokens = 24;  ///< a thought without line ends is closed after so many tokens

    void ask(Boundary boundary) noexcept { asked_.store(1 + static_cast<int>(boundary)); }
    void clear() noexcept {
        asked_.store(0);
        tokens_ = 0;
    }

    /// Whether the thought is to be closed after the token that has just been written. Call once a token.
    [[nodiscard]] bool is_due(bool in_thought, bool letter_is_whole, bool line_ended) noexcept {
        const int asked = asked_.load();
        if (asked == 0) return false;
        if (!in_thought) {
            clear();
            return false;
        }
        const auto boundary = static_cast<Boundary>(asked - 1);
        if (boundary == Boundary::now) return true;
        if (boundary == Boundary::utf8) return letter_is_whole;
        ++tokens_;
        return (line_ended || tokens_ >= kLineBoundaryTokens) && letter_is_whole;
    }

  private:
    std::atomic<int> asked_{0};  // 0 = nothing, else 1 + Boundary
    uint32_t tokens_ = 0;        // since it was asked for
};

}  // namespace soliloquy
