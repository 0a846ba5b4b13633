/// app/cli/terminal.cpp: writes to stdout and stderr: dimmed and cleaned on a terminal, byte for byte into a pipe.
#include "app/cli/terminal.h"

#include <cstdlib>

#ifdef _WIN32
#include <io.h>
#else
#include <sys/stat.h>
#include <unistd.h>
#endif

namespace soliloquy::cli {

namespace {

constexpr size_t kMostInput = size_t{64} << 20;

bool is_terminal_stream(std::FILE* stream) {
#ifdef _WIN32
    return _isatty(_fileno(stream)) != 0;
#else
    return isatty(fileno(stream)) != 0;
#endif
}

bool color_is_wanted() {
    const char* no_color = std::getenv("NO_COLOR");
    const char* terminal = std::getenv("TERM");
    return (no_color == nullptr || *no_color == '\0') && (terminal == nullptr || std::string_view(terminal) != "dumb");
}

/// A pipe, a file or a socket; not a terminal and not a device such as /dev/null.
bool input_is_piped() {
#ifdef _WIN32
    return _isatty(_fileno(stdin)) == 0;
#else
    struct stat status {};
    if (fstat(fileno(stdin), &status) != 0) return false;
    return S_ISFIFO(status.st_mode) || S_ISREG(status.st_mode) || S_ISSOCK(status.st_mode);
#endif
}

}  // namespace

std::string without_controls(std::string_view text) {
    std::string clean;
    clean.reserve(text.size());
    for (size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte < 0x20 && byte != '\n' && byte != '\t') {
            clean += "\xE2\x90";  // U+2400 + byte
            clean += static_cast<char>(0x80 + byte);
        } else if (byte == 0x7F) {
            clean += "\xE2\x90\xA1";  // U+2421
        } else if (byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0) {
            clean += "\xEF\xBF\xBD";  // U+0080-U+009F
            ++i;
        } else {
            clean += text[i];
        }
    }
    return clean;
}

TerminalStream::TerminalStream(std::FILE* stream)
    : stream_(stream), is_terminal_(is_terminal_stream(stream)), dims_(is_terminal_ && color_is_wanted()) {}

void TerminalStream::write(std::string_view text, bool dim) {
    if (text.empty()) return;
    clear_progress();
    in_line_ = text.back() != '\n';
    const std::string shown = is_terminal_ ? without_controls(text) : std::string(text);
    const bool dimmed = dim && dims_;
    if (dimmed) std::fputs("\x1b[2m", stream_);
    std::fwrite(shown.data(), 1, shown.size(), stream_);
    if (dimmed) std::fputs("\x1b[0m", stream_);
    std::fflush(stream_);
}

void TerminalStream::end_line_if_begun() {
    if (in_line_) write("\n");
}

void TerminalStream::progress(std::string_view text) {
    if (!is_terminal_) return;
    std::fprintf(stream_, "\r\x1b[K%s", without_controls(text).c_str());
    std::fflush(stream_);
    progress_shown_ = true;
}

void TerminalStream::clear_progress() {
    if (!progress_shown_) return;
    std::fputs("\r\x1b[K", stream_);
    std::fflush(stream_);
    progress_shown_ = false;
}

std::string read_piped_input(bool& too_long) {
    std::string input;
    too_long = false;
    if (!input_is_piped()) return input;
    char buffer[1 << 16];
    for (size_t got = 0; (got = std::fread(buffer, 1, sizeof buffer, stdin)) > 0;) {
        if (input.size() + got > kMostInput) {
            too_long = true;
            return {};
        }
        input.append(buffer, got);
    }
    return input;
}

}  // namespace soliloquy::cli
