/// engine/chat/stop_sequences.h: ends a text at the first of several strings, also where one is cut between tokens.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace soliloquy {

/// Holds back the longest suffix that could still become a stop sequence. Work per byte does not depend on the length of the text.
class StopSequences {
  public:
    /// Empty sequences are ignored.
    explicit StopSequences(const std::vector<std::string>& sequences);

    /// Appends to `out` what is certain to stay. True once a sequence is complete: it and everything after it is swallowed.
    bool feed(std::string_view text, std::string& out);
    /// The end of the text: appends what was held back.
    void finish(std::string& out);
    [[nodiscard]] bool stopped() const noexcept { return stopped_; }

  private:
    struct Sequence {
        std::string text;
        std::vector<size_t> fallback;  // Knuth, Morris, Pratt: longest proper border of each prefix
        size_t matched = 0;
    };
    std::vector<Sequence> sequences_;
    std::string held_;
    bool stopped_ = false;
};

}  // namespace soliloquy
