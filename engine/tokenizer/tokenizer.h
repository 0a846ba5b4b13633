/// engine/tokenizer/tokenizer.h: text to token ids and back, for byte-level BPE and SentencePiece vocabularies.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/result.h"
#include "engine/core/traced_text.h"
#include "engine/tokenizer/vocabulary.h"

namespace soliloquy {

/// Immutable and safe to use from several threads at once. Time and stack are linear in the text, whatever it is made of.
class Tokenizer {
  public:
    static Result<std::unique_ptr<Tokenizer>> from_gguf(const GgufFile& file);
    virtual ~Tokenizer() = default;

    [[nodiscard]] virtual const Vocabulary& vocabulary() const noexcept = 0;
    /// No BOS is added. control_tokens = true: special tokens written in the text are recognised.
    [[nodiscard]] virtual Result<std::vector<TokenId>> encode(std::string_view text, bool control_tokens) const = 0;
    /// Special tokens are recognised only where every one of their bytes comes from the template.
    [[nodiscard]] virtual Result<std::vector<TokenId>> encode(const TracedText& text) const = 0;
};

}  // namespace soliloquy
