/// engine/tokenizer/vocabulary.cpp: reads and checks the `tokenizer.ggml.*` keys.
#include "engine/tokenizer/vocabulary.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <new>

#include "engine/tokenizer/byte_letters.h"

namespace soliloquy {
namespace {

constexpr std::string_view kSpaceMark = "\xE2\x96\x81";  // U+2581, SentencePiece's space

/// Names under which model families end an assistant's turn. <|end|> is handled apart: Harmony gives it another meaning.
constexpr std::array<std::string_view, 20> kTurnEnds = {
    "<|im_end|>",
    "<|eot_id|>",
    "<|eom_id|>",
    "<|endoftext|>",
    "<|end_of_text|>",
    "<|end_of_turn|>",
    "<end_of_turn>",
    "<turn|>",
    "</s>",
    "<eos>",
    "<|eos|>",
    "<\xEF\xBD\x9C"
    "end\xE2\x96\x81of\xE2\x96\x81sentence\xEF\xBD\x9C>",
    "<|EOT|>",
    "<EOT>",
    "<|return|>",
    "<|call|>",
    "<|END_OF_TURN_TOKEN|>",
    "[e~[",
    "<|role_end|>",
    "<|hy_eos|>",
};

Error invalid(std::string message) { return {ErrorCode::invalid_file, std::move(message)}; }

std::string escaped(std::string_view text) {
    std::string out = "\"";
    out += to_valid_utf8(text.substr(0, 60));
    out += text.size() > 60 ? "...\"" : "\"";
    return out;
}

/// Words and blanks only. Punctuation, symbols, box shapes and full-width forms are what marks are made of.
bool is_words(std::string_view text) {
    while (!text.empty()) {
        const Utf8Letter letter = first_utf8_letter(text);
        if (letter.state != Utf8Letter::State::valid) return false;
        const char32_t c = letter.code_point;
        const bool ascii_word = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        const bool blank = c == ' ' || (c >= '\t' && c <= '\r');
        const bool symbol = (c >= 0x2000 && c < 0x2C00) || (c >= 0x3000 && c < 0x3040) || (c >= 0xE000 && c < 0xF900) || c >= 0xFE00;
        if (c < 0xA0 ? !ascii_word && !blank : symbol) return false;
        text.remove_prefix(letter.length);
    }
    return true;
}

/// The items of an array key, or none where the key is absent.
Result<const GgufArray*> find_array(const GgufFile& file, std::string_view key) {
    const GgufValue* value = file.find(key);
    if (value == nullptr) return static_cast<const GgufArray*>(nullptr);
    const auto* array = std::get_if<GgufArray>(&value->value);
    if (array == nullptr) return invalid(std::string(key) + ": expected an array, found " + std::string(gguf_type_name(value->type)));
    return array;
}

bool is_integer(GgufType type) noexcept {
    return type == GgufType::uint8 || type == GgufType::int8 || type == GgufType::uint16 || type == GgufType::int16 ||
           type == GgufType::uint32 || type == GgufType::int32 || type == GgufType::uint64 || type == GgufType::int64;
}

Status read_tokens(const GgufFile& file, VocabularySource& source) {
    constexpr std::string_view key = "tokenizer.ggml.tokens";
    ASSIGN_OR_RETURN(const GgufArray* tokens, find_array(file, key));
    if (tokens == nullptr) return invalid("tokenizer.ggml.tokens is missing: the file has no vocabulary");
    if (tokens->item_type != GgufType::string) {
        return invalid("tokenizer.ggml.tokens: expected strings, found " + std::string(gguf_type_name(tokens->item_type)));
    }
    if (tokens->count == 0 || tokens->count > Vocabulary::kMaxTokens) {
        return invalid("tokenizer.ggml.tokens: expected 1 to " + std::to_string(Vocabulary::kMaxTokens) + " tokens, found " +
                       std::to_string(tokens->count));
    }
    source.tokens.reserve(tokens->count);
    tokens->for_each_string([&](std::string_view text) { source.tokens.push_back(text); });
    return {};
}

Status check_count(std::string_view key, uint64_t found, size_t expected) {
    if (found == expected) return {};
    return invalid(std::string(key) + ": expected " + std::to_string(expected) + " items, one a token, found " + std::to_string(found));
}

Status read_kinds_and_scores(const GgufFile& file, VocabularySource& source) {
    constexpr std::string_view kinds_key = "tokenizer.ggml.token_type";
    ASSIGN_OR_RETURN(const GgufArray* kinds, find_array(file, kinds_key));
    if (kinds != nullptr) {
        if (!is_integer(kinds->item_type)) {
            return invalid("tokenizer.ggml.token_type: expected integers, found " + std::string(gguf_type_name(kinds->item_type)));
        }
        RETURN_IF_ERROR(check_count(kinds_key, kinds->count, source.tokens.size()));
        source.kinds.reserve(kinds->count);
        for (uint64_t i = 0; i < kinds->count; ++i) source.kinds.push_back(kinds->integer(i));
    }
    if (source.model != VocabularyModel::sentencepiece) return {};
    constexpr std::string_view scores_key = "tokenizer.ggml.scores";
    ASSIGN_OR_RETURN(const GgufArray* scores, find_array(file, scores_key));
    if (scores == nullptr) return invalid("tokenizer.ggml.scores is missing: a SentencePiece vocabulary cannot be used without");
    if (scores->item_type != GgufType::float32 && scores->item_type != GgufType::float64) {
        return invalid("tokenizer.ggml.scores: expected floating-point numbers, found " + std::string(gguf_type_name(scores->item_type)));
    }
    RETURN_IF_ERROR(check_count(scores_key, scores->count, source.tokens.size()));
    source.scores.reserve(scores->count);
    for (uint64_t i = 0; i < scores->count; ++i) source.scores.push_back(static_cast<float>(scores->number(i)));
    return {};
}

Status read_id(const GgufFile& file, std::string_view key, std::optional<uint64_t>& id) {
    const GgufValue* value = file.find(key);
    if (value == nullptr) return {};
    if (const auto* number = std::get_if<int64_t>(&value->value); number != nullptr && *number == -1) return {};  // "none"
    ASSIGN_OR_RETURN(const uint64_t number, file.get_uint(key));
    if (number != 0xFFFFFFFF) id = number;  // -1 written as an unsigned number: "none"
    return {};
}

/// One end of the turn, or a list of them: the first is the one that templates write.
Status read_ends(const GgufFile& file, std::string_view key, VocabularySource& source) {
    std::vector<uint64_t> ends;
    const GgufValue* value = file.find(key);
    const GgufArray* list = value != nullptr ? std::get_if<GgufArray>(&value->value) : nullptr;
    if (list == nullptr) {
        std::optional<uint64_t> id;
        RETURN_IF_ERROR(read_id(file, key, id));
        if (id) ends.push_back(*id);
    } else {
        constexpr uint64_t kMaxEnds = 1024;
        if (!is_integer(list->item_type) || list->count > kMaxEnds)
            return invalid(std::string(key) + ": expected a token id or a short list of them");
        for (uint64_t i = 0; i < list->count; ++i) {
            const int64_t id = list->integer(i);
            if (id >= 0 && id != 0xFFFFFFFF) ends.push_back(static_cast<uint64_t>(id));
        }
    }
    for (const uint64_t id : ends) {
        if (!source.eos) source.eos = id;
        if (id != *source.eos) source.more_eos.push_back(id);
    }
    return {};
}

Status read_flag(const GgufFile& file, std::string_view key, std::optional<bool>& flag) {
    if (file.find(key) == nullptr) return {};
    ASSIGN_OR_RETURN(flag, file.get_bool(key));
    return {};
}

/// Checks a role's id against the vocabulary.
Status take_role(std::string_view role, std::optional<uint64_t> id, uint32_t size, std::optional<TokenId>& out) {
    if (!id) return {};
    if (*id >= size) {
        return invalid("tokenizer.ggml." + std::string(role) + "_token_id is " + std::to_string(*id) + ", but the vocabulary has only " +
                       std::to_string(size) + " tokens");
    }
    out = static_cast<TokenId>(*id);
    return {};
}

}  // namespace

Result<Vocabulary> Vocabulary::from_gguf(const GgufFile& file) try {
    VocabularySource source;
    ASSIGN_OR_RETURN(const std::string_view model, file.get_string("tokenizer.ggml.model"));
    if (model != "llama" && model != "gpt2" && model != "gemma4") {
        return Error{ErrorCode::unsupported,
                     "tokenizer.ggml.model is " + escaped(model) +
                         "; this program reads \"gpt2\" (byte-level BPE), \"llama\" (SentencePiece) and \"gemma4\" (BPE of letters)"};
    }
    ASSIGN_OR_RETURN(source.pre, file.get_string_or("tokenizer.ggml.pre", model == "gemma4" ? model : "default"));
    if (model == "llama") {
        source.model = VocabularyModel::sentencepiece;
    } else if (model == "gemma4" || source.pre == "gemma4" || source.pre == "sarvam-moe") {
        source.model = VocabularyModel::letter_bpe;
    }
    RETURN_IF_ERROR(read_tokens(file, source));
    RETURN_IF_ERROR(read_kinds_and_scores(file, source));
    RETURN_IF_ERROR(read_id(file, "tokenizer.ggml.bos_token_id", source.bos));
    RETURN_IF_ERROR(read_ends(file, "tokenizer.ggml.eos_token_id", source));
    RETURN_IF_ERROR(read_ends(file, "tokenizer.ggml.eos_token_ids", source));
    if (const GgufValue* chat = file.find("tokenizer.chat_template")) {
        if (const auto* text = std::get_if<std::string_view>(&chat->value)) source.chat_template = *text;
    }
    RETURN_IF_ERROR(read_id(file, "tokenizer.ggml.eot_token_id", source.eot));
    RETURN_IF_ERROR(read_id(file, "tokenizer.ggml.eom_token_id", source.eom));
    RETURN_IF_ERROR(read_id(file, "tokenizer.ggml.unknown_token_id", source.unknown));
    RETURN_IF_ERROR(read_flag(file, "tokenizer.ggml.add_bos_token", source.add_bos));
    RETURN_IF_ERROR(read_flag(file, "tokenizer.ggml.add_space_prefix", source.add_space_prefix));
    return from_source(source);
} catch (const std::bad_alloc&) {
    return Error{ErrorCode::out_of_memory, "not enough memory for the vocabulary"};
}

Result<Vocabulary> Vocabulary::from_source(const VocabularySource& source) try {
    if (source.tokens.empty() || source.tokens.size() > kMaxTokens) {
        return invalid("the vocabulary has " + std::to_string(source.tokens.size()) + " tokens; expected 1 to " +
                       std::to_string(kMaxTokens));
    }
    if (source.pre.size() > kMaxTokenBytes) return invalid("tokenizer.ggml.pre is longer than any name");
    Vocabulary vocabulary;
    vocabulary.model_ = source.model;
    vocabulary.pre_ = source.pre;
    RETURN_IF_ERROR(vocabulary.add_tokens(source));
    RETURN_IF_ERROR(vocabulary.set_roles(source));
    return vocabulary;
} catch (const std::bad_alloc&) {
    return Error{ErrorCode::out_of_memory, "not enough memory for the vocabulary"};
}

Status Vocabulary::add_tokens(const VocabularySource& source) {
    const size_t count = source.tokens.size();
    if (!source.kinds.empty()) RETURN_IF_ERROR(check_count("tokenizer.ggml.token_type", source.kinds.size(), count));
    if (source.model == VocabularyModel::sentencepiece) {
        RETURN_IF_ERROR(check_count("tokenizer.ggml.scores", source.scores.size(), count));
    }
    scores_ = source.scores;
    for (size_t id = 0; id < scores_.size(); ++id) {
        if (std::isnan(scores_[id])) return invalid("tokenizer.ggml.scores: the score of token " + std::to_string(id) + " is not a number");
    }
    tokens_.resize(count);
    by_text_.reserve(count);
    for (size_t id = 0; id < count; ++id) {
        const std::string_view text = source.tokens[id];
        const int64_t kind = source.kinds.empty() || source.kinds[id] == 0 ? 1 : source.kinds[id];  // 0: not stated
        if (kind < 1 || kind > 6) {
            return invalid("tokenizer.ggml.token_type: token " + std::to_string(id) + " has type " + std::to_string(kind) +
                           "; expected 1 to 6");
        }
        if (text.size() > kMaxTokenBytes) {
            return invalid("tokenizer.ggml.tokens: token " + std::to_string(id) + " has " + std::to_string(text.size()) +
                           " bytes; expected at most " + std::to_string(kMaxTokenBytes));
        }
        Token& token = tokens_[id];
        token.kind = static_cast<TokenKind>(kind);
        token.text_at = texts_.size();
        token.text_size = static_cast<uint32_t>(text.size());
        texts_ += text;
        token.bytes_at = bytes_.size();
        append_bytes(text, token.kind);
        token.bytes_size = static_cast<uint32_t>(bytes_.size() - token.bytes_at);
        token.plain_text = token.kind == TokenKind::user_defined && is_words(std::string_view(bytes_).substr(token.bytes_at));
    }
    // Texts may only be looked at once they no longer move.
    for (TokenId id = 0; id < count; ++id) {
        if (!by_text_.insert(text(id), id, [&](TokenId i) { return text(i); })) {
            return invalid("tokenizer.ggml.tokens: thousands of texts were made to collide; the file is not an honest vocabulary");
        }
    }
    return {};
}

void Vocabulary::append_bytes(std::string_view text, TokenKind kind) {
    if (kind == TokenKind::byte) {
        if (const auto byte = byte_of_name(text)) {
            bytes_.push_back(static_cast<char>(*byte));
            return;
        }
    }
    const bool literal = kind == TokenKind::control || kind == TokenKind::unknown;
    if (model_ != VocabularyModel::bpe && !literal) {
        size_t at = 0;
        for (size_t mark = text.find(kSpaceMark); mark != std::string_view::npos; mark = text.find(kSpaceMark, at)) {
            bytes_ += text.substr(at, mark - at);
            bytes_ += ' ';
            at = mark + kSpaceMark.size();
        }
        bytes_ += text.substr(at);
        return;
    }
    if (literal || kind == TokenKind::user_defined || !append_bytes_of_letters(text, bytes_)) bytes_ += text;
}

Status Vocabulary::set_roles(const VocabularySource& source) {
    std::optional<TokenId> eot, eom;
    RETURN_IF_ERROR(take_role("bos", source.bos, size(), bos_));
    RETURN_IF_ERROR(take_role("eos", source.eos, size(), eos_));
    RETURN_IF_ERROR(take_role("eot", source.eot, size(), eot));
    RETURN_IF_ERROR(take_role("eom", source.eom, size(), eom));
    RETURN_IF_ERROR(take_role("unknown", source.unknown, size(), unknown_));
    if (!unknown_) {
        const auto found = std::find_if(tokens_.begin(), tokens_.end(), [](const Token& t) { return t.kind == TokenKind::unknown; });
        if (found != tokens_.end()) unknown_ = static_cast<TokenId>(found - tokens_.begin());
    }
    const bool sentencepiece = model_ == VocabularyModel::sentencepiece;
    add_bos_ = source.add_bos.value_or(sentencepiece || pre_ == "llama-bpe" || pre_ == "tekken") && bos_.has_value();
    if (pre_ == "gemma4") add_bos_ = bos_.has_value();  // files were published that deny what the model was trained with
    add_space_prefix_ = sentencepiece && source.add_space_prefix.value_or(true);
    harmony_ = find("<|channel|>") && find("<|message|>") && find("<|return|>");

    for (const auto& id : {eos_, eot, eom}) {
        if (id) tokens_[*id].ends_turn = true;
    }
    for (const uint64_t end : source.more_eos) {
        std::optional<TokenId> id;
        RETURN_IF_ERROR(take_role("eos", end, size(), id));
        tokens_[*id].ends_turn = true;
    }
    // An ordinary token may be spelled like a mark and stand in an honest answer. A vocabulary without kinds tells nothing, so there the
    // name decides.
    const auto end_turn_by = [&](std::string_view name) {
        const auto id = find(name);
        if (!id) return;
        const TokenKind kind = tokens_[*id].kind;
        const bool written = kind == TokenKind::user_defined && source.chat_template.find(name) != std::string_view::npos;
        if (source.kinds.empty() || kind == TokenKind::control || written) tokens_[*id].ends_turn = true;
    };
    for (const std::string_view name : kTurnEnds) end_turn_by(name);
    if (!harmony_) end_turn_by("<|end|>");
    if (pre_ == "glm4" || pre_ == "chatglm-bpe") {  // these models stop by opening the next turn
        end_turn_by("<|user|>");
        end_turn_by("<|observation|>");
    }
    return {};
}

std::string_view Vocabulary::text(TokenId id) const noexcept {
    if (id >= size()) return {};
    return std::string_view(texts_).substr(tokens_[id].text_at, tokens_[id].text_size);
}

std::string_view Vocabulary::bytes(TokenId id) const noexcept {
    if (id >= size()) return {};
    return std::string_view(bytes_).substr(tokens_[id].bytes_at, tokens_[id].bytes_size);
}

std::optional<TokenId> Vocabulary::find(std::string_view wanted) const noexcept {
    return by_text_.find(wanted, [&](TokenId i) { return text(i); });
}

std::string Vocabulary::decode(std::span<const TokenId> ids) const {
    std::string out;
    for (const TokenId id : ids) out += bytes(id);
    return out;
}

}  // namespace soliloquy
