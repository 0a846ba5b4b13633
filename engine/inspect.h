/// engine/inspect.h: what a GGUF file holds, and what of it this program cannot run, without loading it.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "engine/core/result.h"

namespace soliloquy {

struct ModelReport {
    struct Metadata {
        std::string key, type, value;  ///< long strings and arrays are shortened; `value` says how long they are
    };
    struct TensorRow {
        std::string name, type;
        std::vector<uint64_t> dims;  ///< ggml order: dims[0] is contiguous
        uint64_t bytes = 0;
    };
    struct TypeShare {
        std::string type;
        uint64_t tensors = 0, bytes = 0;
    };
    uint32_t gguf_version = 0;
    uint64_t file_bytes = 0;
    std::string architecture, name, chat_template, reasoning_profile, tokenizer;
    uint64_t parameters = 0;
    uint32_t context_length = 0;
    std::string quantization;                ///< quantization_name()
    std::string past_thoughts;               ///< "dropped", "kept", "kept after the last question"; empty = no template that can be asked
    bool past_thoughts_can_be_kept = false;  ///< as in ModelInfo
    bool thinking_can_be_switched = false;
    std::vector<Metadata> metadata;
    std::vector<TensorRow> tensors;
    std::vector<TypeShare> types;       ///< largest first
    std::vector<std::string> problems;  ///< why it cannot be run, one sentence each; empty = it can
    std::vector<std::string> notices;   ///< runs, and honest files have it too, but the user should know: no place for system messages
    std::vector<std::string> warnings;  ///< runs, but something is unusual: no chat template, tensors that are not used
};

/// An Error only when the file is no readable GGUF at all; everything else is in the report.
[[nodiscard]] Result<ModelReport> inspect_model(const std::filesystem::path& path);

/// "Q8_0" when one type holds at least 95 % of the bytes, else the mix: "Q4_K 61 %, Q6_K 30 %, F32 9 %".
[[nodiscard]] std::string quantization_summary(const std::vector<ModelReport::TypeShare>& types);

/// "Q4_K_M": what the file calls itself (general.file_type) when its tensors bear that out, else the type that holds most bytes.
[[nodiscard]] std::string quantization_name(std::optional<uint32_t> file_type, const std::vector<ModelReport::TypeShare>& types);

}  // namespace soliloquy
