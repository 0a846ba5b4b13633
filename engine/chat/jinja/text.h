/// engine/chat/jinja/text.h: a string of which every byte knows its source, cheap when there is only one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/traced_text.h"

namespace soliloquy::jinja {

/// Value semantics. Texts of a single source keep no runs. At most 4 GiB (the sandbox allows far less).
class Text {
  public:
    Text() = default;
    Text(std::string bytes, TextSource source) : bytes_(std::move(bytes)), source_(source) {}

    [[nodiscard]] std::string_view view() const noexcept { return bytes_; }
    [[nodiscard]] size_t size() const noexcept { return bytes_.size(); }
    [[nodiscard]] bool empty() const noexcept { return bytes_.empty(); }
    [[nodiscard]] TextSource source_at(size_t offset) const noexcept;
    /// from_content as soon as one byte is: for what is made out of the text as a whole.
    [[nodiscard]] TextSource source() const noexcept { return runs_.empty() ? source_ : TextSource::from_content; }
    /// Bytes of memory behind this text, for accounting.
    [[nodiscard]] size_t footprint() const noexcept { return bytes_.size() + runs_.size() * sizeof(Run); }

    void append(std::string_view piece, TextSource source);
    void append(const Text& other) { append(other, 0, other.size()); }
    /// Appends bytes [begin, begin + length) of another text, sources included.
    void append(const Text& other, size_t begin, size_t length);
    [[nodiscard]] Text slice(size_t begin, size_t length) const;
    [[nodiscard]] TracedText traced() const;

  private:
    struct Run {
        uint32_t end;  ///< offset after the last byte
        TextSource source;
    };
    [[nodiscard]] size_t run_at(size_t offset) const noexcept;

    std::string bytes_;
    TextSource source_ = TextSource::from_template;  ///< of all bytes, when runs_ is empty
    std::vector<Run> runs_;                          ///< two or more, neighbours differ
};

}  // namespace soliloquy::jinja
