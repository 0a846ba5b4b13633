/// app/chat/chat_settings.cpp: settings as JSON.
#include "app/chat/chat_settings.h"

#include <cmath>
#include <nlohmann/json.hpp>

namespace soliloquy {
namespace {

using Json = nlohmann::json;

constexpr const char* kThinkingNames[] = {"auto", "on", "off"};

void read_number(const Json& json, const char* key, float& value, double low, double high) {
    const auto found = json.find(key);
    if (found == json.end() || !found->is_number()) return;
    const double number = found->get<double>();
    if (std::isfinite(number) && number >= low && number <= high) value = static_cast<float>(number);
}

template <typename T>
void read_count(const Json& json, const char* key, T& value, uint64_t high) {
    const auto found = json.find(key);
    if (found == json.end() || !found->is_number_unsigned()) return;
    const auto number = found->get<uint64_t>();
    if (number <= high) value = static_cast<T>(number);
}

}  // namespace

std::string ChatSettings::to_json() const {
    const Json json = {{"thinking", kThinkingNames[static_cast<size_t>(thinking)]},
                       {"past_thoughts", !keep_past_thoughts   ? "model"
                                         : *keep_past_thoughts ? "kept"
                                                               : "dropped"},
                       {"system_prompt", system_prompt.toStdString()},
                       {"max_tokens", max_tokens},
                       {"temperature", sampling.temperature},
                       {"top_k", sampling.top_k},
                       {"top_p", sampling.top_p},
                       {"min_p", sampling.min_p},
                       {"repetition_penalty", sampling.repetition_penalty},
                       {"repetition_window", sampling.repetition_window},
                       {"seed", sampling.seed}};
    return json.dump();
}

ChatSettings ChatSettings::from_json(std::string_view text) {
    ChatSettings settings;
    const Json json = Json::parse(text, nullptr, false);
    if (!json.is_object()) return settings;
    if (const auto found = json.find("thinking"); found != json.end() && found->is_string()) {
        for (size_t i = 0; i < std::size(kThinkingNames); ++i) {
            if (found->get_ref<const std::string&>() == kThinkingNames[i]) settings.thinking = static_cast<ThinkingMode>(i);
        }
    }
    if (const auto found = json.find("system_prompt"); found != json.end() && found->is_string()) {
        settings.system_prompt = QString::fromStdString(found->get_ref<const std::string&>());
    }
    if (const auto found = json.find("past_thoughts"); found != json.end() && found->is_string()) {
        const std::string& rule = found->get_ref<const std::string&>();
        if (rule == "kept" || rule == "dropped") settings.keep_past_thoughts = rule == "kept";
    }
    read_count(json, "max_tokens", settings.max_tokens, UINT32_MAX);
    read_number(json, "temperature", settings.sampling.temperature, 0.0, 10.0);
    read_count(json, "top_k", settings.sampling.top_k, UINT32_MAX);
    read_number(json, "top_p", settings.sampling.top_p, 0.0, 1.0);
    read_number(json, "min_p", settings.sampling.min_p, 0.0, 1.0);
    read_number(json, "repetition_penalty", settings.sampling.repetition_penalty, 0.1, 10.0);
    read_count(json, "repetition_window", settings.sampling.repetition_window, 1u << 20);
    read_count(json, "seed", settings.sampling.seed, UINT64_MAX);
    return settings;
}

}  // namespace soliloquy
