/// engine/tokenizer/utf8_stream.h: cuts a stream of bytes into whole UTF-8 letters, for text that arrives token by token.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace soliloquy {

/// One decoding step of UTF-8 (Unicode 15, table 3-7).
struct Utf8Letter {
    enum class State : uint8_t { valid, invalid, cut };
    State state = State::invalid;
    uint8_t length = 0;       ///< bytes consumed: the letter, the maximal ill-formed subpart (1-3), or all that is left of a cut letter
    char32_t code_point = 0;  ///< of a valid letter; U+FFFD otherwise
};

/// The letter at the front of `bytes`, which may not be empty. `cut` means that more bytes could still complete it.
[[nodiscard]] Utf8Letter first_utf8_letter(std::string_view bytes) noexcept;

/// Appends one letter as UTF-8. `code_point` must be a Unicode scalar value.
void append_utf8(std::string& out, char32_t code_point);

/// What leaves the stream is always well-formed UTF-8. Each maximal ill-formed subpart becomes one U+FFFD, as Unicode 15, 3.9 recommends.
class Utf8Stream {
  public:
    /// Appends to `out` every letter that is complete now; at most 3 bytes of a cut letter are held back.
    void feed(std::string_view bytes, std::string& out);
    [[nodiscard]] std::string feed(std::string_view bytes) {
        std::string out;
        feed(bytes, out);
        return out;
    }

    /// The end of the text: a letter still cut becomes one U+FFFD. The stream is as new afterwards.
    void flush(std::string& out);
    [[nodiscard]] std::string flush() {
        std::string out;
        flush(out);
        return out;
    }

    /// Bytes held back now, 0-3.
    [[nodiscard]] size_t held() const noexcept { return held_; }

  private:
    char held_bytes_[4] = {};
    size_t held_ = 0;
};

/// The whole text as well-formed UTF-8.
[[nodiscard]] std::string to_valid_utf8(std::string_view bytes);

}  // namespace soliloquy
