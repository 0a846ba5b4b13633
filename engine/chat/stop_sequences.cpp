/// engine/chat/stop_sequences.cpp: ends a text at the first of several strings, also where one is cut between tokens.
#include "engine/chat/stop_sequences.h"

#include <algorithm>

namespace soliloquy {

StopSequences::StopSequences(const std::vector<std::string>& sequences) {
    for (const std::string& text : sequences) {
        if (text.empty()) continue;
        Sequence sequence{.text = text, .fallback = std::vector<size_t>(text.size() + 1, 0), .matched = 0};
        for (size_t i = 1, border = 0; i < text.size(); ++i) {
            while (border > 0 && text[i] != text[border]) border = sequence.fallback[border];
            if (text[i] == text[border]) ++border;
            sequence.fallback[i + 1] = border;
        }
        sequences_.push_back(std::move(sequence));
    }
}

bool StopSequences::feed(std::string_view text, std::string& out) {
    for (const char byte : text) {
        if (stopped_) return true;
        held_.push_back(byte);
        size_t longest = 0;  // suffix of held_ that begins some sequence
        size_t complete = 0;
        for (Sequence& sequence : sequences_) {
            size_t& matched = sequence.matched;
            while (matched > 0 && byte != sequence.text[matched]) matched = sequence.fallback[matched];
            if (byte == sequence.text[matched]) ++matched;
            longest = std::max(longest, matched);
            if (matched == sequence.text.size()) complete = std::max(complete, matched);
        }
        const size_t kept_back = complete > 0 ? complete : longest;
        out.append(held_, 0, held_.size() - kept_back);
        held_.erase(0, held_.size() - kept_back);
        stopped_ = complete > 0;
        if (stopped_) held_.clear();
    }
    return stopped_;
}

void StopSequences::finish(std::string& out) {
    out += held_;
    held_.clear();
}

}  // namespace soliloquy
