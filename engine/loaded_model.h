/// engine/loaded_model.h: everything of an open file that its sessions share and none of them changes. Private to engine/*.cpp.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "engine/chat/chat_template.h"
#include "engine/chat/reasoning_parser.h"
#include "engine/chat/reasoning_profile.h"
#include "engine/core/thread_pool.h"
#include "engine/engine.h"
#include "engine/gguf/gguf_file.h"
#include "engine/inspect.h"
#include "engine/model/decoder.h"
#include "engine/tokenizer/tokenizer.h"

namespace soliloquy {

struct LoadedModel {
    ModelInfo info;
    std::shared_ptr<const GgufFile> file;
    std::shared_ptr<const Model> model;
    std::unique_ptr<Tokenizer> tokenizer;
    std::optional<ChatTemplate> chat_template;
    ContentForm content_form;  ///< of that template
    ReasoningProfile profile;
    std::shared_ptr<ThreadPool> threads;
    bool may_fall_back = false;  ///< to the CPU, when the device fails: it was chosen automatically
};

/// A timeline on the model's device, or on the CPU.
[[nodiscard]] Result<std::unique_ptr<Decoder>> make_decoder(const LoadedModel& loaded, bool cpu_only);

/// What an engine that open_engine() made holds; nullptr for any other.
[[nodiscard]] std::shared_ptr<const LoadedModel> loaded_model_of(const Engine& engine) noexcept;

/// The prompt of a request as tokens.
struct EncodedPrompt {
    std::string text;
    std::vector<TokenId> ids;
    bool opens_thought = false;
};
[[nodiscard]] Result<EncodedPrompt> encode_prompt(const LoadedModel& loaded, const GenerateRequest& request);

/// The bytes of a token as the reasoning parser and the window want them: of control tokens nothing but the marks of the profile.
[[nodiscard]] std::string_view shown_bytes(const LoadedModel& loaded, TokenId id) noexcept;

/// Bytes of the file by block type, largest first.
[[nodiscard]] std::vector<ModelReport::TypeShare> type_shares(const GgufFile& file);

/// `notice` is what the first answer tells besides.
[[nodiscard]] std::unique_ptr<Session> make_session(std::shared_ptr<const LoadedModel> loaded, std::unique_ptr<Decoder> decoder,
                                                    std::string notice);

}  // namespace soliloquy
