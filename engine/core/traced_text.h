/// engine/core/traced_text.h: text of which every byte knows whether a template or somebody's content wrote it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace soliloquy {

/// Only template bytes may become control tokens; content stays text whatever it looks like.
enum class TextSource : unsigned char { from_template, from_content };

/// Invariant: the lengths of `runs` add up to text.size(); neighbours differ in source; no run is empty.
struct TracedText {
    struct Run {
        size_t length;
        TextSource source;
        bool operator==(const Run&) const = default;
    };
    std::string text;
    std::vector<Run> runs;

    void append(std::string_view piece, TextSource source) {
        if (piece.empty()) return;
        text.append(piece);
        if (!runs.empty() && runs.back().source == source) {
            runs.back().length += piece.size();
        } else {
            runs.push_back({piece.size(), source});
        }
    }
};

}  // namespace soliloquy
