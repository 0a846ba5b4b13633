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
    static constexpr size_t kMaxTextBytes = size_t{1} << 30;

    /// Reads the `tokenizer.ggml.*` keys; the file may go away afterwards. An unknown model or pre-tokenizer is an Error naming it.
    static Result<std::unique_ptr<Tokenizer>> from_gguf(const GgufFile& file);
    /// The same from values in memory; `merges` as in tokenizer.ggml.merges, none for SentencePiece.
    static Result<std::unique_ptr<Tokenizer>> from_source(const VocabularySource& source, std::span<const std::string_view> merges);
    virtual ~Tokenizer() = default;

    [[nodiscard]] virtual const Vocabulary& vocabulary() const noexcept = 0;
    /// No BOS is added. control_tokens = true: special tokens written in the text are recognised. false: only user-defined ones are,
    /// as in the reference implementations, and those are marks like <think> in some vocabularies. Text that other people
    /// wrote goes through the overload below.
    [[nodiscard]] virtual Result<std::vector<TokenId>> encode(std::string_view text, bool control_tokens) const = 0;
    /// Special tokens are recognised only where every one of their bytes comes from the template; content gives only user-defined
    /// tokens that are plain words or blanks (Vocabulary::is_plain_text). Between special tokens text is one, whoever wrote its parts.
    [[nodiscard]] virtual Result<std::vector<TokenId>> encode(const TracedText& text) const = 0;
};

}  // namespace soliloquy
