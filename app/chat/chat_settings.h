/// app/chat/chat_settings.h: how one conversation is generated, and its JSON in the store.
#pragma once

#include <QString>
#include <optional>
#include <string>
#include <string_view>

#include "engine/engine.h"

namespace soliloquy {

enum class ThinkingMode : uint8_t { automatic, on, off };  ///< automatic = as the model's template does by itself

struct ChatSettings {
    ThinkingMode thinking = ThinkingMode::automatic;
    std::optional<bool> keep_past_thoughts{};  ///< as GenerateRequest::keep_past_thoughts
    QString system_prompt;
    SamplingOptions sampling;
    uint32_t max_tokens = 0;  ///< 0 = until the context is full

    [[nodiscard]] std::string to_json() const;
    bool operator==(const ChatSettings&) const = default;
    /// Unknown keys are ignored, wrong types and values out of range give the default: a settings text can never break a chat.
    [[nodiscard]] static ChatSettings from_json(std::string_view json);
};

}  // namespace soliloquy
