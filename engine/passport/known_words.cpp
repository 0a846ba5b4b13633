/// engine/passport/known_words.cpp
#include "engine/passport/known_words.h"

#include <algorithm>
#include <iterator>

namespace soliloquy::passport {
namespace {

constexpr size_t kShownWords = 60;

/// What model makers look for in messages: marks of thoughts and tool calls, and the switches of thinking.
constexpr std::string_view kKnownMarks[] = {"<think>",
                                            "</think>",
                                            "<thinking>",
                                            "</thinking>",
                                            "<thought>",
                                            "</thought>",
                                            "/think",
                                            "/no_think",
                                            "/nothink",
                                            "[THINK]",
                                            "[/THINK]",
                                            "<seed:think>",
                                            "</seed:think>",
                                            "<mm:think>",
                                            "</mm:think>",
                                            "<|think|>",
                                            "<|thinking|>",
                                            "<|/think|>",
                                            "<tool_call>",
                                            "</tool_call>",
                                            "<tool_response>",
                                            "</tool_response>",
                                            "<tool_calls>",
                                            "</tool_calls>",
                                            "<|channel|>",
                                            "<|message|>",
                                            "<|end|>",
                                            "</assistant>",
                                            "<assistant>",
                                            "<|channel|>analysis<|message|>",
                                            "<|channel|>final<|message|>",
                                            "<tool_def_sep>",
                                            "<tool_sep>",
                                            "[BEGIN FINAL RESPONSE]",
                                            "<channel|>",
                                            "<|channel>",
                                            "CONTINUE_FINAL_MESSAGE_TAG"};

}  // namespace

std::string_view trimmed(std::string_view text) noexcept {
    constexpr std::string_view kSpace = " \t\r\n";
    const size_t begin = text.find_first_not_of(kSpace);
    return begin == std::string_view::npos ? std::string_view() : text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

bool is_expected_in_messages(std::string_view words) noexcept {
    words = trimmed(words);
    const bool has_letter = std::any_of(words.begin(), words.end(), [](char letter) {
        const auto byte = static_cast<unsigned char>(letter);
        return byte >= 0x80 || (byte >= '0' && byte <= '9') || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z');
    });
    return !has_letter || std::find(std::begin(kKnownMarks), std::end(kKnownMarks), words) != std::end(kKnownMarks);
}

std::string shortened(std::string_view words) {
    size_t cut = std::min(words.size(), kShownWords);
    while (cut > 0 && cut < words.size() && (static_cast<unsigned char>(words[cut]) & 0xC0u) == 0x80u) --cut;
    return std::string(words.substr(0, cut)) + (cut < words.size() ? "…" : "");
}

}  // namespace soliloquy::passport
