/// engine/chat/jinja/text.cpp
#include "engine/chat/jinja/text.h"

#include <algorithm>

namespace soliloquy::jinja {

size_t Text::run_at(size_t offset) const noexcept {
    const auto found = std::upper_bound(runs_.begin(), runs_.end(), offset, [](size_t at, const Run& run) { return at < run.end; });
    return static_cast<size_t>(found - runs_.begin());
}

TextSource Text::source_at(size_t offset) const noexcept { return runs_.empty() ? source_ : runs_[run_at(offset)].source; }

void Text::append(std::string_view piece, TextSource source) {
    if (piece.empty()) return;
    if (bytes_.empty()) {
        source_ = source;
    } else if (runs_.empty()) {
        if (source != source_) {
            runs_.push_back({static_cast<uint32_t>(bytes_.size()), source_});
            runs_.push_back({static_cast<uint32_t>(bytes_.size()), source});
        }
    } else if (runs_.back().source != source) {
        runs_.push_back({static_cast<uint32_t>(bytes_.size()), source});
    }
    bytes_.append(piece);
    if (!runs_.empty()) runs_.back().end = static_cast<uint32_t>(bytes_.size());
}

void Text::append(const Text& other, size_t begin, size_t length) {
    const std::string_view bytes = other.view();
    if (other.runs_.empty()) {
        append(bytes.substr(begin, length), other.source_);
        return;
    }
    const size_t end = std::min(begin + length, other.size());
    for (size_t run = other.run_at(begin); begin < end; ++run) {
        const size_t stop = std::min<size_t>(other.runs_[run].end, end);
        append(bytes.substr(begin, stop - begin), other.runs_[run].source);
        begin = stop;
    }
}

Text Text::slice(size_t begin, size_t length) const {
    Text part;
    part.append(*this, begin, length);
    return part;
}

TracedText Text::traced() const {
    TracedText result;
    if (runs_.empty()) {
        result.append(bytes_, source_);
        return result;
    }
    result.text.reserve(bytes_.size());
    size_t begin = 0;
    for (const Run& run : runs_) {
        result.append(std::string_view(bytes_).substr(begin, run.end - begin), run.source);
        begin = run.end;
    }
    return result;
}

}  // namespace soliloquy::jinja
