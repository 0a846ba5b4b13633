/// app/cli/terminal.h: writes to stdout and stderr: dimmed and cleaned on a terminal, byte for byte into a pipe.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace soliloquy::cli {

/// What a terminal would obey made visible: control characters other than line feed and tab become their pictures (U+2400 and on),
/// so that no escape sequence survives; C1 controls become U+FFFD. `text` is whole UTF-8 letters.
[[nodiscard]] std::string without_controls(std::string_view text);

/// One of the two output streams.
class TerminalStream {
  public:
    /// `stream` is stdout or stderr. Dims only on a terminal, and not when NO_COLOR is set to anything.
    explicit TerminalStream(std::FILE* stream);
    /// With the two facts given: tests.
    TerminalStream(std::FILE* stream, bool is_terminal, bool dims) : stream_(stream), is_terminal_(is_terminal), dims_(dims) {}

    /// Text from a model, a file or a user. Flushed at once: it is streamed.
    void write(std::string_view text, bool dim = false);
    void end_line_if_begun();              ///< a line feed unless the last byte written was one, or nothing was written
    void progress(std::string_view text);  ///< replaces the progress line; only on a terminal
    void clear_progress();
    [[nodiscard]] bool is_terminal() const noexcept { return is_terminal_; }
    [[nodiscard]] bool failed() const noexcept { return std::ferror(stream_) != 0; }

  private:
    std::FILE* stream_;
    bool is_terminal_ = false;
    bool dims_ = false;
    bool in_line_ = false;
    bool progress_shown_ = false;
};

/// All of stdin when something is piped or redirected into it; empty on a terminal. `too_long` is set beyond 64 MiB.
[[nodiscard]] std::string read_piped_input(bool& too_long);

}  // namespace soliloquy::cli
