/// engine/tokenizer/spm.cpp: every way to cut a token into two symbols is a merge, ranked by the token's score.
#include "engine/tokenizer/spm.h"

#include <algorithm>
#include <functional>
#include <new>
#include <string>

#include "engine/tokenizer/byte_letters.h"

namespace soliloquy {
namespace {

constexpr char32_t kSpaceMark = 0x2581;
constexpr char32_t kBasicPlane = 0x10000;

Error invalid(std::string message) { return {ErrorCode::invalid_file, std::move(message)}; }

bool may_be_joined(TokenKind kind) noexcept {
    return kind == TokenKind::normal || kind == TokenKind::user_defined || kind == TokenKind::unused;
}

/// The letters of a token's text, or none if it is not UTF-8 or too long.
std::vector<std::string_view> letters_of(std::string_view text) {
    std::vector<std::string_view> letters;
    while (!text.empty()) {
        const Utf8Letter letter = first_utf8_letter(text);
        if (letter.state != Utf8Letter::State::valid || letters.size() == Spm::kMaxLetters) return {};
        letters.push_back(text.substr(0, letter.length));
        text.remove_prefix(letter.length);
    }
    return letters;
}

}  // namespace

Result<Spm> Spm::build(const Vocabulary& vocabulary) try {
    Spm spm(vocabulary);
    RETURN_IF_ERROR(spm.find_bytes());
    RETURN_IF_ERROR(spm.add_merges());
    return spm;
} catch (const std::bad_alloc&) {
    return Error{ErrorCode::out_of_memory, "not enough memory for the vocabulary"};
}

Status Spm::find_bytes() {
    byte_tokens_.fill(vocabulary_->unknown().value_or(kNoSymbol));
    for (TokenId id = 0; id < vocabulary_->size(); ++id) {
        if (vocabulary_->kind(id) != TokenKind::byte) continue;
        if (const auto byte = byte_of_name(vocabulary_->text(id))) byte_tokens_[*byte] = id;
    }
    for (size_t byte = 0; byte < 256; ++byte) {
        if (byte_tokens_[byte] != kNoSymbol) continue;
        return invalid("tokenizer.ggml.tokens: no token for byte " + std::to_string(byte) +
                       " and none to stand for unknown text; the vocabulary cannot write every text");
    }
    return {};
}

Status Spm::add_merges() {
    const Vocabulary& vocabulary = *vocabulary_;
    letters_.assign(kBasicPlane, kNoSymbol);
    // Letters that are no tokens but parts of tokens get numbers after the last id.
    Symbol next = vocabulary.size();
    const auto symbol_of = [&](std::string_view text, bool one_letter) -> Symbol {
        const auto id = vocabulary.find(text);
        const bool token = id && may_be_joined(vocabulary.kind(*id));
        if (!one_letter) return token ? *id : kNoSymbol;
        const char32_t letter = first_utf8_letter(text).code_point;
        Symbol& symbol = letter < kBasicPlane ? letters_[letter] : far_letters_.try_emplace(letter, kNoSymbol).first->second;
        if (symbol == kNoSymbol) symbol = token ? *id : next++;
        return symbol;
    };

    // Rank = how many different scores are better, so that equal scores stay equal.
    std::vector<float> scores;
    size_t splits = 0;
    for (TokenId id = 0; id < vocabulary.size(); ++id) {
        if (!may_be_joined(vocabulary.kind(id))) continue;
        scores.push_back(vocabulary.score(id));
        splits += letters_of(vocabulary.text(id)).size();
    }
    std::sort(scores.begin(), scores.end(), std::greater<>{});
    scores.erase(std::unique(scores.begin(), scores.end()), scores.end());
    merges_.reserve(splits);

    for (TokenId id = 0; id < vocabulary.size(); ++id) {
        const std::string_view text = vocabulary.text(id);
        if (!may_be_joined(vocabulary.kind(id)) || vocabulary.find(text) != id) continue;
        const auto letters = letters_of(text);
        if (letters.size() == 1) symbol_of(text, true);
        const auto rank = std::lower_bound(scores.begin(), scores.end(), vocabulary.score(id), std::greater<>{}) - scores.begin();
        size_t at = 0;
        for (size_t i = 1; i < letters.size(); ++i) {
            at += letters[i - 1].size();
            const Symbol left = symbol_of(text.substr(0, at), i == 1);
            const Symbol right = symbol_of(text.substr(at), i + 1 == letters.size());
            if (left == kNoSymbol || right == kNoSymbol) continue;
            if (!merges_.add(left, right, {static_cast<uint32_t>(rank), id})) {
                return invalid("tokenizer.ggml.tokens: thousands of tokens were made to collide; the file is not an honest vocabulary");
            }
        }
    }
    return {};
}

Symbol Spm::symbol_of_letter(char32_t letter) const noexcept {
    if (letter < kBasicPlane) return letters_[letter];
    const auto found = far_letters_.find(letter);
    return found == far_letters_.end() ? kNoSymbol : found->second;
}

void Spm::append_bytes(std::string_view letter, std::vector<TokenId>& out) const {
    const bool space = letter == " ";
    for (const char c : space ? std::string_view("\xE2\x96\x81") : letter) out.push_back(byte_tokens_[static_cast<uint8_t>(c)]);
}

void Spm::encode(std::string_view text, bool space_prefix, Scratch& scratch, std::vector<TokenId>& out) const {
    if (text.empty()) return;
    const auto unit_at = [&](size_t at) {
        const Utf8Letter letter = first_utf8_letter(text.substr(at));
        const bool valid = letter.state == Utf8Letter::State::valid;
        const Symbol symbol = !valid ? kNoSymbol : symbol_of_letter(letter.code_point == ' ' ? kSpaceMark : letter.code_point);
        return std::pair(symbol, size_t{letter.length});
    };
    scratch.units.clear();
    if (space_prefix) scratch.units.push_back(symbol_of_letter(kSpaceMark));
    for (size_t at = 0; at < text.size();) {
        const auto [symbol, length] = unit_at(at);
        scratch.units.push_back(symbol);
        at += length;
    }
    scratch.pieces.clear();
    scratch.merger.merge(scratch.units, scratch.pieces);

    size_t at = 0;  // of the piece in the text
    bool before_text = space_prefix;
    for (const Piece& piece : scratch.pieces) {
        const size_t begin = at;
        uint32_t letters = piece.units;
        const bool prefix = before_text;
        if (prefix) --letters;
        before_text = false;
        for (; letters > 0; --letters) at += unit_at(at).second;
        if (piece.symbol < vocabulary_->size()) {
            out.push_back(piece.symbol);
        } else {
            append_bytes(prefix ? std::string_view(" ") : text.substr(begin, at - begin), out);
        }
    }
}

}  // namespace soliloquy
