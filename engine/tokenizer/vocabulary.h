/// engine/tokenizer/vocabulary.h: the tokens of a model: their bytes, kinds and roles.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/result.h"
#include "engine/gguf/gguf_file.h"

namespace soliloquy {

using TokenId = uint32_t;

enum class TokenKind : uint8_t { normal = 1, unknown = 2, control = 3, user_defined = 4, unused = 5, byte = 6 };
enum class VocabularyModel : uint8_t { bpe, sentencepiece };  ///< tokenizer.ggml.model = "gpt2" | "llama"

class Vocabulary {
  public:
    static Result<Vocabulary> from_gguf(const GgufFile& file);

    [[nodiscard]] uint32_t size() const noexcept;
    [[nodiscard]] VocabularyModel model() const noexcept;
    [[nodiscard]] std::string_view pre() const noexcept;  ///< tokenizer.ggml.pre
    [[nodiscard]] TokenKind kind(TokenId id) const noexcept;
    [[nodiscard]] std::string_view text(TokenId id) const noexcept;   ///< as written in the file
    [[nodiscard]] std::string_view bytes(TokenId id) const noexcept;  ///< what it stands for; of a control token its name
    [[nodiscard]] std::optional<TokenId> find(std::string_view text) const noexcept;
    /// Control and user-defined tokens: those that may be matched whole in template text.
    [[nodiscard]] bool is_special(TokenId id) const noexcept;
    [[nodiscard]] std::optional<TokenId> bos() const noexcept;
    [[nodiscard]] std::optional<TokenId> eos() const noexcept;
    [[nodiscard]] bool add_bos() const noexcept;
    /// True for every token that ends an assistant's turn (eos, eot and the well-known names: <|im_end|>, <|eot_id|>, <|end|> ...).
    [[nodiscard]] bool ends_turn(TokenId id) const noexcept;
    // the owner of this file completes the private part
