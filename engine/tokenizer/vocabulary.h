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
#include "engine/tokenizer/string_index.h"

namespace soliloquy {

using TokenId = uint32_t;

enum class TokenKind : uint8_t { normal = 1, unknown = 2, control = 3, user_defined = 4, unused = 5, byte = 6 };
/// tokenizer.ggml.model = "gpt2" | "llama" | "gemma4" (also "gpt2" with pre = "gemma4" or "sarvam-moe"). Letter BPE has the tokens of a
/// SentencePiece vocabulary, U+2581 for a space and <0x0A> for a byte, but merges instead of scores.
enum class VocabularyModel : uint8_t { bpe, sentencepiece, letter_bpe };

/// What a vocabulary is made from: the values of the `tokenizer.ggml.*` keys. Views need only live until the Vocabulary is made.
struct VocabularySource {
    VocabularyModel model = VocabularyModel::bpe;
    std::string_view pre = "default";
    std::vector<std::string_view> tokens;
    std::vector<int64_t> kinds;  ///< empty: all normal
    std::vector<float> scores;   ///< one a token for SentencePiece, else unused
    std::optional<uint64_t> bos, eos, eot, eom, unknown;
    std::vector<uint64_t> more_eos;       ///< further ends of a turn, where a model has several
    std::string_view chat_template = {};  ///< the turn's end may be a user-defined token only where the template writes it
    std::optional<bool> add_bos;
    std::optional<bool> add_space_prefix;
};

/// Owns its texts: the file may go away.
class Vocabulary {
  public:
    static constexpr uint32_t kMaxTokens = 1u << 22;
    static constexpr size_t kMaxTokenBytes = 1u << 16;

    static Result<Vocabulary> from_gguf(const GgufFile& file);
    static Result<Vocabulary> from_source(const VocabularySource& source);

    [[nodiscard]] uint32_t size() const noexcept { return static_cast<uint32_t>(tokens_.size()); }
    [[nodiscard]] VocabularyModel model() const noexcept { return model_; }
    [[nodiscard]] std::string_view pre() const noexcept { return pre_; }  ///< tokenizer.ggml.pre; "default" when the key is absent
    /// An id outside the vocabulary is an unused token without text.
    [[nodiscard]] TokenKind kind(TokenId id) const noexcept { return id < size() ? tokens_[id].kind : TokenKind::unused; }
    [[nodiscard]] std::string_view text(TokenId id) const noexcept;   ///< as written in the file
    [[nodiscard]] std::string_view bytes(TokenId id) const noexcept;  ///< what it stands for; of a control token its name
    [[nodiscard]] float score(TokenId id) const noexcept { return id < scores_.size() ? scores_[id] : 0.0f; }
    /// By the text as written in the file; the highest id when a text occurs twice.
    [[nodiscard]] std::optional<TokenId> find(std::string_view text) const noexcept;
    /// Control and user-defined tokens: those that may be matched whole in template text.
    [[nodiscard]] bool is_special(TokenId id) const noexcept {
        return kind(id) == TokenKind::control || kind(id) == TokenKind::user_defined;
    }
    /// A user-defined token that is only words or spaces (a letter, a run of blanks) and so is matched in everybody's text. Marks
    /// such as `<think>` are not, whatever kind the file gives them.
    [[nodiscard]] bool is_plain_text(TokenId id) const noexcept { return id < size() && tokens_[id].plain_text; }
    [[nodiscard]] std::optional<TokenId> bos() const noexcept { return bos_; }
    [[nodiscard]] std::optional<TokenId> eos() const noexcept { return eos_; }
    [[nodiscard]] std::optional<TokenId> unknown() const noexcept { return unknown_; }
    [[nodiscard]] bool add_bos() const noexcept { return add_bos_; }
    /// SentencePiece: a space is put before text that begins the input or follows a special token.
    [[nodiscard]] bool add_space_prefix() const noexcept { return add_space_prefix_; }
    /// True for every token that ends an assistant's turn (eos, eot and the well-known names: <|im_end|>, <|eot_id|>, <|end|> ...).
    /// In a Harmony vocabulary <|end|> ends a message only; <|return|> and <|call|> end the turn.
    [[nodiscard]] bool ends_turn(TokenId id) const noexcept { return id < size() && tokens_[id].ends_turn; }
    /// The vocabulary has the channels of the Harmony format (gpt-oss).
    [[nodiscard]] bool is_harmony() const noexcept { return harmony_; }

    /// The bytes of all tokens one after the other. Control tokens give their names.
    [[nodiscard]] std::string decode(std::span<const TokenId> ids) const;

  private:
    struct Token {
        size_t text_at = 0, bytes_at = 0;
        uint32_t text_size = 0, bytes_size = 0;
        TokenKind kind = TokenKind::normal;
        bool ends_turn = false, plain_text = false;
    };

    Status add_tokens(const VocabularySource& source);
    void append_bytes(std::string_view text, TokenKind kind);
    Status set_roles(const VocabularySource& source);

    VocabularyModel model_ = VocabularyModel::bpe;
    std::string pre_;
    std::string texts_, bytes_;  // of all tokens, end to end
    std::vector<Token> tokens_;
    std::vector<float> scores_;
    StringIndex by_text_;
    std::optional<TokenId> bos_, eos_, unknown_;
    bool add_bos_ = false, add_space_prefix_ = false, harmony_ = false;
};

}  // namespace soliloquy
