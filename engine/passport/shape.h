/// engine/passport/shape.h: what a template writes around the messages of a conversation, found out by rendering one.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/chat/chat_template.h"

namespace soliloquy::passport {

inline constexpr std::string_view kProbeBos = "<probe-bos>";
inline constexpr std::string_view kProbeEos = "<probe-eos>";

/// A conversation of `turns` questions with answers and thoughts between them, the last question open. No two texts are alike.
[[nodiscard]] std::vector<ChatMessage> probe_conversation(bool with_system, size_t turns);

struct Shape {
    struct Frame {
        std::optional<size_t> before;  ///< the message that follows; none: the end of the prompt
        std::string text;              ///< the template's own bytes since the message before
    };
    std::vector<Frame> frames;
    std::vector<size_t> times;  ///< how often the content of each message was written, unchanged
    bool in_order = true;

    [[nodiscard]] const std::string& tail() const { return frames.back().text; }
};

/// Renders `messages` with a request for an answer. An Error where the template cannot.
[[nodiscard]] Result<Shape> shape_of(const ChatTemplate& chat_template, const std::vector<ChatMessage>& messages,
                                     std::optional<bool> thinking, const ContentForm& form = {});

}  // namespace soliloquy::passport
