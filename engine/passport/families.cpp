/// engine/passport/families.cpp: the rows. Sources: the chat templates published with the models; bytes of own words are the most that
/// any of them writes, rounded up.
#include "engine/passport/families.h"

#include <algorithm>
#include <iterator>

namespace soliloquy::passport {
namespace {

constexpr Marks kChatMl{"<|im_start|>user", "<|im_start|>system", "<|im_end|>"};

constexpr TemplateFamily kFamilies[] = {
    {.name = "Harmony",
     .signs = {"<|channel|>", "<|message|>", "<|start|>"},
     .answer = "<|start|>assistant",
     .marks = {"<|start|>user<|message|>", "<|start|>assistant<|channel|>final<|message|>", "<|start|>developer<|message|>",
               "<|start|>system<|message|>", "<|end|>", "<|return|>", "<|start|>assistant<|channel|>analysis<|message|>"},
     .beside_system = 300,
     .without_system = 300},
    {.name = "Solar",
     .signs = {"<|begin|>", "<|content|>"},
     .answer = "<|begin|>assistant",
     .marks = {"<|begin|>user<|content|>", "<|begin|>assistant<|content|>", "<|begin|>system<|content|>", "<|end|>"},
     .beside_system = 260,
     .without_system = 260},
    {.name = "Kimi",
     .signs = {"<|im_middle|>"},
     .answer = "<|im_assistant|>assistant<|im_middle|>",
     .marks = {"<|im_user|>user<|im_middle|>", "<|im_system|>system<|im_middle|>", "<|im_end|>"},
     .without_system = 80},
    {.name = "Phi-4",
     .signs = {"<|im_start|>", "<|im_sep|>"},
     .answer = "<|im_start|>assistant<|im_sep|>",
     .marks = {"<|im_start|>user<|im_sep|>", "<|im_start|>system<|im_sep|>", "<|im_end|>"},
     .beside_system = 1200,
     .without_system = 1200},
    {.name = "SmolLM3",
     .signs = {"<|im_start|>", "## Custom Instructions", "/no_think"},
     .answer = "<|im_start|>assistant",
     .marks = kChatMl,
     .beside_system = 160,
     .without_system = 1600},
    {.name = "Hermes with tools",
     .signs = {"<|im_start|>", "function calling AI model"},
     .answer = "<|im_start|>assistant",
     .marks = kChatMl,
     .beside_system = 1200,
     .without_system = 1200},
    {.name = "Bielik",  // asks for thoughts in words, after the system message
     .signs = {"<|im_start|>", "Zanim odpowiesz na pytanie"},
     .answer = "<|im_start|>assistant",
     .marks = kChatMl,
     .without_system = 2000,
     .after_system = 2000},
    {.name = "ChatML", .signs = {"<|im_start|>"}, .answer = "<|im_start|>assistant", .marks = kChatMl, .without_system = 140},
    {.name = "DeepSeek",
     .signs = {"<｜User｜>"},
     .answer = "<｜Assistant｜>",
     .marks = {"<｜User｜>", "<｜System｜>", "<｜end▁of▁sentence｜>", "<｜begin▁of▁sentence｜>"},
     .without_system = 60},
    {.name = "Llama 3",
     .signs = {"<|start_header_id|>"},
     .answer = "<|start_header_id|>assistant<|end_header_id|>",
     .marks = {"<|start_header_id|>user<|end_header_id|>", "<|start_header_id|>system<|end_header_id|>", "<|eot_id|>", "<|begin_of_text|>"},
     .beside_system = 90,
     .without_system = 200},
    {.name = "GLM",
     .signs = {"[gMASK]"},
     .answer = "<|assistant|>",
     .marks = {"<|user|>", "<|system|>", "[gMASK]", "<sop>"},
     .without_system = 60},
    {.name = "Gemma 4", .signs = {"<|turn>"}, .answer = "<|turn>model", .marks = {"<|turn>user", "<|turn>system", "<turn|>", "<|think|>"}},
    {.name = "Gemma",
     .signs = {"<start_of_turn>"},
     .answer = "<start_of_turn>model",
     .marks = {"<start_of_turn>user", "<end_of_turn>"},
     .may_lack_system = true},
    {.name = "Mistral",
     .signs = {"[INST]", "[/INST]"},
     .answer = "[/INST]",
     .marks = {"[INST]", "[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]", "<<SYS>>", "<</SYS>>", "[AVAILABLE_TOOLS]", "[/AVAILABLE_TOOLS]"},
     .without_system = 3200,
     .moves_system = true,
     .may_lack_system = true},
    {.name = "Granite",
     .signs = {"<|start_of_role|>"},
     .answer = "<|start_of_role|>assistant<|end_of_role|>",
     .marks = {"<|start_of_role|>user<|end_of_role|>", "<|start_of_role|>system<|end_of_role|>", "<|end_of_text|>"},
     .without_system = 320},
    {.name = "GigaChat",
     .signs = {"<|role_sep|>", "<|message_sep|>"},
     .answer = "assistant<|role_sep|>",
     .marks = {"developer system<|role_sep|>", "user<|role_sep|>", "system<|role_sep|>", "<|message_sep|>"},
     .beside_system = 5000,
     .without_system = 5000},
    {.name = "MiniMax",
     .signs = {"]~b]", "[e~["},
     .answer = "]~b]ai",
     .marks = {"]~b]user", "]~b]developer", "]~b]system", "[e~[", "]~!b["},
     .beside_system = 1400,
     .without_system = 1400},
    {.name = "Laguna",
     .signs = {"〈|EOS|〉", "<assistant>"},
     .answer = "<assistant>",
     .marks = {"<user>", "</user>", "</assistant>", "<system>", "</system>", "〈|EOS|〉"},
     .without_system = 200},
    {.name = "Hunyuan",
     .signs = {"hy_User", "hy_Assistant"},
     .answer = "<｜hy_Assistant:opensource｜>",
     .marks = {"<｜hy_User:opensource｜>", "<｜hy_eos:opensource｜>", "<｜hy_begin_of_sentence:opensource｜>",
               "<｜reasoning_mode:opensource｜>", "reasoning_effort:no_think", "reasoning_effort:high", "reasoning_effort:low"}},
    {.name = "Apriel 1.6",
     .signs = {"<|begin_assistant|>", "<|begin_user|>"},
     .answer = "<|begin_assistant|>",
     .marks = {"<|begin_user|>", "<|begin_system|>", "<|end|>"},
     .beside_system = 320,
     .without_system = 320},
    {.name = "Apriel 1.5",
     .signs = {"<|assistant|>", "[BEGIN FINAL RESPONSE]"},
     .answer = "<|assistant|>",
     .marks = {"<|user|>", "<|system|>", "<|end|>"},
     .beside_system = 420,
     .without_system = 420},
    {.name = "Nemotron Nano 2",
     .signs = {"<SPECIAL_11>"},
     .answer = "<SPECIAL_11>Assistant",
     .marks = {"<SPECIAL_10>System", "<SPECIAL_11>User", "<SPECIAL_12>"}},
    {.name = "roles between bars",  // Phi-3, Zephyr, OLMoE
     .signs = {"<|user|>", "<|assistant|>"},
     .answer = "<|assistant|>",
     .marks = {"<|user|>", "<|system|>", "<|end|>", "<|endoftext|>", "</s>"},
     .without_system = 140},
    {.name = "DeepSeek Coder",
     .signs = {"### Instruction:", "### Response:"},
     .answer = "### Response:",
     .marks = {"### Instruction:", "<|EOT|>"},
     .without_system = 420},
    {.name = "DeepSeek LLM",
     .signs = {"User: ", "Assistant:"},
     .answer = "Assistant:",
     .marks = {"User:", "<｜end▁of▁sentence｜>", "<｜begin▁of▁sentence｜>"}},
};

constexpr std::string_view kHarmonyOnly[] = {"Harmony"};
constexpr std::string_view kQwen3[] = {"ChatML", "DeepSeek", "Hermes with tools"};
constexpr std::string_view kDeepSeekMoe[] = {"DeepSeek LLM", "DeepSeek"};

}  // namespace

std::span<const TemplateFamily> template_families() noexcept { return kFamilies; }

const TemplateFamily* recognise_family(std::string_view source) noexcept {
    const auto* found = std::find_if(std::begin(kFamilies), std::end(kFamilies), [&](const TemplateFamily& family) {
        return std::all_of(family.signs.begin(), family.signs.end(),
                           [&](std::string_view sign) { return source.find(sign) != std::string_view::npos; });
    });
    return found == std::end(kFamilies) ? nullptr : found;
}

std::span<const std::string_view> families_of_architecture(std::string_view architecture) noexcept {
    if (architecture == "gpt-oss") return kHarmonyOnly;
    if (architecture == "qwen3" || architecture == "qwen3moe") return kQwen3;
    if (architecture == "deepseek") return kDeepSeekMoe;
    return {};
}

}  // namespace soliloquy::passport
