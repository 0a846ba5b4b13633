/// app/models/what_to_fetch.cpp: the list. Sizes are stated as approximate; a checksum is only written down where it was read from the
/// publisher, and none was.
#include "app/models/what_to_fetch.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace soliloquy::models {
namespace {

constexpr std::array kSuggestions{
    Suggestion{"DeepSeek R1 Distill Qwen 1.5B", "DeepSeek-R1-Distill-Qwen-1.5B-Q4_K_M.gguf", "",
               "The smallest of the R1 family: long thoughts about sums and puzzles, weak on facts", 8, 1.1, true, ""},
    Suggestion{"Qwen3 4B", "Qwen3-4B-Q4_K_M.gguf", "ggml-org/Qwen3-4B-GGUF", "Small and quick; thinking can be switched off", 8, 2.5, true,
               ""},
    Suggestion{"OLMoE 1B-7B Instruct", "OLMoE-1B-7B-0924-Instruct-Q4_K_M.gguf", "",
               "64 experts, 8 used: quick for its size; answers at once. Fully open, training data included", 8, 4.2, false, ""},
    Suggestion{"DeepSeek R1 Distill Qwen 7B", "DeepSeek-R1-Distill-Qwen-7B-Q4_K_M.gguf",
               "lmstudio-community/DeepSeek-R1-Distill-Qwen-7B-GGUF", "Mathematics and logic with the thoughts of R1", 16, 4.7, true, ""},
    Suggestion{"DeepSeek R1 Distill Llama 8B", "DeepSeek-R1-Distill-Llama-8B-Q4_K_M.gguf", "", "As the 7B, with more general knowledge", 16,
               4.9, true, ""},
    Suggestion{"Qwen3 8B", "Qwen3-8B-Q4_K_M.gguf", "ggml-org/Qwen3-8B-GGUF", "A good assistant for every day; thinking can be switched off",
               16, 5.0, true, ""},
    Suggestion{"DeepSeek R1 Distill Qwen 14B", "DeepSeek-R1-Distill-Qwen-14B-Q4_K_M.gguf", "bartowski/DeepSeek-R1-Distill-Qwen-14B-GGUF",
               "Stronger in mathematics and code; slow without a graphics card", 24, 9.0, true, ""},
    Suggestion{"Moonlight 16B-A3B Instruct", "Moonlight-16B-A3B-Instruct-Q4_K_M.gguf", "",
               "DeepSeek-V3 shape, 64 experts, 6 used; answers at once", 24, 10.0, false, ""},
    Suggestion{"DeepSeek V2 Lite Chat", "DeepSeek-V2-Lite-Chat.Q4_K_M.gguf", "mzwing/DeepSeek-V2-Lite-Chat-GGUF",
               "16B, 64 experts, 6 used: quick on a processor; answers at once", 24, 10.4, false, ""},
    Suggestion{"gpt-oss 20B", "gpt-oss-20b-Q4_K_M.gguf", "unsloth/gpt-oss-20b-GGUF", "32 experts, 4 used; three efforts of thinking", 24,
               11.6, true, ""},
    Suggestion{"Qwen3 30B-A3B", "Qwen3-30B-A3B-Q4_K_M.gguf", "unsloth/Qwen3-30B-A3B-GGUF",
               "128 experts, 8 used: the quality of a large model at the speed of a small one", 32, 18.6, true, ""},
    Suggestion{"DeepSeek R1 Distill Qwen 32B", "DeepSeek-R1-Distill-Qwen-32B-Q4_K_M.gguf", "",
               "The best of the distilled ones; for graphics cards or for patience", 32, 19.9, true, ""},
};

bool same_letters(std::string_view a, std::string_view b) noexcept {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

}  // namespace

std::span<const Suggestion> suggestions() noexcept { return kSuggestions; }

const Suggestion* find_suggestion(std::string_view file_name) noexcept {
    const auto* at =
        std::find_if(kSuggestions.begin(), kSuggestions.end(), [&](const Suggestion& row) { return same_letters(row.file, file_name); });
    return at != kSuggestions.end() ? at : nullptr;
}

}  // namespace soliloquy::models
